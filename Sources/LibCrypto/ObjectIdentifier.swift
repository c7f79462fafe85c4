// SPDX-License-Identifier: Apache-2.0

/// Object identifiers of DER, as the bytes of their content.
enum ObjectIdentifier {
  /// rsaEncryption (RFC 8017, appendix A.1).
  static let rsa = pkcs1(1)
  /// id-RSASSA-PSS (RFC 8017, appendix A.2.3).
  static let rsaPSS = pkcs1(10)
  /// id-mgf1 (RFC 8017, appendix A.2.1).
  static let maskGeneration1 = pkcs1(8)
  /// id-ecPublicKey (RFC 5480, section 2.1.1).
  static let ellipticCurve: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
  /// id-PBES2 and id-PBKDF2 (RFC 8018, appendix A).
  static let pbes2 = rsaData + [1, 5, 13]
  static let pbkdf2 = rsaData + [1, 5, 12]

  private static let rsaData: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D]
  private static let nist: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04]

  private static func pkcs1(_ number: UInt8) -> [UInt8] { rsaData + [1, 1, number] }

  /// The hash functions (RFC 8017, appendix B.1).
  static func hash(_ hash: HashFunction) -> [UInt8] {
    switch hash {
    case .sha1: [0x2B, 0x0E, 0x03, 0x02, 0x1A]
    case .sha256: nist + [2, 1]
    case .sha384: nist + [2, 2]
    case .sha512: nist + [2, 3]
    }
  }

  /// The pseudo-random functions of PBKDF2 (RFC 8018, appendix B.1.2).
  static func authentication(_ hash: HashFunction) -> [UInt8] {
    switch hash {
    case .sha1: rsaData + [2, 7]
    case .sha256: rsaData + [2, 9]
    case .sha384: rsaData + [2, 10]
    case .sha512: rsaData + [2, 11]
    }
  }

  /// The ciphers of encrypted keys: AES in CBC mode (RFC 8018, appendix B.2.5), and Triple DES (B.2.2).
  static let ciphers: [[UInt8]] = [nist + [1, 2], nist + [1, 22], nist + [1, 42], rsaData + [3, 7]]

  /// The curve that an algorithm is for (RFC 8410, section 3).
  static func rawCurve(_ bytes: Span<UInt8>, at range: Range<Int>) -> Curve? {
    guard range.count == 3, bytes[range.lowerBound] == 0x2B, bytes[range.lowerBound + 1] == 0x65 else { return nil }
    return switch bytes[range.lowerBound + 2] {
    case 0x6E: .x25519
    case 0x6F: .x448
    case 0x70: .ed25519
    case 0x71: .ed448
    default: nil
    }
  }

  /// The curve that parameters name (RFC 5480, section 2.1.1.1; SEC 2).
  static func namedCurve(_ bytes: Span<UInt8>, at range: Range<Int>) -> Curve? {
    if bytes.holds([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], at: range) { return .p256 }
    guard range.count == 5, bytes.holds([0x2B, 0x81, 0x04, 0x00], at: range.lowerBound..<range.lowerBound + 4) else {
      return nil
    }
    return switch bytes[range.lowerBound + 4] {
    case 0x0A: .secp256k1
    case 0x22: .p384
    case 0x23: .p521
    default: nil
    }
  }

  /// Types of key that occur and are refused, for messages.
  private static let refused: [(identifier: [UInt8], name: String)] = [
    ([0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01], "DSA"),
    (rsaData + [1, 3, 1], "DH"),
    ([0x2A, 0x86, 0x48, 0xCE, 0x3E, 0x02, 0x01], "DH (X9.42)"),
    (pkcs1(7), "RSAES-OAEP"),
    ([0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D], "SM2"),
  ]

  /// An identifier as a message shows it: its name, or its numbers where they are few and small.
  static func shown(_ bytes: Span<UInt8>, at range: Range<Int>) -> String {
    for (identifier, name) in refused where bytes.holds(identifier, at: range) { return name }
    guard !range.isEmpty, range.count <= 16, bytes[range.upperBound - 1] < 0x80 else { return "unknown" }
    var numbers: [Int] = []
    var number = 0
    for index in range {
      // Numbers of more than 47 bits are not shown right: a message needs no more.
      number = (number & 0xFF_FFFF_FFFF) << 7 | Int(bytes[index] & 0x7F)
      guard bytes[index] < 0x80 else { continue }
      // The first two numbers share one (X.690, 8.19.4).
      numbers += numbers.isEmpty ? [min(number / 40, 2), number - 40 * min(number / 40, 2)] : [number]
      number = 0
    }
    return numbers.map(String.init).joined(separator: ".")
  }
}
