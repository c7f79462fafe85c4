// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// A claim of a token, and what its texts mean.
public struct ClaimReference: Sendable, Hashable {
  /// The name of the claim; of a claim inside an object the names on the way to it.
  public var path: [String]
  /// The type of the entities whose ids the claim holds; `nil` where it holds plain values.
  public var type: EntityTypeName?
  /// The separator of the parts of one text that holds several, such as the space in `scope` (RFC 8693, section 4.2).
  public var separator: Unicode.Scalar?

  /// A claim that holds plain values, or ids of entities of a type.
  public init(_ path: String..., type: EntityTypeName? = nil, separator: Unicode.Scalar? = nil) {
    self.path = path
    self.type = type
    self.separator = separator
  }

  init(path: [String], type: EntityTypeName?, separator: Unicode.Scalar?) {
    self.path = path
    self.type = type
    self.separator = separator
  }

  /// For messages: the names with dots between them, at most 64 characters, printable ASCII only.
  var shown: String {
    let text = path.joined(separator: ".")
    let scalars = text.unicodeScalars.prefix(64).map { $0.value >= 0x20 && $0.value < 0x7F ? Character($0) : "?" }
    return String(scalars) + (text.unicodeScalars.count > 64 ? "..." : "")
  }
}
