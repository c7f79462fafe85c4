// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Turns JSON into Cedar values: `{"__entity": {"type", "id"}}`, `{"__extn": {"fn", "arg"}}`, and where a schema says
/// what to expect, the short forms `{"type", "id"}`, `{"fn", "arg"}` and bare strings.
///
/// The schema guides the reading only; whether the value fits is checked afterwards. Nested JSON is walked with an
/// explicit stack.
struct ValueReader {
  let schema: Schema?
  /// Whether JSON may name an entity or an extension function by an escape (`__entity`, `__extn`), schema or not.
  private let admitsEscapes: Bool
  private var typeNames: [ScalarText: EntityTypeName] = [:]
  private var uids: Set<EntityUID> = []
  private var frames: [Frame] = []

  /// JSON levels that values may take: an extension call nested in another takes three.
  static let maximumJSONDepth = 3 * Nesting.limit + 8

  init(schema: Schema?, admitsEscapes: Bool = true) {
    self.schema = schema
    self.admitsEscapes = admitsEscapes
  }

  /// Makes room for identifiers that are about to be read.
  mutating func reserveCapacity(_ count: Int) {
    uids.reserveCapacity(count)
  }

  private struct Frame {
    enum Kind {
      case set(element: Schema.TypeIndex?)
      case record(Schema.TypeIndex?)
      case call(ExtensionFunction)
    }

    let kind: Kind
    let offset: Int
    var elements: JSONDocument.ElementSequence?
    var members: JSONDocument.MemberSequence?
    /// The one argument of a call that is written as `arg`.
    var argument: JSONDocument.Index?
    var names: [String] = []
    var values: [Value] = []
  }

  private enum Step {
    case read(JSONDocument.Index, Schema.TypeIndex?)
    case deliver(Value)
  }

  // MARK: Values

  mutating func value(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    expecting type: Schema.TypeIndex? = nil
  ) throws(JSONFailure) -> Value {
    frames.removeAll(keepingCapacity: true)
    var step = Step.read(index, type)
    while true {
      switch step {
      case .read(let index, let type):
        if let value = try begin(index, of: document, expecting: type) {
          step = .deliver(value)
        } else {
          step = try next(in: document)
        }
      case .deliver(let value):
        if frames.isEmpty { return value }
        frames[frames.count - 1].values.append(value)
        step = try next(in: document)
      }
    }
  }

  /// The value of a scalar, an entity or a call with a plain argument; `nil` when a frame was pushed for its parts.
  private mutating func begin(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    expecting type: Schema.TypeIndex?
  ) throws(JSONFailure) -> Value? {
    let expected = type.flatMap { schema?[$0] }
    let offset = document.offset(of: index)
    switch document.kind(of: index) {
    case .boolean:
      return .bool(document.boolean(at: index) ?? false)
    case .number:
      guard let integer = document.integer(at: index) else {
        let text = document.numberText(at: index) ?? ""
        throw JSONFailure(
          .value,
          "`\(text.prefix(40))` is not a 64-bit integer",
          help: ForeignMember.help(forNumber: text),
          at: offset
        )
      }
      return .long(integer)
    case .string:
      let string = document.string(at: index) ?? ""
      guard let function = expected.flatMap(Self.constructor) else { return .string(string) }
      return try call(function, [.string(string)], at: offset)
    case .null:
      throw JSONFailure(.value, "Cedar has no null", help: "leave the member out", at: offset)
    case .array:
      var element: Schema.TypeIndex?
      if case .set(let type)? = expected { element = type }
      var frame = Frame(kind: .set(element: element), offset: offset, elements: document.elements(of: index))
      frame.values.reserveCapacity(document.count(of: index))
      try push(frame)
      return nil
    case .object:
      return try beginObject(index, of: document, type, expected)
    }
  }

  private mutating func beginObject(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    _ type: Schema.TypeIndex?,
    _ expected: Schema.ValueType?
  ) throws(JSONFailure) -> Value? {
    let offset = document.offset(of: index)
    if !admitsEscapes {
      for name in ["__entity", "__extn"] where document.member(name, of: index) != nil {
        throw JSONFailure(.value, "`\(name)` is not allowed here", at: offset)
      }
    }
    if let entity = document.member("__entity", of: index) {
      try requireSingleMember("__entity", index, of: document)
      return .entity(try uidObject(entity, of: document))
    }
    if let call = document.member("__extn", of: index) {
      try requireSingleMember("__extn", index, of: document)
      return try beginCall(call, of: document)
    }
    if document.member("__expr", of: index) != nil {
      throw JSONFailure(
        .value,
        "`__expr` is no longer part of the format",
        help: "write `{\"__entity\": {\"type\", \"id\"}}` or `{\"__extn\": {\"fn\", \"arg\"}}`",
        at: offset
      )
    }
    switch expected {
    case .entity? where document.member("type", of: index) != nil && document.member("id", of: index) != nil:
      return .entity(try uidObject(index, of: document))
    case .ip?, .decimal?, .datetime?, .duration?:
      if document.member("fn", of: index) != nil { return try beginCall(index, of: document) }
    default: break
    }
    var record: Schema.TypeIndex?
    if case .record? = expected { record = type }
    var frame = Frame(kind: .record(record), offset: offset, members: document.members(of: index))
    frame.names.reserveCapacity(document.count(of: index))
    frame.values.reserveCapacity(document.count(of: index))
    try push(frame)
    return nil
  }

  private func requireSingleMember(
    _ name: String,
    _ index: JSONDocument.Index,
    of document: JSONDocument
  ) throws(JSONFailure) {
    guard document.count(of: index) == 1 else {
      throw JSONFailure(.form, "an object with `\(name)` has no other member", at: document.offset(of: index))
    }
  }

