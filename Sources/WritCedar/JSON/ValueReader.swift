// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Turns JSON into Cedar values: `{"__entity": {"type", "id"}}`, `{"__extn": {"fn", "arg"}}`, and where a schema says
/// what to expect, the short forms `{"type", "id"}`, `{"fn", "arg"}` and bare strings.
///
/// The schema guides the reading only; whether the value fits is checked afterwards. Nested JSON is walked with an
/// explicit stack, which also tells the messages of errors the attribute that is being read.
struct ValueReader {
  let schema: Schema?
  /// Whether JSON may name an entity or an extension function by an escape (`__entity`, `__extn`), schema or not.
  private let admitsEscapes: Bool
  private var typeNames: [ScalarText: EntityTypeName] = [:]
  private var uids: Set<EntityUID> = []
  private var frames: [Frame] = []
  /// Members that mean nothing, with their places: beside `type` and `id`, or beside `fn` and its arguments.
  private(set) var ignored = IgnoredMembers()

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

  /// The type that a schema, or the function that takes the value, leads to expect; nothing where neither says.
  private struct Expectation {
    var index: Schema.TypeIndex?
    var type: Schema.ValueType?

    /// The function that makes values of the type from one string.
    var constructor: ExtensionFunction? {
      switch type {
      case .ip: .ip
      case .decimal: .decimal
      case .datetime: .datetime
      case .duration: .duration
      default: nil
      }
    }
  }

  private struct Frame {
    enum Kind {
      case set(element: Schema.TypeIndex?)
      case record(Schema.TypeIndex?)
      /// A call whose arguments may have short forms, as its value may.
      case call(ExtensionFunction, isGuided: Bool)
    }

    let kind: Kind
    let offset: Int
    var elements: JSONDocument.ElementSequence?
    var members: JSONDocument.MemberSequence?
    /// The one argument of a call that is written as `arg`.
    var argument: JSONDocument.Index?
    var names: [String] = []
    var values: [Value] = []

    /// The part that is being read, for the message of an error.
    var place: String? {
      switch kind {
      case .record: names.last.map { "attribute \(Schema.shown($0))" }
      case .set: "an element"
      case .call: nil
      }
    }
  }

  private enum Step {
    case read(JSONDocument.Index, Expectation)
    case deliver(Value)
  }

  // MARK: Values

  /// The value at an index.
  ///
  /// - Throws: a ``JSONFailure`` whose message begins with the attributes that lead to what is wrong.
  mutating func value(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    expecting type: Schema.TypeIndex? = nil
  ) throws(JSONFailure) -> Value {
    frames.removeAll(keepingCapacity: true)
    do throws(JSONFailure) {
      return try read(.read(index, expectation(type)), of: document)
    } catch {
      throw error.prefixed(by: frames.compactMap(\.place))
    }
  }

