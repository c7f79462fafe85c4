// SPDX-License-Identifier: Apache-2.0

/// A text of policies (or one expression) after reading: flat arrays with indices, in which ``Policy`` values are
/// views.
///
/// Expressions are stored in post-order, operands before the operator that takes them, with a guard wherever evaluation
/// may skip. So evaluating is one pass over an array with a stack of values, and nothing ever recurses over input:
/// a chain of a hundred thousand `&&` is as harmless as one, freeing it included.
package final class SyntaxTree: Sendable {
  package let source: SourceText
  /// Whether the source is Cedar's JSON, whose pieces are not shown as they stand there.
  let isJSON: Bool
  package let nodes: [Node]
  package let strings: [String]
  package let longs: [Int64]
  package let patterns: [Pattern]
  /// Indices into `strings` for `has` paths and record keys, into `entities` for action lists.
  package let lists: [UInt32]
  let entityParts: [EntityParts]
  let policies: [PolicyRecord]
  let annotations: [AnnotationRecord]
  package let conditions: [ConditionRecord]

  init(_ builder: consuming SyntaxTreeBuilder, source: SourceText, isJSON: Bool = false) {
    self.source = source
    self.isJSON = isJSON
    nodes = builder.nodes
    strings = builder.strings
    longs = builder.longs
    patterns = builder.patterns
    lists = builder.lists
    entityParts = builder.entityParts
    policies = builder.policies
    annotations = builder.annotations
    conditions = builder.conditions
  }

  package func entity(at index: UInt32) -> EntityUID {
    let parts = entityParts[Int(index)]
    return EntityUID(type: typeName(at: parts.type), id: strings[Int(parts.id)])
  }

  /// The entity type whose name is the string at this index.
  package func typeName(at index: UInt32) -> EntityTypeName { EntityTypeName(checked: strings[Int(index)]) }
}

/// One step of an expression in post-order: an operand, an operator over the operands before it, or a guard.
package struct Node: Sendable {
  package enum Operation: UInt8, Sendable {
    // Operands. `operand` is the truth (0 or 1) or an index into the tree's array of that name.
    case bool, long, string, entity
    case principal, action, resource, context

    // One operand.
    case not, negate, isEmpty
    case getAttribute  // operand: strings
    case hasAttribute  // operand: lists, a count and the path `a.b.c`
    case like  // operand: patterns
    case isType  // operand: strings

    // Two operands.
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case add, subtract, multiply
    case `in`, contains, containsAll, containsAny, hasTag, getTag

    // Two or three operands, the later ones behind a guard.
    case and, or, conditional
    case isTypeIn  // operand: strings

    // Any number of operands.
    case set  // operand: their count
    case record  // operand: lists, a count and the keys in order
    case call  // operand: the function in the low 8 bits, the count of arguments above

    // Guards: they stand where the right operand begins and are not in the tree. `operand`: the distance to jump.
    case andGuard, orGuard, ifGuard, elseGuard, isTypeInGuard
  }

  package let operation: Operation
  package var operand: UInt32
  package let start: UInt32
  package let end: UInt32

  package var span: SourceSpan { SourceSpan(start, end) }

  package var isGuard: Bool { operation.rawValue >= Operation.andGuard.rawValue }

  package var calledFunction: ExtensionFunction? { ExtensionFunction(rawValue: UInt8(truncatingIfNeeded: operand)) }
  package var argumentCount: Int { Int(operand >> 8) }
}

extension SyntaxTree {
  /// Returns the number of operands of the node.
  package func arity(of node: Node) -> Int {
    switch node.operation {
    case .bool, .long, .string, .entity, .principal, .action, .resource, .context: 0
    case .not, .negate, .isEmpty, .getAttribute, .hasAttribute, .like, .isType: 1
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .in,
      .contains, .containsAll, .containsAny, .hasTag, .getTag, .and, .or, .isTypeIn:
      2
    case .conditional: 3
    case .set: Int(node.operand)
    case .record: Int(lists[Int(node.operand)])
    case .call: node.argumentCount
    case .andGuard, .orGuard, .ifGuard, .elseGuard, .isTypeInGuard: 0
    }
  }

