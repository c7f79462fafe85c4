// SPDX-License-Identifier: Apache-2.0

import LibCrypto

/// Writes DER (X.690) for tests, right or wrong as they ask for.
enum DER {
  static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    let length: [UInt8] =
      count < 0x80
      ? [UInt8(count)]
      : count < 0x100 ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
    return [tag] + length + content
  }

  static func sequence(_ values: [UInt8]...) -> [UInt8] { value(0x30, values.flatMap { $0 }) }
  static func octets(_ content: [UInt8]) -> [UInt8] { value(0x04, content) }
  static func bits(_ content: [UInt8], tag: UInt8 = 0x03) -> [UInt8] { value(tag, [0] + content) }
  static let null: [UInt8] = [5, 0]

  /// An unsigned integer in its shortest form.
  static func integer(_ bytes: [UInt8]) -> [UInt8] {
    let significant = Array(bytes.drop { $0 == 0 })
    return value(0x02, significant.first.map { $0 >= 0x80 } ?? true ? [0] + significant : significant)
  }

  /// An object identifier from its text.
  static func identifier(_ text: String) -> [UInt8] {
    let numbers = text.split(separator: ".").compactMap { Int($0) }
    var content: [UInt8] = []
    for number in [numbers[0] * 40 + numbers[1]] + numbers.dropFirst(2) {
      var groups = [UInt8(number & 0x7F)]
      var rest = number >> 7
      while rest > 0 {
        groups.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
        rest >>= 7
      }
      content += groups
    }
    return value(0x06, content)
  }

  static func algorithm(_ type: String, _ parameters: [UInt8] = []) -> [UInt8] {
    sequence(identifier(type), parameters)
  }

  static func privateKeyInfo(_ algorithm: [UInt8], _ key: [UInt8], version: UInt8 = 0, _ more: [UInt8] = []) -> [UInt8]
  {
    sequence(integer([version]), algorithm, octets(key), more)
  }

  /// A private key under a password, AES-256 and PBKDF2.
  static func encrypted(
    _ key: [UInt8],
    _ password: SecretBytes,
    iterations: [UInt8] = integer([7, 0xD0]),
    random: [UInt8] = algorithm("1.2.840.113549.2.9", null),
    salt: [UInt8] = [UInt8](repeating: 1, count: 16)
  ) throws -> [UInt8] {
    let vector = [UInt8](repeating: 2, count: 16)
    let secret = try KeyDerivation.pbkdf2(password, salt: salt.span, iterations: 2000, count: 32, hash: .sha256)
    let ciphertext = try AESCBC.encrypt(key.span, key: secret, vector: vector.span)
    let function = algorithm("1.2.840.113549.1.5.12", sequence(octets(salt), iterations, random))
    let cipher = algorithm("2.16.840.1.101.3.4.1.42", octets(vector))
    return sequence(algorithm("1.2.840.113549.1.5.13", sequence(function, cipher)), octets(ciphertext))
  }
}
