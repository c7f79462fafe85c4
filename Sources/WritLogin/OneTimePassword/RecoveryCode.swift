// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A recovery code as it is typed: four times four characters of base32.
enum RecoveryCode {
  /// 80 bits.
  static let byteCount = 10

  static func text(_ code: SecretBytes) -> String {
    let characters = Array(code.withBytes(Base32.encode).utf8)
    let groups = stride(from: 0, to: characters.count, by: 4).map { start in
      String(decoding: characters[start..<min(start + 4, characters.count)], as: UTF8.self)
    }
    return groups.joined(separator: "-")
  }

  /// The bytes of a code of ours as it was typed; `nil` when it is none.
  static func bytes(_ text: String) -> SecretBytes? {
    guard let characters = TypedCode.characters(text, withoutHyphens: true), characters.count == 16,
      let bytes = Base32.decodeSecret(characters.span), bytes.count == byteCount
    else { return nil }
    return bytes
  }
}
