// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Members that people give to entities and requests under other names, and what the form calls them.
enum ForeignMember {
  static let entityForm =
    "an entity is written `{\"uid\": {\"type\": \"User\", \"id\": \"alice\"}, \"attrs\": {}, \"parents\": []}`"
  static let uidForm = "an entity's identifier is written `{\"type\": \"User\", \"id\": \"alice\"}`"

  private static let meant: [String: String] = [
    "attributes": "attrs", "attribute": "attrs", "attr": "attrs", "properties": "attrs", "props": "attrs",
    "data": "attrs", "parent": "parents", "memberof": "parents", "groups": "parents", "ancestors": "parents",
    "roles": "parents", "in": "parents", "entity": "uid", "identifier": "uid", "entityid": "uid", "euid": "uid",
    "id": "uid", "tag": "tags",
  ]

  private static let meantOfRequest: [String: String] = [
    "user": "principal", "subject": "principal", "actor": "principal", "who": "principal", "sub": "principal",
    "principle": "principal", "method": "action", "operation": "action", "verb": "action", "permission": "action",
    "object": "resource", "target": "resource", "ctx": "context", "env": "context", "environment": "context",
    "attributes": "context",
  ]

  /// Advises what to write for a member of an entity that is missing.
  static func help(
    missing name: String,
    of index: JSONDocument.Index,
    in document: JSONDocument,
    otherwise: String
  ) -> String {
    if name == "uid", document.member("type", of: index) != nil, document.member("id", of: index) != nil {
      return "put type and id into the uid: `\"uid\": {\"type\": \"User\", \"id\": \"alice\"}`"
    }
    for (key, _) in document.members(of: index) {
      guard let text = document.string(at: key), let word = ForeignWord.folded(text) else { continue }
      if text.hasSameScalars(as: name) { continue }
      if word == name || meant[word] == name {
        return "`\(text)` is not part of the form: write `\(name)`"
      }
    }
    return otherwise
  }

  /// Advises what to write for a member that a request does not have.
  static func help(forRequestMember name: String, among names: [String]) -> String {
    let word = ForeignWord.folded(name) ?? ""
    let near = names.first { $0 == word } ?? meantOfRequest[word] ?? Suggestion.nearest(to: name, among: names)
    return near.map { "did you mean `\($0)`?" } ?? "the members are \(names.joined(separator: ", "))"
  }

  /// Advises what to write for a JSON value that is not an entity's identifier.
  static func help(forUID index: JSONDocument.Index, in document: JSONDocument, _ role: EntityRole = .any) -> String {
    switch document.kind(of: index) {
    case .string:
      let text = document.string(at: index) ?? ""
      let uid =
        (try? EntityUID(parsing: text))
        ?? EntityAdvice.literal(for: text, role).flatMap { literal in
          try? EntityUID(parsing: literal)
        }
      guard let uid, let written = written(uid) else { return uidForm }
      return "write `\(written)`"
    case .object:
      let type = document.member("type", of: index)
      let id = document.member("id", of: index)
      if type == nil { return "the member `type` is missing: `{\"type\": \"User\", \"id\": …}`" }
      guard let id else { return "the member `id` is missing: `{\"type\": …, \"id\": \"alice\"}`" }
      if document.kind(of: id) == .number {
        return "an id is a string: `\"id\": \"\(document.numberText(at: id)?.prefix(24) ?? "1")\"`"
      }
      return uidForm
    default: return uidForm
    }
  }

  /// The identifier in JSON, `nil` where it is long or has characters that JSON escapes.
  private static func written(_ uid: EntityUID) -> String? {
    let id = uid.id
    guard id.utf8.count <= 48, uid.type.description.utf8.count <= 48,
      id.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
    else { return nil }
    return "{\"type\": \"\(uid.type)\", \"id\": \"\(id)\"}"
  }

  /// Advises what to write for a number that is not a 64-bit integer.
  static func help(forNumber text: String) -> String {
    guard text.utf8.count <= 24, text.utf8.contains(UInt8(ascii: ".")),
      !text.utf8.contains(where: { $0 | 0x20 == 0x65 })
    else { return "a long goes from -9223372036854775808 to 9223372036854775807" }
    return "a decimal is written `{\"__extn\": {\"fn\": \"decimal\", \"arg\": \"\(text)\"}}`"
  }

  /// Advises what to write for the name of an extension function that does not exist.
  static func help(forFunction name: String) -> String {
    let help = ForeignCall.function(name, argument: nil)
    return help.utf8.starts(with: "write `datetime".utf8)
      ? "did you mean `datetime`?"
      : help.utf8.starts(with: "write `ip".utf8)
        ? "did you mean `ip`?"
        : help.utf8.starts(with: "did you".utf8) ? help : "the functions are ip, decimal, datetime and duration"
  }
}
