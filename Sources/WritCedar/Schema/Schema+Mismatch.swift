// SPDX-License-Identifier: Apache-2.0

/// A set or record of which a part is being compared with its type.
private struct MismatchFrame {
  enum Parts {
    case elements([Value], Schema.TypeIndex)
    /// Both sorted by name.
    case attributes([RecordValue.Attribute], [Schema.Attribute])
  }

  enum Step {
    case part(Value, Schema.TypeIndex)
    /// Something about the record itself, or about one of its attributes that has no type.
    case problem(String, attribute: String?)
    case done
  }

  let parts: Parts
  private var nextPart = 0
  private var nextDeclared = 0

  init(_ parts: Parts) { self.parts = parts }

  /// The next part with its type; for records the two lists of attributes are merged on the way.
  mutating func next() -> Step {
    switch parts {
    case .elements(let elements, let type):
      guard nextPart < elements.count else { return .done }
      defer { nextPart += 1 }
      return .part(elements[nextPart], type)
    case .attributes(let attributes, let declared):
      while true {
        let given = nextPart < attributes.count ? attributes[nextPart] : nil
        guard nextDeclared < declared.count else {
          return given.map { Self.undeclared($0.name, among: declared) } ?? .done
        }
        let expected = declared[nextDeclared]
        let order = given.map { $0.name.scalarOrder(comparedTo: expected.name) } ?? 1
        if order < 0, let given { return Self.undeclared(given.name, among: declared) }
        nextDeclared += 1
        if order == 0, let given {
          nextPart += 1
          return .part(given.value, expected.type)
        }
        if expected.isRequired {
          return .problem("attribute \(Schema.shown(expected.name)) is missing", attribute: nil)
        }
      }
    }
  }

  private static func undeclared(_ name: String, among declared: [Schema.Attribute]) -> Step {
    let near = Suggestion.nearest(to: name, among: declared.lazy.map(\.name))
    let question = near.map { "; did you mean \(Schema.shown($0))?" } ?? ""
    return .problem("attribute \(Schema.shown(name)) is not declared\(question)", attribute: name)
  }

  /// The attribute whose value `next` gave last; `nil` for an element of a set.
  var attribute: String? {
    guard case .attributes(let attributes, _) = parts, attributes.indices.contains(nextPart - 1) else { return nil }
    return attributes[nextPart - 1].name
  }
}

/// The first part of a value, an entity or a context that does not fit the schema.
package struct Mismatch {
  /// The message: which value does not fit, and the attributes that lead to it.
  package var description: String
  /// The members of the JSON that lead to it, as far as that can be told: not into sets.
  package var path: [String] = []

  /// The same part, seen from farther out.
  func within(_ place: String, _ members: [String] = []) -> Mismatch {
    Mismatch(description: "\(place): \(description)", path: members + path)
  }
}

extension Schema {
  /// A name or id in quotes for a message, cut where it is very long.
  static func shown(_ text: String) -> String {
    let limit = 64
    guard text.unicodeScalars.dropFirst(limit).isEmpty else {
      return CedarText.quoted(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))) + "…"
    }
    return CedarText.quoted(text)
  }

  /// Returns the name in messages of a type's values, the same as ``Value/kindName`` of the values.
  private func kindName(_ type: TypeIndex) -> String {
    switch self[type] {
    case .bool: "bool"
    case .long: "long"
    case .string: "string"
    case .ip: "ipaddr"
    case .decimal: "decimal"
    case .datetime: "datetime"
    case .duration: "duration"
    case .entity(let name): "entity of type \(name)"
    case .set: "set"
    case .record: "record"
    }
  }

  /// Returns the reason why the value does not fit the type, `nil` when it fits: `attribute "owner": expected entity of
  /// type User, found string`.
  ///
  /// Records are closed, sets of one type, and the entities in the value satisfy ``problem(withReferenceTo:)``. Linear
  /// in the value, with a stack of its own.
  ///
  /// - Parameter isPartial: whether the outermost record may lack attributes that are required.
  package func mismatch(_ value: Value, _ type: TypeIndex, isPartial: Bool = false) -> Mismatch? {
    var frames: [MismatchFrame] = []
    var problem: String?
    var attribute: String?
    if isPartial, case .record(let record) = value, case .record(let declared) = self[type] {
      let expected = declared.filter { !$0.isRequired || record[$0.name] != nil }
      frames.append(MismatchFrame(.attributes(record.attributes, expected)))
    } else {
      problem = enter(value, type, &frames)
    }
    while problem == nil, !frames.isEmpty {
      switch frames[frames.count - 1].next() {
      case .part(let part, let type):
        problem = enter(part, type, &frames)
      case .problem(let text, let name):
        // It is not about the attribute that was compared last.
        frames.removeLast()
        problem = text
        attribute = name
      case .done:
        frames.removeLast()
      }
    }
    guard let problem else { return nil }
    let places = frames.map { $0.attribute.map { "attribute \(Self.shown($0))" } ?? "an element" }
    var path: [String] = []
    for frame in frames {
      guard let name = frame.attribute else { break }
      path.append(name)
    }
    if let attribute, path.count == frames.count { path.append(attribute) }
    let description = places.isEmpty ? problem : "\(JSONFailure.path(places)): \(problem)"
    return Mismatch(description: description, path: path)
  }

  /// Compares a scalar, or pushes a frame for the parts.
  private func enter(_ value: Value, _ type: TypeIndex, _ frames: inout [MismatchFrame]) -> String? {
    switch (value, self[type]) {
    case (.bool, .bool), (.long, .long), (.string, .string), (.ip, .ip), (.decimal, .decimal), (.datetime, .datetime),
      (.duration, .duration):
      return nil
    case (.entity(let uid), .entity(let name)) where uid.type == name:
      return problem(withReferenceTo: uid)
    case (.set(let set), .set(let element)):
      frames.append(MismatchFrame(.elements(set.elements, element)))
      return nil
    case (.record(let record), .record(let declared)):
      frames.append(MismatchFrame(.attributes(record.attributes, declared)))
      return nil
    default:
      return "expected \(kindName(type)), found \(value.kindName)"
    }
  }

  /// Returns the reason why no entity can have this identifier: it is not one of its enumerated type, or no declared
  /// action.
  ///
  /// Does not check whether the type is declared: a reference to an entity has a type already.
  package func problem(withReferenceTo uid: EntityUID) -> String? {
    if !enumerations.isEmpty, let ids = enumerations[uid.type], !ids.contains(ScalarText(uid.id)) {
      let listed = (entityTypes[uid.type]?.enumeration ?? []).prefix(8).map(Self.shown).joined(separator: ", ")
      return "\(Self.shown(uid)) is not declared: the ids of \(uid.type) are \(listed)\(ids.count > 8 ? ", …" : "")"
    }
    if uid.type.isAction, actions[uid] == nil { return undeclaredAction(uid) }
    return nil
  }

  func undeclaredAction(_ uid: EntityUID) -> String {
    let near =
      actions.keys.filter { $0.id.hasSameScalars(as: uid.id) }.min()
      ?? Suggestion.nearest(to: uid.id, among: actions.keys.lazy.filter { $0.type == uid.type }.map(\.id))
      .map { EntityUID(type: uid.type, id: $0) }
    return "the action \(Self.shown(uid)) is not declared\(near.map { "; did you mean \(Self.shown($0))?" } ?? "")"
  }

  static func shown(_ uid: EntityUID) -> String { "\(uid.type)::\(shown(uid.id))" }
}
