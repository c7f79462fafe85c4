// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Reads policies and templates in Cedar's JSON into a ``SyntaxTree``, by the rules of the text: what ``Parser``
/// refuses is refused here ("JSON policy format" in Cedar's documentation).
///
/// This file reads policies, `PolicyReader+Scope.swift` their scopes, `PolicyReader+Expression.swift` with its
/// operators and values the conditions.
struct PolicyReader {
  let document: JSONDocument
  var tree = SyntaxTreeBuilder()

  // Scratch of the expression reader, kept to spare allocations.
  var steps: [Step] = []
  var guards: [Int] = []
  /// The strings of the tree that are names of entity types.
  var typeNames: Set<UInt32> = []

  init(_ document: JSONDocument) {
    self.document = document
  }

  mutating func policy(_ index: JSONDocument.Index) throws(JSONFailure) {
    let what = "a policy"
    let effect = try effect(member("effect", of: index, what))
    let annotations = document.member("annotations", of: index)
    let principal = try scope(member("principal", of: index, what), of: .principal)
    let action = try actionScope(member("action", of: index, what))
    let resource = try scope(member("resource", of: index, what), of: .resource)
    let conditions = try member("conditions", of: index, what)
    try expectCount(
      annotations == nil ? 5 : 6,
      of: index,
      what,
      ["effect", "principal", "action", "resource", "conditions", "annotations"]
    )
    guard document.kind(of: conditions) == .array else {
      throw failure(.form, "`conditions` is an array", at: conditions)
    }
    let firstCondition = UInt32(truncatingIfNeeded: tree.conditions.count)
    for element in document.elements(of: conditions) { try condition(element) }
    tree.policies.append(
      PolicyRecord(
        effect: effect,
        start: start(of: index),
        end: end(of: index),
        annotations: try readAnnotations(annotations),
        principal: principal,
        action: action,
        resource: resource,
        conditions: firstCondition..<UInt32(truncatingIfNeeded: tree.conditions.count)
      )
    )
  }

  private func effect(_ index: JSONDocument.Index) throws(JSONFailure) -> Effect {
    if document.string(at: index, equals: "permit") { return .permit }
    if document.string(at: index, equals: "forbid") { return .forbid }
    throw failure(.form, "`effect` is `permit` or `forbid`", at: index)
  }

  /// Annotations, `{"name": "value"}`, the value `null` where one has none.
  private mutating func readAnnotations(_ index: JSONDocument.Index?) throws(JSONFailure) -> Range<UInt32> {
    let first = UInt32(truncatingIfNeeded: tree.annotations.count)
    guard let index else { return first..<first }
    guard document.kind(of: index) == .object else { throw failure(.form, "`annotations` is an object", at: index) }
    for (key, value) in document.members(of: index) {
      let name = document.string(at: key) ?? ""
      guard Identifier.isIdentifier(name) else {
        throw failure(.form, "\(shown(key)) is not the name of an annotation, an identifier", at: key)
      }
      let text = document.string(at: value)
      guard text != nil || document.kind(of: value) == .null else {
        throw failure(.form, "the value of an annotation is a string or null", at: value)
      }
      tree.annotations.append(
        AnnotationRecord(
          key: tree.string(name),
          value: text.map { tree.string($0) } ?? AnnotationRecord.noValue,
          start: start(of: key),
          end: end(of: value)
        )
      )
    }
    return first..<UInt32(truncatingIfNeeded: tree.annotations.count)
  }

  /// A clause, `{"kind": "when" or "unless", "body": expression}`.
  private mutating func condition(_ index: JSONDocument.Index) throws(JSONFailure) {
    let what = "a condition"
    let kind = try member("kind", of: index, what)
    let body = try member("body", of: index, what)
    try expectCount(2, of: index, what, ["kind", "body"])
    let isUnless = document.string(at: kind, equals: "unless")
    guard isUnless || document.string(at: kind, equals: "when") else {
      throw failure(.form, "`kind` is `when` or `unless`", at: kind)
    }
    let first = UInt32(truncatingIfNeeded: tree.nodes.count)
    try expression(body)
    let nodes = first..<UInt32(truncatingIfNeeded: tree.nodes.count)
    tree.conditions.append(
      ConditionRecord(isUnless: isUnless, nodes: nodes, start: start(of: body), end: end(of: body))
    )
  }

  // MARK: Small steps

  func start(of index: JSONDocument.Index) -> UInt32 { UInt32(truncatingIfNeeded: document.offset(of: index)) }

  func end(of index: JSONDocument.Index) -> UInt32 { UInt32(truncatingIfNeeded: document.end(of: index)) }

  func failure(_ code: InputError.Code, _ message: String, at index: JSONDocument.Index) -> JSONFailure {
    JSONFailure(code, message, at: document.offset(of: index))
  }

  /// A string of the input as it is safe and short enough to show.
  func shown(_ index: JSONDocument.Index) -> String {
    CedarText.quoted(String((document.string(at: index) ?? "").prefix(64)))
  }

  /// A member that must be there.
  func member(
    _ name: String,
    of index: JSONDocument.Index,
    _ what: @autoclosure () -> String
  ) throws(JSONFailure) -> JSONDocument.Index {
    guard document.kind(of: index) == .object else { throw failure(.form, "\(what()) is an object", at: index) }
    guard let member = document.member(name, of: index) else {
      throw failure(.form, "the member `\(name)` of \(what()) is missing", at: index)
    }
    return member
  }

  /// That an object has no members but those read.
  func expectCount(
    _ count: Int,
    of index: JSONDocument.Index,
    _ what: @autoclosure () -> String,
    _ allowed: @autoclosure () -> [String]
  ) throws(JSONFailure) {
    guard document.count(of: index) != count else { return }
    let names = allowed()
    for (key, _) in document.members(of: index) where !names.contains(where: { document.string(at: key, equals: $0) }) {
      throw failure(.form, "\(what()) has no member \(shown(key))", at: key)
    }
    throw failure(.form, "\(what()) has members that exclude each other", at: index)
  }
}
