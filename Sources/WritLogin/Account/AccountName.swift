// SPDX-License-Identifier: Apache-2.0

/// The rule for names of accounts, the same in every part of Writ.
///
/// A name is 1 to ``maximumBytes`` bytes of UTF-8 without control characters and line breaks; it is compared as bytes.
/// Everything else is accepted: `a:b`, `ines@example.org`, spaces, any script. Ask here before an account is made, so
/// that a page can say what is wrong; every call that gives something to an account refuses other names.
public enum AccountName {
  /// Bytes of the longest name, in UTF-8.
  public static let maximumBytes = RecordContent.maximumOwnerBytes

  /// Whether an account can have this name.
  public static func isValid(_ name: String) -> Bool { problem(with: name) == nil }

  /// The reason why no account can have a name, without the name; `nil` when one can.
  static func problem(with name: String) -> String? {
    let count = name.utf8.count
    guard 1...maximumBytes ~= count else { return "has \(count) bytes, expected 1 to \(maximumBytes)" }
    return name.unicodeScalars.allSatisfy(isAllowed) ? nil : "holds a control character or a line break"
  }

  /// Whether a name may hold a scalar: it is no control character (Unicode's general category Cc) and breaks no line.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": false
    default: true
    }
  }
}