  private mutating func read(_ first: Step, of document: JSONDocument) throws(JSONFailure) -> Value {
    var step = first
    while true {
      switch step {
      case .read(let index, let expected):
        if let value = try begin(index, of: document, expected) {
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

  private func expectation(_ index: Schema.TypeIndex?) -> Expectation {
    Expectation(index: index, type: index.flatMap { schema?[$0] })
  }

  /// The value of a scalar, an entity or a call with a plain argument; `nil` when a frame was pushed for its parts.
  private mutating func begin(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    _ expected: Expectation
  ) throws(JSONFailure) -> Value? {
    let offset = document.offset(of: index)
    switch document.kind(of: index) {
    case .boolean:
      return .bool(document.boolean(at: index) ?? false)
    case .number:
      guard let integer = document.integer(at: index) else {
        let text = document.numberText(at: index) ?? ""
        throw JSONFailure.notAnInteger(text, at: offset)
      }
      return .long(integer)
    case .string:
      let string = document.string(at: index) ?? ""
      guard let function = expected.constructor else { return .string(string) }
      return try call(function, [.string(string)], at: offset)
    case .null:
      throw JSONFailure.noNull(at: offset)
    case .array:
      var element: Schema.TypeIndex?
      if case .set(let type)? = expected.type { element = type }
      var frame = Frame(kind: .set(element: element), offset: offset, elements: document.elements(of: index))
      frame.values.reserveCapacity(document.count(of: index))
      try push(frame)
      return nil
    case .object:
      return try beginObject(index, of: document, expected)
    }
  }

  private mutating func beginObject(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    _ expected: Expectation
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
    let isExtension = expected.constructor != nil
    if let call = document.member("__extn", of: index) {
      try requireSingleMember("__extn", index, of: document)
      return try beginCall(call, of: document, isGuided: isExtension)
    }
    if document.isExpressionEscape(index) {
      throw JSONFailure.expressionEscape(at: offset)
    }
    if case .entity? = expected.type, document.member("type", of: index) != nil,
      document.member("id", of: index) != nil
    {
      try document.refuseExpression(index)
      return .entity(try uidObject(index, of: document))
    }
    if isExtension, document.member("fn", of: index) != nil {
      try document.refuseExpression(index)
      return try beginCall(index, of: document, isGuided: true)
    }
    try push(record(index, of: document, expected.index))
    return nil
  }

  /// A frame for the members of an object, all of them attributes.
  private func record(_ index: JSONDocument.Index, of document: JSONDocument, _ type: Schema.TypeIndex?) -> Frame {
    var record: Schema.TypeIndex?
    if let type, case .record? = schema?[type] { record = type }
    var frame = Frame(kind: .record(record), offset: document.offset(of: index), members: document.members(of: index))
    frame.names.reserveCapacity(document.count(of: index))
    frame.values.reserveCapacity(document.count(of: index))
    return frame
  }

  /// The record of an object whose members are attributes whatever they are called: `__entity` and `__extn` too.
  ///
  /// - Throws: as ``value(_:of:expecting:)`` does.
  mutating func attributes(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    expecting type: Schema.TypeIndex? = nil
  ) throws(JSONFailure) -> RecordValue? {
    guard document.kind(of: index) == .object else { return nil }
    frames.removeAll(keepingCapacity: true)
    do throws(JSONFailure) {
      try push(record(index, of: document, type))
      guard case .record(let record) = try read(next(in: document), of: document) else { return nil }
      return record
    } catch {
      throw error.prefixed(by: frames.compactMap(\.place))
    }
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

  /// `{"fn": name, "arg": value}` or `{"fn": name, "args": [value, …]}`; other members mean nothing, nor does `args`
  /// beside `arg`.
  ///
  /// - Parameter isGuided: whether a value of an extension type is expected, so that arguments may have short forms.
  private mutating func beginCall(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    isGuided: Bool
  ) throws(JSONFailure) -> Value? {
    let offset = document.offset(of: index)
    let argument = document.member("arg", of: index)
    let arguments = document.member("args", of: index)
    guard document.kind(of: index) == .object, let name = document.member("fn", of: index),
      argument != nil || arguments != nil
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
    if document.count(of: index) > 2 {
      try note(index, of: document, known: ["fn", argument == nil ? "args" : "arg"], "an extension value")
    }
    if let argument, let text = document.string(at: argument), !isGuided || function.isConstructor {
      return try call(function, [.string(text)], at: offset)
    }
    var frame = Frame(kind: .call(function, isGuided: isGuided), offset: offset)
    if argument == nil, let arguments {
      guard document.kind(of: arguments) == .array else {
        throw JSONFailure(.form, "`args` is an array", at: document.offset(of: arguments))
      }
      frame.elements = document.elements(of: arguments)
    }
    frame.argument = argument
    try push(frame)
    return nil
  }

  /// Notes members that mean nothing; numbers in them are Cedar's all the same.
  private mutating func note(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    known: [String],
    _ what: String
  ) throws(JSONFailure) {
    if let number = document.foreignNumber(in: index) {
      let text = document.numberText(at: number) ?? ""
      throw JSONFailure.notAnInteger(text, at: document.offset(of: number))
    }
    ignored.note(index, of: document, known: known, what)
  }

  /// The members that mean nothing since this was asked last.
  mutating func takeIgnored() -> IgnoredMembers {
    defer { ignored = IgnoredMembers() }
    return ignored
  }

  /// The next part of the construct on top, or its value when there are no more.
  private mutating func next(in document: JSONDocument) throws(JSONFailure) -> Step {
    let top = frames.count - 1
    if let argument = frames[top].argument {
      frames[top].argument = nil
      return .read(argument, expectedArgument(of: frames[top]))
    }
    if let element = frames[top].elements?.next() {
      if case .set(let type) = frames[top].kind { return .read(element, expectation(type)) }
      return .read(element, expectedArgument(of: frames[top]))
    }
    if let (key, value) = frames[top].members?.next() {
      let name = document.string(at: key) ?? ""
      frames[top].names.append(name)
      guard case .record(let type?) = frames[top].kind else { return .read(value, Expectation()) }
      return .read(value, expectation(schema?.attribute(name, of: type)?.type))
    }
    let frame = frames.removeLast()
    do {
      switch frame.kind {
      case .set: return .deliver(.set(try SetValue(frame.values)))
      case .call(let function, _): return .deliver(try call(function, frame.values, at: frame.offset))
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

  /// The type of the argument of a call that is read next.
  private func expectedArgument(of frame: Frame) -> Expectation {
    guard case .call(let function, isGuided: true) = frame.kind else { return Expectation() }
    return Expectation(type: function.parameter(frame.values.count)?.schemaType)
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

  /// An identifier where nothing else can stand: `{"type", "id"}` or the same under `__entity`; other members beside
  /// `type` and `id` mean nothing.
  mutating func uid(_ index: JSONDocument.Index, of document: JSONDocument) throws(JSONFailure) -> EntityUID {
    if let entity = document.member("__entity", of: index) {
      try requireSingleMember("__entity", index, of: document)
      return try uidObject(entity, of: document)
    }
    try document.refuseExpression(index)
    return try uidObject(index, of: document)
  }

  private mutating func uidObject(
    _ index: JSONDocument.Index,
    of document: JSONDocument
  ) throws(JSONFailure) -> EntityUID {
    guard document.kind(of: index) == .object,
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
    if document.count(of: index) > 2 { try note(index, of: document, known: ["type", "id"], "an entity's name") }
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
