// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar
import WritPolicy

/// Each operator of the language as the tables evaluate it, on operands of every kind.
@Suite("Conditions over cells")
struct EvaluationTests {
  /// Expressions of every kind of value, some of which have none.
  private static let operands = [
    "true", "1", "-9223372036854775808", "context.long", "\"a*b\"",
    "context.text", "principal", "resource", "context.entity", "[1, \"a\", User::\"ann\"]",
    "[User::\"ann\", Group::\"staff\"]", "context.set", "context.groups", "{\"a\": {\"b\": 1}}", "context.record",
    "context",
    "ip(\"10.0.0.0/8\")", "context.ip", "context.decimal", "context.datetime", "context.duration", "context.missing",
    "principal.name", "ip(context.text)", "decimal(context.number)", "datetime(context.date)", "duration(context.span)",
    "[context.long, 7]",
    "{\"x\": context.long, \"y\": principal}", "principal.manager.name",
  ]

  private static let binary = [
    "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "in", "&&", "||",
  ]

  private static let methodNames = [
    "contains", "containsAll", "containsAny", "hasTag", "getTag", "isInRange", "lessThan", "lessThanOrEqual",
    "greaterThan", "greaterThanOrEqual", "offset", "durationSince",
  ]

  private static let unary = [
    "!#", "-#", "#.isEmpty()", "# has a", "# has a.b", "# has name", "# like \"a*\\*b\"", "# like \"*\"", "# is User",
    "# is User in Group::\"staff\"", "# is Doc in context.groups", "#.name", "#.a.b", "#.isIpv4()", "#.isIpv6()",
    "#.isLoopback()", "#.isMulticast()", "#.toDate()", "#.toTime()", "#.toMilliseconds()", "#.toSeconds()",
    "#.toMinutes()", "#.toHours()", "#.toDays()", "if # then 1 else context.missing", "if true then # else 1",
    "if context.long == 3 then # else #", "ip(#)", "decimal(#)", "datetime(#)", "duration(#)",
  ]

  private static let entities = """
    [
      {"uid": {"type": "User", "id": "ann"}, "attrs": {"name": "Ann", "manager": {"__entity": {"type": "User", "id": "bob"}}},
       "parents": [{"type": "Group", "id": "staff"}], "tags": {"a*b": 3, "": {"deep": [1, 2]}}},
      {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": []},
      {"uid": {"type": "Doc", "id": "d"}, "attrs": {}, "parents": [{"type": "Group", "id": "staff"}]}
    ]
    """

  private static let context = """
    {"long": 3, "text": "a*b", "number": "2.50", "date": "2026-02-03T04:05:06.007Z", "span": "1d2h", "set": [1, 3, "x", []],
     "groups": [{"__entity": {"type": "Group", "id": "staff"}}], "record": {"a": {"b": 2}, "name": 1},
     "entity": {"__entity": {"type": "User", "id": "ann"}},
     "ip": {"__extn": {"fn": "ip", "arg": "10.1.2.3"}}, "decimal": {"__extn": {"fn": "decimal", "arg": "1.50"}},
     "datetime": {"__extn": {"fn": "datetime", "arg": "2025-12-31T23:00:00Z"}},
     "duration": {"__extn": {"fn": "duration", "arg": "60m"}}}
    """

  /// Asks for the truth of each expression, and of its being equal to things, in one policy each.
  private func check(_ expressions: [String], _ location: Testing.SourceLocation = #_sourceLocation) throws {
    let context = try record(Self.context)
    let entities = try store(Self.entities)
    // A few hundred policies an engine: so many as every request evaluates.
    var start = 0
    while start < expressions.count {
      let some = expressions[start..<Swift.min(start + 300, expressions.count)]
      let policies = some.map { "permit(principal, action, resource) when { \($0) };" }.joined(separator: "\n")
      let rivals = try Rivals(policies, entities: entities)
      for principal in [uid("User", "ann"), uid("User", "nobody")] {
        let request = AuthorizationRequest(
          principal: principal,
          action: uid("Action", "view"),
          resource: uid("Doc", "d"),
          context: context
        )
        rivals.agree(request, location)
      }
      start += 300
    }
  }

