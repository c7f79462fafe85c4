// SPDX-License-Identifier: Apache-2.0

/// The permissions of a token as `scope` writes them: names with a space between (RFC 6749, section 3.3).
package enum Scope {
  /// The names; none of an empty text.
  ///
  /// Spaces at the ends and several in a row are passed over, as issuers write them.
  ///
  /// - Returns: `nil` when a name has a character that names must not have.
  package static func names(of text: String) -> [String]? {
    names(of: text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) })
  }

  /// The names, where they are names.
  package static func names(of names: [String]) -> [String]? { names.allSatisfy(isName) ? names : nil }

  /// The text of some names; `nil` where one is none.
  package static func text(of names: [String]) -> String? {
    names.allSatisfy(isName) ? names.joined(separator: " ") : nil
  }

  /// Visible ASCII but `"` and `\`.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }
}