  /// The list stored at an index of `lists`: its count, then its items.
  package func list(at index: UInt32) -> ArraySlice<UInt32> {
    let start = Int(index)
    return lists[(start + 1)..<(start + 1 + Int(lists[start]))]
  }
}

/// An entity literal: indices into `strings`.
struct EntityParts: Sendable {
  let type: UInt32
  let id: UInt32
}

/// The fixed part of a policy.
///
/// Ranges are into the tree's arrays.
struct PolicyRecord: Sendable {
  let effect: Effect
  let start: UInt32
  let end: UInt32
  let annotations: Range<UInt32>
  let principal: ScopeRecord
  let action: ActionScopeRecord
  let resource: ScopeRecord
  let conditions: Range<UInt32>
}

struct ScopeRecord: Sendable {
  enum Form: UInt8, Sendable {
    case any, equal, `in`, isType, isTypeIn
  }

  /// In place of an entity: the template's slot.
  static let slot = UInt32.max

  var form: Form = .any
  var type: UInt32 = 0
  var entity: UInt32 = 0
  var start: UInt32 = 0
  var end: UInt32 = 0
}

struct ActionScopeRecord: Sendable {
  enum Form: UInt8, Sendable {
    case any, equal, `in`, inList
  }

  var form: Form = .any
  /// An index into `entities`, or into `lists` for `inList`.
  var operand: UInt32 = 0
  var start: UInt32 = 0
  var end: UInt32 = 0
}

struct AnnotationRecord: Sendable {
  static let noValue = UInt32.max

  let key: UInt32
  let value: UInt32
  let start: UInt32
  let end: UInt32
}

/// A `when` or `unless` clause.
package struct ConditionRecord: Sendable {
  package let isUnless: Bool
  package let nodes: Range<UInt32>
  /// The text between the braces.
  package let start: UInt32
  package let end: UInt32
}

/// The content of a ``SyntaxTree`` while a parser fills it.
struct SyntaxTreeBuilder {
  var nodes: [Node] = []
  var strings: [String] = []
  var longs: [Int64] = []
  var patterns: [Pattern] = []
  var lists: [UInt32] = []
  var entityParts: [EntityParts] = []
  var policies: [PolicyRecord] = []
  var annotations: [AnnotationRecord] = []
  var conditions: [ConditionRecord] = []
  /// The places where strings were stored lately, by their hash, from 1; 0 for none.
  private var recent = [UInt32](repeating: 0, count: 1 << 12)

  /// Stores a string, mostly once: names come again soon, and ids that occur once in a hundred thousand policies are
  /// not worth a dictionary of them all.
  mutating func string(_ string: String) -> UInt32 {
    let slot = Self.hash(string) & (recent.count - 1)
    let known = recent[slot]
    if known > 0, strings[Int(known - 1)].hasSameScalars(as: string) { return known - 1 }
    strings.append(string)
    recent[slot] = UInt32(truncatingIfNeeded: strings.count)
    return recent[slot] - 1
  }

  /// FNV-1a of the beginning and the length; strings that collide are only stored more often.
  private static func hash(_ string: String) -> Int {
    let bytes = string.utf8.span
    var hash = UInt64(truncatingIfNeeded: bytes.count) ^ 0xCBF2_9CE4_8422_2325
    for index in 0..<Swift.min(bytes.count, 64) { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }

  mutating func entity(_ parts: EntityParts) -> UInt32 {
    entityParts.append(parts)
    return UInt32(truncatingIfNeeded: entityParts.count - 1)
  }

  mutating func list(_ items: [UInt32]) -> UInt32 {
    let index = UInt32(truncatingIfNeeded: lists.count)
    lists.append(UInt32(truncatingIfNeeded: items.count))
    lists.append(contentsOf: items)
    return index
  }
}
