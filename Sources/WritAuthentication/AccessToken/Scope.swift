// SPDX-License-Identifier: Apache-2.0

/// What a token allows, as `scope` writes it: names with one space between (RFC 6749, section 3.3).
enum Scope {
  /// The names; `nil` where the text is none that the grammar allows.
  static func names(of text: String) -> [String]? {
    let names = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return names.allSatisfy(isName) ? names : nil
  }

  /// The text of some names; `nil` where one is none.
  static func text(of names: [String]) -> String? {
    names.allSatisfy(isName) ? names.joined(separator: " ") : nil
  }

  /// Visible ASCII but `"` and `\`.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }
}
