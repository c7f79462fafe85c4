// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The textual form of keys (RFC 7468): base64 between two lines that name what it is.
enum PEM {
  /// Bytes of the longest text that is read.
  static let maximumBytes = 65536

  /// The one key of a text, around which only white space may stand; the curve's name that `openssl ecparam` writes in front
  /// is passed over, as the key repeats it.
  static func read(_ text: [UInt8]) throws(KeyError) -> (encoding: KeyEncoding, der: SecretBytes) {
    guard text.count <= maximumBytes else {
      throw KeyError(.tooLarge, "found \(text.count) bytes, expected at most \(maximumBytes)")
    }
    var lines = text.split(omittingEmptySubsequences: true) { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      .map(trimmed).filter { !$0.isEmpty }
    if let end = lines.firstIndex(where: { $0.elementsEqual("-----END EC PARAMETERS-----".utf8) }),
      lines[0].elementsEqual("-----BEGIN EC PARAMETERS-----".utf8)
    {
      lines.removeFirst(end + 1)
    }
    guard let first = lines.first, let last = lines.last, lines.count >= 3 else {
      throw KeyError(.malformed, "not PEM: expected \"-----BEGIN ...\"")
    }
    guard let label = label(first, "-----BEGIN "), label == self.label(last, "-----END ") else {
      throw KeyError(
        .malformed,
        "not the PEM of one key: it starts or ends with another line than BEGIN and END of one name"
      )
    }
    guard let encoding = KeyEncoding.allCases.first(where: { label.elementsEqual($0.label.utf8) }) else {
      let name = printable(String(decoding: label, as: UTF8.self))
      throw KeyError(.unsupported, "the PEM of \"\(name)\" is not that of a key")
    }
    var characters = lines.dropFirst().dropLast().reduce(into: [UInt8]()) { $0 += $1 }
    defer { wipe(&characters) }
    guard let der = decodeBase64(&characters) else { throw KeyError(.malformed, "the lines of a PEM are no base64") }
    return (encoding, der)
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

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    return line.drop(while: isBlank).reversed().drop(while: isBlank).reversed()[...]
  }

  private static func label(_ line: ArraySlice<UInt8>, _ start: String) -> ArraySlice<UInt8>? {
    guard line.starts(with: start.utf8), line.reversed().starts(with: "-----".utf8),
      line.count > start.utf8.count + 5
    else { return nil }
    return line.dropFirst(start.utf8.count).dropLast(5)
  }

  /// Base64 with its padding (RFC 4648, section 4), turned into base64url on the way.
  private static func decodeBase64(_ characters: inout [UInt8]) -> SecretBytes? {
    guard characters.count % 4 == 0 else { return nil }
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
