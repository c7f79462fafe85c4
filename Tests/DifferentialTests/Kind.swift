// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The kind of value that an expression is meant to evaluate to.
enum Kind: CaseIterable {
  case bool, long, string, entity, set, record, ip, decimal, datetime, duration
}

/// The attributes that entities and contexts may have: few, so that policies and data meet.
enum Names {
  /// Attributes by what they mostly hold.
  static let attributes: [(name: String, kind: Kind)] = [
    ("n", .long), ("m", .long), ("s", .string), ("t", .string), ("b", .bool), ("f", .bool), ("g", .bool), ("h", .bool),
    ("e", .entity),
    ("o", .entity), ("q", .set), ("k", .set), ("r", .record), ("i", .ip), ("j", .ip), ("d", .decimal),
    ("w", .datetime), ("u", .duration), ("odd \u{E9}", .long), ("odd e\u{301}", .string),
  ]

  static let tags = ["x", "y", "\u{E9}", "e\u{301}"]

  static func attributes(of kind: Kind) -> [String] { attributes.filter { $0.kind == kind }.map(\.name) }

  /// `.name`, or `["name"]` where the name is not an identifier.
  static func access(_ name: String) -> String { name.contains(" ") ? "[\(CedarText.quoted(name))]" : ".\(name)" }

  /// The name as it stands behind `has`.
  static func tested(_ name: String) -> String { name.contains(" ") ? CedarText.quoted(name) : name }
}
