// SPDX-License-Identifier: Apache-2.0

/// The texts of crypt(3) that are verified: bcrypt (`$2a$`, `$2b$`, `$2y$`) and SHA-crypt (`$5$`, `$6$`).
///
/// crypt_r knows many forms more, DES among them, and is never asked for those.
enum CryptText {
  /// - Parameter fields: of the text, between the `$`.
  /// - Throws: `PasswordError` with the codes `malformedHash` and `excessiveHash`.
  static func check(_ text: [UInt8], _ fields: [ArraySlice<UInt8>]) throws(PasswordError) {
    guard fields.count >= 4, fields[0].isEmpty else { throw unknown }
    switch String(decoding: fields[1], as: UTF8.self) {
    case "2a", "2b", "2y":
      // 22 characters of salt and 31 of output.
      guard fields.count == 4, fields[2].count == 2, let cost = twoDigits(fields[2]), fields[3].count == 53,
        isAlphabet(fields[3])
      else { throw unknown }
      guard PasswordLimits.bcryptCosts.contains(cost) else { throw StoredHash.excessive }
    case "5": try checkSHACrypt(fields, outputCount: 43)
    case "6": try checkSHACrypt(fields, outputCount: 86)
    default: throw unknown
    }
  }

  /// The work of a text that was checked.
  static func work(_ text: [UInt8]) -> HashWork {
    let fields = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    guard fields.count >= 4 else { return .bcrypt(cost: 0) }
    switch fields[1].first {
    case UInt8(ascii: "2"): return .bcrypt(cost: twoDigits(fields[2]) ?? 0)
    default:
      let rounds = fields.count == 5 ? StoredHash.decimal(fields[2].dropFirst("rounds=".utf8.count)) : nil
      return .shaCrypt(is512: fields[1].first == UInt8(ascii: "6"), rounds: rounds ?? usualRounds)
    }
  }

  /// The rounds of SHA-crypt where the text names none.
  private static let usualRounds = 5000

  private static func checkSHACrypt(_ fields: [ArraySlice<UInt8>], outputCount: Int) throws(PasswordError) {
    let prefix = "rounds="
    guard fields.count == 4 || (fields.count == 5 && fields[2].starts(with: prefix.utf8)) else { throw unknown }
    guard let output = fields.last, output.count == outputCount, isAlphabet(output) else { throw unknown }
    let salt = fields[fields.count - 2]
    guard (1...16).contains(salt.count), isAlphabet(salt) else { throw unknown }
    guard fields.count == 5 else { return }
    guard let rounds = StoredHash.decimal(fields[2].dropFirst(prefix.utf8.count)) else { throw unknown }
    guard PasswordLimits.shaCryptRounds.contains(rounds) else { throw StoredHash.excessive }
  }

  private static func twoDigits(_ text: ArraySlice<UInt8>) -> Int? {
    text.first == UInt8(ascii: "0") ? StoredHash.decimal(text.dropFirst()) : StoredHash.decimal(text)
  }

  /// Whether these are all characters of crypt's own base64.
  private static func isAlphabet(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { character in
      switch character {
      case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
      default: false
      }
    }
  }

  private static let unknown = PasswordError(.malformedHash, "a stored hash is in an unknown form")
}
