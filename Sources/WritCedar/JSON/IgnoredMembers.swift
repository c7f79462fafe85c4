// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Members of objects that are no part of the format, which Cedar reads over: a reader notes them for a warning.
package struct IgnoredMembers: Sendable {
  /// A warning about each, and the place of its name.
  package private(set) var notes: [(message: String, offset: Int)] = []

  /// Beyond this number, ignored members are not reported.
  static let limit = 20

  /// Notes the members of an object that are not among the known ones.
  ///
  /// - Parameter what: the thing that the object describes, for the message.
  mutating func note(_ index: JSONDocument.Index, of document: JSONDocument, known: [String], _ what: String) {
    for (key, _) in document.members(of: index) where notes.count < Self.limit {
      let name = document.string(at: key) ?? ""
      guard !known.contains(where: { $0.hasSameScalars(as: name) }) else { continue }
      notes.append(("the member \(Schema.shown(name)) of \(what) means nothing", document.offset(of: key)))
    }
  }

  mutating func append(_ others: IgnoredMembers) {
    notes += others.notes.prefix(Self.limit - notes.count)
  }

  /// Reports each member with its place in a text.
  func report(in source: SourceInput, to onWarning: (Diagnostic) -> Void) {
    guard !notes.isEmpty else { return }
    let text = SourceText(name: source.name, bytes: source.bytes)
    for (message, offset) in notes {
      onWarning(Diagnostic(message, source: text, span: SourceSpan(offset, offset + 1)))
    }
  }
}
