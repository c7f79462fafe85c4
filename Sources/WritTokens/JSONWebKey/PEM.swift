// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The textual form of keys (RFC 7468): base64 between two marks that name what it is.
enum PEM {
  /// Bytes of the longest text that is read.
  static let maximumBytes = 65536

  private static let certificateLabels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]

  /// A part of a text between two marks, not decoded yet.
  private struct Block {
    let label: String
    let body: ArraySlice<UInt8>
  }

  /// The one key of a text.
  ///
  /// Text around it is passed over, such as the bag attributes of `openssl pkcs12` and a byte order mark (RFC 7468,
  /// section 2), and so are certificates and the curve's name that `openssl ecparam` writes in front, which the key
  /// repeats.
  static func key(_ text: [UInt8]) throws(KeyError) -> (encoding: KeyEncoding, der: SecretBytes) {
    let blocks = try blocks(text)
    let keys = blocks.filter { $0.label != "EC PARAMETERS" && !certificateLabels.contains($0.label) }
    guard let key = keys.first else {
      throw KeyError(
        .unsupported,
        "the PEM holds a certificate and no key: ask for its public key by name, with `PublicKey(certificatePEM:)`"
      )
    }
    guard keys.count == 1 else { throw KeyError(.malformed, "the PEM holds \(keys.count) keys, expected one") }
    guard let encoding = KeyEncoding.allCases.first(where: { $0.label == key.label }) else {
      throw KeyError(.unsupported, "the PEM of \"\(printable(key.label))\" is not that of a key")
    }
    return (encoding, try decode(key))
  }

  /// Whether a text holds certificates and no key.
  static func holdsOnlyCertificates(_ text: [UInt8]) -> Bool {
    (try? blocks(text))?.allSatisfy { certificateLabels.contains($0.label) } == true
  }

  /// The one certificate of a text.
  static func certificate(_ text: [UInt8]) throws(KeyError) -> SecretBytes {
    let certificates = try blocks(text).filter { certificateLabels.contains($0.label) }
    guard let certificate = certificates.first, certificates.count == 1 else {
      throw KeyError(.malformed, "the PEM holds \(certificates.count) certificates, expected one")
    }
    guard certificate.label != "TRUSTED CERTIFICATE" else {
      throw KeyError(.unsupported, "the PEM is a trusted certificate of OpenSSL; `openssl x509` writes a plain one")
    }
    return try decode(certificate)
  }

  static func write(_ encoding: KeyEncoding, _ der: Span<UInt8>) -> String {
    var base64 = Array(Base64URL.encode(der).utf8)
    for index in base64.indices {
      switch base64[index] {
      case UInt8(ascii: "-"): base64[index] = UInt8(ascii: "+")
      case UInt8(ascii: "_"): base64[index] = UInt8(ascii: "/")
      default: break
      }
    }
    while base64.count % 4 != 0 { base64.append(UInt8(ascii: "=")) }
    var text = "-----BEGIN \(encoding.label)-----\n"
    for start in stride(from: 0, to: base64.count, by: 64) {
      text += String(decoding: base64[start..<min(start + 64, base64.count)], as: UTF8.self) + "\n"
    }
    return text + "-----END \(encoding.label)-----\n"
  }

  // MARK: Blocks

  /// The blocks of a text, of which there is one at least.
  private static func blocks(_ text: [UInt8]) throws(KeyError) -> [Block] {
    guard text.count <= maximumBytes else {
      throw KeyError(.tooLarge, "found \(text.count) bytes, expected at most \(maximumBytes)")
    }
    try KeyText.checkEncoding(text)
    var blocks: [Block] = []
    var rest = text[...]
    while let begin = position(of: "-----BEGIN ", in: rest) {
      rest = rest[begin.upperBound...]
      guard let labelEnd = position(of: "-----", in: rest) else {
        throw KeyError(.malformed, "a line \"-----BEGIN ...\" of the PEM does not end with \"-----\"")
      }
      let label = rest[..<labelEnd.lowerBound]
      rest = rest[labelEnd.upperBound...]
      // No dash is base64: the next is that of the end.
      guard let end = position(of: "-----", in: rest) else {
        throw KeyError(.malformed, "the PEM has no line \"-----END ...\": is it cut off?")
      }
      let body = rest[..<end.lowerBound]
      rest = rest[end.lowerBound...]
      guard rest.starts(with: Array("-----END ".utf8) + label + Array("-----".utf8)) else {
        throw KeyError(.malformed, "a block of the PEM starts and ends with different names")
      }
      rest = rest.dropFirst("-----END -----".utf8.count + label.count)
      blocks.append(Block(label: String(decoding: label, as: UTF8.self), body: body))
    }
    guard !blocks.isEmpty else { throw KeyError(.malformed, "not PEM: expected \"-----BEGIN ...\"") }
    return blocks
  }

  private static func position(of mark: StaticString, in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    let mark = Array("\(mark)".utf8)
    var start = bytes.startIndex
    while start + mark.count <= bytes.endIndex {
      if bytes[start] == mark[0], bytes[start...].starts(with: mark) { return start..<start + mark.count }
      start += 1
    }
    return nil
  }

  /// The DER of a block: base64 in lines of any length, on one line, or with line breaks written `\n` as environment
  /// variables have them.
  private static func decode(_ block: Block) throws(KeyError) -> SecretBytes {
    guard !block.body.contains(UInt8(ascii: ":")) else {
      throw KeyError(
        .unsupported,
        "the PEM has header lines: a key encrypted in OpenSSL's old form; `openssl pkcs8 -topk8` writes one that is read"
      )
    }
    var characters: [UInt8] = []
    characters.reserveCapacity(block.body.count)
    defer { wipe(&characters) }
    var isEscaped = false
    for byte in block.body {
      if isEscaped {
        guard byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r") else { throw notBase64 }
        isEscaped = false
        continue
      }
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D: break
      case UInt8(ascii: "\\"): isEscaped = true
      default: characters.append(byte)
      }
    }
    guard !isEscaped, let der = decodeBase64(&characters) else { throw notBase64 }
    return der
  }

  private static var notBase64: KeyError { KeyError(.malformed, "the lines of a PEM are not valid base64") }

  /// Base64 with its padding (RFC 4648, section 4), turned into base64url on the way.
  private static func decodeBase64(_ characters: inout [UInt8]) -> SecretBytes? {
    guard characters.count % 4 == 0, !characters.isEmpty else { return nil }
    var padding = 0
    while padding < 2, characters.last == UInt8(ascii: "=") {
      characters.removeLast()
      padding += 1
    }
    for index in characters.indices {
      switch characters[index] {
      case UInt8(ascii: "+"): characters[index] = UInt8(ascii: "-")
      case UInt8(ascii: "/"): characters[index] = UInt8(ascii: "_")
      case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
      default: break
      }
    }
    return Base64URL.decodeSecret(characters.span)
  }
}