  @Test("operators of two operands", arguments: binary)
  func operators(operation: String) throws {
    var expressions: [String] = []
    for left in Self.operands {
      for right in Self.operands {
        let expression = "(\(left)) \(operation) (\(right))"
        expressions.append(["+", "-", "*"].contains(operation) ? "context.long == (\(expression))" : expression)
      }
    }
    try check(expressions)
  }

  @Test("methods of two operands", arguments: methodNames)
  func methods(method: String) throws {
    var expressions: [String] = []
    for left in Self.operands {
      for right in Self.operands {
        let call = "(\(left)).\(method)(\(right))"
        expressions.append(["getTag", "offset", "durationSince"].contains(method) ? "\(call) != 3" : call)
      }
    }
    try check(expressions)
  }

  @Test("operators of one operand", arguments: unary)
  func operatorsOfOne(form: String) throws {
    let expressions = Self.operands.flatMap { operand in
      let expression = form.replacing("#", with: "(\(operand))")
      return [expression, "(\(expression)) == 3600000", "(\(expression)) != context.decimal", "!(\(expression))"]
    }
    // What the parser refuses (the smallest long in parentheses) is none of the tables' business.
    try check(expressions.filter { (try? Expression(parsing: $0)) != nil })
  }

  @Test("a set literal of many elements, a record literal of many attributes")
  func manyElements() throws {
    let elements = (0..<100).map { "context.long + \($0 * 37 % 50)" }.joined(separator: ", ")
    let names = (0..<50).map { "\"n\($0 * 37 % 50)\": \($0)" }.joined(separator: ", ")
    try check([
      "[\(elements)].contains(52)", "[\(elements)].contains(53)", "[\(elements)] == [\(elements), 4]",
      "{\(names)}.n7 == 11", "{\(names)} == {\(names)}", "{\(names), \"more\": context.long} == {\(names)}",
    ])
  }

  @Test("a record literal whose names the engine has met in another order")
  func namesInAnyOrder() throws {
    let rivals = try Rivals(
      "permit(principal, action, resource) when { context.z == 1 && {a: context.n, z: context.z} == context.r };"
    )
    for (number, decision) in [(2, Decision.allow), (3, .deny)] {
      let context = try record("{\"z\": 1, \"n\": 2, \"r\": {\"a\": \(number), \"z\": 1}}")
      let user = uid("User", "ann")
      let request = AuthorizationRequest(
        principal: user,
        action: uid("Action", "view"),
        resource: user,
        context: context
      )
      #expect(rivals.agree(request).decision == decision)
    }
  }

  @Test("conditions in order: an error behind what is false is none, before it is one")
  func order() throws {
    try check([
      "false && context.missing", "context.missing && false", "true || context.missing", "context.missing || true",
      "1 == 2 && context.missing == 1 && 1 == 1", "context.long == 3 && context.missing == 1",
      "context.missing == 1 && context.long == 4", "context.long == 4 && context.missing == 1", "context.long",
      "context.long && true", "if context.missing then true else true", "principal == resource && 1 < \"\"",
      "1 < \"\" && principal == resource", "principal == principal", "context.entity == principal",
    ])
  }

  @Test("two conditions of one policy, when and unless")
  func whenAndUnless() throws {
    let parts = ["true", "false", "context.missing", "context.long == 3", "context.long", "principal is User"]
    var policies = ""
    for first in parts {
      for second in parts {
        for (one, two) in [("when", "when"), ("when", "unless"), ("unless", "when"), ("unless", "unless")] {
          policies += "\(first.count % 2 == 0 ? "permit" : "forbid")(principal, action, resource)"
          policies += " \(one) { \(first) } \(two) { \(second) };"
        }
      }
    }
    for strict in [false, true] {
      let rivals = try Rivals(policies, entities: try store(Self.entities), strict: strict)
      rivals.agree(
        principals: [uid("User", "ann"), uid("Group", "staff")],
        actions: [uid("Action", "view")],
        resources: [uid("Doc", "d")],
        contexts: [try record(Self.context), .empty]
      )
    }
  }
}
