// SPDX-License-Identifier: Apache-2.0

/// A recovery code that another system has made, as it is compared: its letters and digits, in lower case.
struct AdoptedCode {
  /// Bits of the weakest code that is adopted: guesses are limited to 100 an hour and account.
  static let minimumBits = 40
  /// Characters of the longest code.
  static let maximumCharacters = 64

  private let characters: [UInt8]

  /// A code as it was typed; `nil` when it holds anything but ASCII letters and digits, ignoring white space and
  /// hyphens.
  init?(_ text: String) {
    guard var characters = TypedCode.characters(text, withoutHyphens: true), !characters.isEmpty,
      characters.count <= Self.maximumCharacters
    else { return nil }
    for index in characters.indices {
      switch characters[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): break
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): characters[index] |= 0x20
      default: return nil
      }
    }
    self.characters = characters
  }

  /// The bytes whose HMAC is stored: longer than those of a code of ours, so one is never taken for the other.
  var bytes: [UInt8] { Array("adopted recovery code ".utf8) + characters }

  /// The bits of the weakest of some random codes, by the smallest usual alphabet that holds them all.
  static func bits(_ codes: [AdoptedCode]) -> Int {
    let all = codes.flatMap(\.characters)
    let isDecimal = all.allSatisfy { $0 <= UInt8(ascii: "9") }
    let isHexadecimal = all.allSatisfy { $0 <= UInt8(ascii: "f") }
    // Tenths of a bit a character: log2 of 10, 16 and 32 (36 characters are used by few, and help little).
    let tenths = isDecimal ? 33 : isHexadecimal ? 40 : 50
    return (codes.map(\.characters.count).min() ?? 0) * tenths / 10
  }
}
