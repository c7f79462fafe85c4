// SPDX-License-Identifier: Apache-2.0

/// The name of an entity type: identifiers joined by `::`, such as `User` or `Clinic::Doctor`.
///
/// Names are compared by Unicode scalars.
public struct EntityTypeName: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: ScalarText

  /// The name as written, `Clinic::Doctor`.
  public var description: String { text.string }

  /// Reads a normalised name: no white space, no comments, no reserved word, nothing but identifiers and `::`.
  ///
  /// - Returns: `nil` for anything else (RFC 9).
  public init?(_ name: String) {
    guard Identifier.isNormalizedPath(name) else { return nil }
    self.text = ScalarText(name)
  }

  /// A name that a reader has checked already.
  package init(checked name: String) {
    self.text = ScalarText(name)
  }

  /// The last component: `Doctor` of `Clinic::Doctor`.
  public var basename: String {
    guard let separator = text.string.utf8.lastIndex(of: UInt8(ascii: ":")) else { return text.string }
    return String(text.string[text.string.utf8.index(after: separator)...])
  }

  /// The components before the last one: `Clinic` of `Clinic::Doctor`, empty for `User`.
  public var namespace: String {
    let name = basename
    return String(text.string.dropLast(name.utf8.count == text.string.utf8.count ? name.count : name.count + 2))
  }

  /// Whether entities of this type are actions: the last component is `Action`.
  public var isAction: Bool {
    let name = text.string.utf8.span
    let start = name.count - 6
    // Most types are told by their last letter.
    guard start >= 0, name[start + 5] == UInt8(ascii: "n"), start == 0 || name[start - 1] == UInt8(ascii: ":") else {
      return false
    }
    return basename.hasSameScalars(as: "Action")
  }

  /// The order of the UTF-8 bytes.
  public static func < (left: EntityTypeName, right: EntityTypeName) -> Bool { left.text < right.text }
}
