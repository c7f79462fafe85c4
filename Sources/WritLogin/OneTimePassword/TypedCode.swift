// SPDX-License-Identifier: Apache-2.0

/// Reads a code as people type and paste it: white space between and around its characters does not count.
enum TypedCode {
  /// Bytes of the longest text that is looked at.
  static let maximumBytes = 128

  /// The characters that are left; `nil` for a text that is too long, or holds anything but ASCII beside what is left
  /// out.
  ///
  /// - Parameter hyphens: whether hyphens and dashes are left out, too.
  static func characters(_ text: String, withoutHyphens hyphens: Bool = false) -> [UInt8]? {
    guard text.utf8.count <= maximumBytes else { return nil }
    var characters: [UInt8] = []
    for scalar in text.unicodeScalars {
      switch scalar {
      // No-break spaces come from pages and messages that group digits.
      case " ", "\t", "\r", "\n", "\u{A0}", "\u{202F}": continue
      // Keyboards that correct what is typed make dashes of hyphens.
      case "-" where hyphens, "\u{2010}"..."\u{2015}" where hyphens: continue
      default:
        guard scalar.isASCII else { return nil }
        characters.append(UInt8(truncatingIfNeeded: scalar.value))
      }
    }
    return characters
  }
}
