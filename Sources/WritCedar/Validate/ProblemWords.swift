// SPDX-License-Identifier: Apache-2.0

/// The words of an error of types: what was expected, what was found, and what to write.
struct ProblemWords {
  var message = ""
  var help: String?
  var expected: String?
  var found: String?
  var suggestion: String?

  private let tree: SyntaxTree
  private let node: Int
  private let schema: CheckedSchema

  /// - Parameter node: the node of the tree that is wrong.
  init(
    _ problem: TypeProblem,
    node: Int,
    in tree: SyntaxTree,
    environment: TypeChecker.Environment,
    _ schema: CheckedSchema
  ) {
    self.tree = tree
    self.node = node
    self.schema = schema
    switch problem {
    case .unexpected(let type, let expectation, let operation): unexpected(type, expectation, by: operation)
    case .incompatible(let left, let right, let meeting): incompatible(left, right, meeting)
    case .unknownAttribute(let name, let type): unknownAttribute(schema.types.names[Int(name)], of: type, environment)
    case .optionalAttribute(let name, let type): optionalAttribute(schema.types.names[Int(name)], of: type, environment)
    case .untestedTag(let type):
      message = "the tag may be missing: entities of type \(schema.description(type)) have any tags or none"
      help = text(tagOperands?.entity).flatMap { entity in
        text(tagOperands?.key).map { "test it first: `\(entity).hasTag(\($0)) && …`" }
      }
    case .noTags(let type):
      message = "entities of type \(schema.description(type)) have no tags"
      help = "tags are declared in the schema: `entity \(schema.description(type)) tags String;`"
    case .argumentCount(let function, let count):
      let receiver = function.isConstructor ? 0 : 1
      expected = String(function.arity - receiver)
      found = String(count - receiver)
      message = "`\(function.name)` takes \(function.arity - receiver) arguments, found \(count - receiver)"
      if function.isVariadic {
        message = "`\(function.name)` takes at least \(function.arity - receiver) argument, found \(count - receiver)"
      } else if function.arity - receiver == 1 {
        message = "`\(function.name)` takes 1 argument, found \(count - receiver)"
      }
    case .refusedLiteral(let function, let refusal):
      message = "`\(function.name)` refuses the text: \(refusal)"
      help = Self.literalForm[function]
    case .nonLiteral(let function):
      message = "`\(function.name)` takes a literal: whether it accepts another text is known only when it is evaluated"
      help =
        "declare the attribute as \(schema.description(TypeChecker.result(function))) in the schema, or write the text here"
    case .emptySet:
      message = "`[]` has no type: its elements could be anything"
      help = "whether a set is empty is `.isEmpty()`"
    }
  }

  private static let literalForm: [ExtensionFunction: String] = [
    .ip: "as in `ip(\"10.0.0.1\")` or `ip(\"10.0.0.0/8\")`",
    .decimal: "as in `decimal(\"1.50\")`: one to four digits behind the point",
    .datetime: "as in `datetime(\"2026-01-31\")` or `datetime(\"2026-01-31T08:00:00Z\")`",
    .duration: "as in `duration(\"1d12h\")`: the units d, h, m, s, ms in this order",
  ]

  // MARK: Text of operands

  private static let shownBytes = 60

  /// The text of an operand as it stands in a policy in Cedar's syntax; nothing where it is long.
  private func text(_ node: Int?) -> String? {
    guard let node, tree.nodes.indices.contains(node), !tree.isJSON else { return nil }
    let span = tree.nodes[node].span
    guard span.end - span.start <= Self.shownBytes else { return nil }
    return tree.source.text(of: span)
  }

  /// The operands of `hasTag` or `getTag`: the key stands directly before its operator, the entity before the key.
  private var tagOperands: (entity: Int, key: Int)? {
    var operands: [Int] = []
    var start = node - 1
    // The key is mostly a literal.
    guard start >= 0 else { return nil }
    guard tree.arity(of: tree.nodes[start]) > 0 else { return (start - 1, start) }
    let first = Swift.max(0, node - 64)
    for index in first..<node { start = tree.nodes[index].isGuard ? start : operandStart(index, &operands) }
    return start > 0 && operands.count >= 2 ? (start - 1, node - 1) : nil
  }

  private func operandStart(_ index: Int, _ operands: inout [Int]) -> Int {
    let arity = tree.arity(of: tree.nodes[index])
    guard operands.count >= arity else {
      operands = [index]
      return index
    }
    return tree.subtreeStart(index, &operands)
  }

  // MARK: Types

  private func name(_ expectation: TypeProblem.Expectation) -> String {
    switch expectation {
    case .bool: "Bool"
    case .long: "Long"
    case .string: "String"
    case .entity: "an entity"
    case .set: "a set"
    case .entityOrRecord: "an entity or a record"
    case .entityOrEntities: "an entity or a set of entities"
    case .comparable: "Long, datetime or duration"
    case .type(let type): schema.description(type)
    }
  }

