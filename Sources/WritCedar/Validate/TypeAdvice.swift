// SPDX-License-Identifier: Apache-2.0

/// The advice for an operand of a type that its operator does not take.
struct TypeAdvice {
  let text: String?

  /// - Parameters:
  ///   - found: the kind of the operand.
  ///   - expected: the kinds that the operator takes.
  init(_ found: TypeTable.Kind, _ expected: TypeProblem.Expectation, _ operation: Node.Operation) {
    switch (operation, found) {
    case (.add, .string): text = "`+` adds longs; text is not joined, but compared with `like`"
    case (.add, .datetime), (.add, .duration), (.subtract, .datetime), (.subtract, .duration):
      text = "write `a.durationSince(b)`, or `a.offset(duration(\"1d\"))`"
    case (.add, .set), (.subtract, .set), (.multiply, .set):
      text = "Cedar has no union, intersection or difference of sets"
    case (.add, .decimal), (.subtract, .decimal), (.multiply, .decimal): text = "decimals are compared, not added"
    case (.less, .decimal), (.lessOrEqual, .decimal), (.greater, .decimal), (.greaterOrEqual, .decimal):
      text = "decimals are compared with `.lessThan(…)` and `.greaterThan(…)`"
    case (.less, .string), (.lessOrEqual, .string), (.greater, .string), (.greaterOrEqual, .string):
      text = "strings have no order; only Long, datetime and duration do"
    case (.hasAttribute, .set), (.in, .set): text = Self.contains
    case (.hasAttribute, .string): text = Self.like
    case (.in, _): text = "`in` is for entities; whether a set holds a value is `set.contains(value)`"
    case (.like, .entity): text = "`like` compares strings; the type of an entity is tested with `is`"
    case (.isType, _), (.isTypeIn, _):
      text = "`is` tests the type of an entity; values of other kinds have no type to ask for"
    case (.contains, .entity), (.containsAll, .entity), (.containsAny, .entity):
      text = "whether an entity is in a group is `entity in group`"
    case (.contains, .record), (.containsAll, .record), (.containsAny, .record):
      text = "whether a record has an attribute is `record has name`"
    case (.contains, .string): text = Self.like
    case (.containsAll, _), (.containsAny, _):
      text = "the argument is a set, `[ … ]`; for one element write `.contains(…)`"
    case (.isEmpty, .string): text = "whether a string is empty is `== \"\"`"
    case (.getAttribute, .set): text = Self.contains
    case (.hasTag, _), (.getTag, _):
      if case .string = expected { text = "the key of a tag is a string" } else { text = "only entities have tags" }
    case (.and, .string), (.or, .string), (.not, .string), (.conditional, .string), (.and, .long), (.or, .long),
      (.not, .long), (.conditional, .long):
      text = "compare it with something, as in `… == …`"
    case (.call, _): text = Self.argument(expected)
    default: text = nil
    }
  }

  private static let contains = "whether a set holds a value is `set.contains(value)`"
  private static let like = "whether a string has a part is `like \"*part*\"`"

  private static func argument(_ expected: TypeProblem.Expectation) -> String? {
    guard case .type(let type) = expected else { return nil }
    switch type {
    case .ip: return "write the address as `ip(\"10.0.0.0/8\")`"
    case .decimal: return "write the number as `decimal(\"1.5\")`"
    case .datetime: return "write the moment as `datetime(\"2026-01-31\")`"
    case .duration: return "write the length of time as `duration(\"1d\")`"
    case .string: return "write the text in double quotes"
    default: return nil
    }
  }
}