  /// `{"fn": name, "arg": value}` or `{"fn": name, "args": [value, …]}`.
  private mutating func beginCall(
    _ index: JSONDocument.Index,
    of document: JSONDocument
  ) throws(JSONFailure) -> Value? {
    let offset = document.offset(of: index)
    let argument = document.member("arg", of: index)
    let arguments = document.member("args", of: index)
    guard document.kind(of: index) == .object, document.count(of: index) == 2,
      let name = document.member("fn", of: index), (argument != nil) || (arguments != nil)
    else {
      throw JSONFailure(
        .form,
        "an extension value is `{\"fn\": name, \"arg\": value}`",
        help: "write it as `{\"fn\": \"ip\", \"arg\": \"10.0.0.1\"}`",
        at: offset
      )
    }
    guard let text = document.string(at: name), let function = ExtensionFunction(name: text) else {
      throw JSONFailure(
        .value,
        "there is no such extension function",
        help: ForeignMember.help(forFunction: document.string(at: name) ?? ""),
        at: document.offset(of: name)
      )
    }
    if let argument, let text = document.string(at: argument) { return try call(function, [.string(text)], at: offset) }
    var frame = Frame(kind: .call(function), offset: offset)
    if let arguments {
      guard document.kind(of: arguments) == .array else {
        throw JSONFailure(.form, "`args` is an array", at: document.offset(of: arguments))
      }
      frame.elements = document.elements(of: arguments)
    }
    frame.argument = argument
    try push(frame)
    return nil
  }

  /// The next part of the construct on top, or its value when there are no more.
  private mutating func next(in document: JSONDocument) throws(JSONFailure) -> Step {
    let top = frames.count - 1
    if let argument = frames[top].argument {
      frames[top].argument = nil
      return .read(argument, nil)
    }
    if let element = frames[top].elements?.next() {
      if case .set(let type) = frames[top].kind { return .read(element, type) }
      return .read(element, nil)
    }
    if let (key, value) = frames[top].members?.next() {
      let name = document.string(at: key) ?? ""
      frames[top].names.append(name)
      guard case .record(let type?) = frames[top].kind else { return .read(value, nil) }
      return .read(value, schema?.attribute(name, of: type)?.type)
    }
    let frame = frames.removeLast()
    do {
      switch frame.kind {
      case .set: return .deliver(.set(try SetValue(frame.values)))
      case .call(let function): return .deliver(try call(function, frame.values, at: frame.offset))
      case .record:
        let attributes = zip(frame.names, frame.values).map { RecordValue.Attribute(name: $0, value: $1) }
        return .deliver(.record(try RecordValue(distinct: attributes)))
      }
    } catch let failure as JSONFailure {
      throw failure
    } catch {
      throw JSONFailure(.value, "a value \(NestingLimitExceeded())", at: frame.offset)
    }
  }

  private mutating func push(_ frame: Frame) throws(JSONFailure) {
    guard frames.count < Nesting.limit else {
      throw JSONFailure(.value, "a value \(NestingLimitExceeded())", at: frame.offset)
    }
    frames.append(frame)
  }

  private static func constructor(of type: Schema.ValueType) -> ExtensionFunction? {
    switch type {
    case .ip: .ip
    case .decimal: .decimal
    case .datetime: .datetime
    case .duration: .duration
    default: nil
    }
  }

  private func call(
    _ function: ExtensionFunction,
    _ arguments: [Value],
    at offset: Int
  ) throws(JSONFailure) -> Value {
    do throws(EvaluationFailure) {
      return try function.call(arguments)
    } catch {
      throw JSONFailure(.value, error.message, at: offset)
    }
  }

  // MARK: Identifiers

  /// An identifier where nothing else can stand: `{"type", "id"}` or the same under `__entity`.
  mutating func uid(_ index: JSONDocument.Index, of document: JSONDocument) throws(JSONFailure) -> EntityUID {
    if let entity = document.member("__entity", of: index) {
      try requireSingleMember("__entity", index, of: document)
      return try uidObject(entity, of: document)
    }
    return try uidObject(index, of: document)
  }

  private mutating func uidObject(
    _ index: JSONDocument.Index,
    of document: JSONDocument
  ) throws(JSONFailure) -> EntityUID {
    guard document.kind(of: index) == .object, document.count(of: index) == 2,
      let typeIndex = document.member("type", of: index), let typeText = document.string(at: typeIndex),
      let idIndex = document.member("id", of: index), let id = document.string(at: idIndex)
    else {
      throw JSONFailure(
        .uid,
        "an entity is named by `{\"type\": \"…\", \"id\": \"…\"}`",
        help: ForeignMember.help(forUID: index, in: document),
        at: document.offset(of: index)
      )
    }
    let uid = EntityUID(type: try typeName(typeText, at: document.offset(of: typeIndex)), id: id)
    // Equal identifiers share one allocation.
    return uids.insert(uid).memberAfterInsert
  }

  private mutating func typeName(_ text: String, at offset: Int) throws(JSONFailure) -> EntityTypeName {
    let key = ScalarText(text)
    if let known = typeNames[key] { return known }
    guard let name = EntityTypeName(text) else {
      throw JSONFailure(
        .uid,
        "\(CedarText.quoted(String(text.prefix(64)))) is not the name of an entity type",
        help: "a type is a path of identifiers without quotes and id, as in `User` or `App::User`",
        at: offset
      )
    }
    typeNames[key] = name
    return name
  }
}