  private mutating func unexpected(
    _ type: TypeNumber,
    _ expectation: TypeProblem.Expectation,
    by operation: Node.Operation
  ) {
    let expected = name(expectation)
    let found = schema.description(type)
    self.expected = expected
    self.found = found
    message = "\(Self.subject(operation)) expects \(expected), found \(found)"
    help = TypeAdvice(schema.types.kind(type), expectation, operation).text
  }

  private static func subject(_ operation: Node.Operation) -> String {
    switch operation {
    case .getAttribute: "`.`"
    case .hasAttribute: "`has`"
    case .isType, .isTypeIn: "`is`"
    case .conditional: "`if`"
    case .call: "the function"
    case .and: "`&&`, and a condition,"
    default: "`\(operation.jsonName)`"
    }
  }

  private mutating func incompatible(_ left: TypeNumber, _ right: TypeNumber, _ meeting: TypeProblem.Meeting) {
    let types = (schema.description(left), schema.description(right))
    expected = types.0
    found = types.1
    switch meeting {
    case .set: message = "the elements of a set have one type, found \(types.0) and \(types.1)"
    case .branches: message = "`then` and `else` have one type, found \(types.0) and \(types.1)"
    case .equality: message = "only values of one type can be equal, found \(types.0) and \(types.1)"
    case .contains: message = "a set of \(types.0) never contains \(types.1)"
    case .containsAll: message = "sets of one type are compared, found \(types.0) and \(types.1)"
    }
    let kinds = (schema.types.kind(left), schema.types.kind(right))
    switch (kinds.0, kinds.1) {
    case (.record, .record): help = "records of one type have the same attributes, required or optional in both"
    case (.entity, .string), (.string, .entity):
      help = "an entity is written `Type::\"id\"`; ids cannot be compared as strings"
    case (.string, .ip), (.ip, .string): help = "write the address as `ip(\"10.0.0.1\")`"
    case (.string, .decimal), (.decimal, .string), (.long, .decimal), (.decimal, .long):
      help = "write the number as `decimal(\"1.5\")`"
    case (.string, .datetime), (.datetime, .string): help = "write the moment as `datetime(\"2026-01-31\")`"
    case (.string, .duration), (.duration, .string): help = "write the length of time as `duration(\"1h\")`"
    case (.set, _) where meeting == .equality: help = "whether a set holds a value is `.contains(…)`"
    case (_, .set) where meeting == .equality: help = "whether a set holds a value is `.contains(…)`"
    case (_, .set) where meeting == .contains: help = "whether a set holds all of another is `.containsAll(…)`"
    default: break
    }
  }

  // MARK: Attributes

  private func owner(_ type: TypeNumber, _ environment: TypeChecker.Environment) -> String {
    if schema.types.isEntity(type) { return "the entity type \(schema.description(type))" }
    if node > 0, tree.nodes[node - 1].operation == .context {
      return "the context of \(Schema.shown(schema.actions[Int(environment.action)].uid))"
    }
    return "the record \(schema.description(type))"
  }

  private mutating func unknownAttribute(_ name: String, of type: TypeNumber, _ environment: TypeChecker.Environment) {
    let record = schema.types.isEntity(type) ? schema.attributes[Int(schema.types.entityType(type))] : type
    let names = schema.types.fields(record).map { schema.types.names[Int($0.name)] }
    suggestion = Suggestion.nearest(to: name, among: names)
    found = name
    message = "\(owner(type, environment)) has no attribute \(Schema.shown(name))"
    if let suggestion {
      help = "did you mean `\(suggestion)`?"
    } else if ["id", "type", "uid"].contains(name) {
      help = "ids and types are not attributes: compare the entity, `== User::\"id\"`, or test its type with `is`"
    } else if schema.types.isEntity(type), !schema.isDeclared(schema.types.entityType(type)) {
      help = "actions have no attributes"
    } else if let function = ExtensionFunction(name: name), !function.isConstructor {
      help = "a method is called with parentheses: `.\(name)(…)`"
    } else if names.isEmpty {
      help = nil
    } else {
      let sorted = names.sorted { $0.scalarOrder(comparedTo: $1) < 0 }
      let shown = sorted.prefix(8).map { TypeTable.shown($0) }.joined(separator: ", ")
      help = "the attributes are \(shown)\(sorted.count > 8 ? ", …" : "")"
    }
  }

  private mutating func optionalAttribute(_ name: String, of type: TypeNumber, _ environment: TypeChecker.Environment) {
    found = name
    message = "the attribute \(Schema.shown(name)) of \(owner(type, environment)) may be missing"
    let test = "has \(CedarText.key(name)) && …"
    help = "test it first: `\(text(node - 1) ?? "…") \(test)`"
  }
}
