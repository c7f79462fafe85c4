// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Evaluation (acceptance C)")
struct EvaluatorTests {
  /// alice in staff in everyone, and in the absent group `gone`.
  static let entities: EntityStore = {
    do {
      return try EntityStore([
        Entity(
          uid: uid("User", "alice"),
          attributes: RecordValue([
            ("level", 3), ("name", "Alice"), ("manager", .entity(uid("User", "absent"))),
            ("boss", .entity(uid("User", "bob"))), ("address", .record(RecordValue([("city", "Oslo")]))),
          ]),
          tags: RecordValue([("team", "sea"), ("a b", 1)]),
          parents: [uid("Group", "staff"), uid("Group", "gone")]
        ),
        Entity(uid: uid("User", "bob")),
        Entity(uid: uid("Group", "staff"), parents: [uid("Group", "everyone")]),
        Entity(uid: uid("Group", "everyone")),
      ])
    } catch {
      return EntityStore()
    }
  }()

  private func check(_ expression: String, _ expected: String, _ location: SourceLocation = #_sourceLocation) {
    #expect(outcome(of: expression, entities: Self.entities) == expected, "\(expression)", sourceLocation: location)
  }

  private typealias SourceLocation = Testing.SourceLocation

  @Test(
    "C1 equality is total, and types never mix",
    arguments: [
      ("1 == true", "false"), ("1 != \"1\"", "true"), ("[1, 2, 2] == [2, 1]", "true"),
      ("{a: 1, b: 2} == {b: 2, a: 1}", "true"),
      ("{a: 1} == {a: 1, b: 2}", "false"), ("[] == {}", "false"), ("User::\"a\" == User::\"a\"", "true"),
      ("User::\"a\" == Admin::\"a\"", "false"), ("decimal(\"1.0\") == decimal(\"1.0000\")", "true"),
      ("duration(\"1d\") == duration(\"24h\")", "true"), ("ip(\"1.1.1.1\") == ip(\"1.1.1.1/32\")", "true"),
      ("ip(\"1.1.1.1/8\") == ip(\"1.1.1.2/8\")", "false"), ("datetime(\"1970-01-01\") == duration(\"0ms\")", "false"),
      ("[[1], [1, 1]] == [[1]]", "true"), ("principal == principal", "true"), ("\"a\" == \"A\"", "false"),
    ]
  )
  func equality(expression: String, value: String) { check(expression, value) }

  @Test(
    "C2 && || if evaluate left to right and no more than they need",
    arguments: [
      ("false && 1", "false"), ("true || 1", "true"), ("true && 1", "error: type"), ("false || 1", "error: type"),
      ("1 && true", "error: type"), ("1 || true", "error: type"), ("false && principal.nope", "false"),
      ("true && principal.nope", "error: attributeMissing"), ("principal.nope && false", "error: attributeMissing"),
      ("true || principal.nope", "true"), ("if true then 1 else principal.nope", "1"),
      ("if false then principal.nope else 2", "2"), ("if 1 then 1 else 2", "error: type"),
      ("false && true && principal.nope", "false"), ("true && false && principal.nope", "false"),
      ("true || false || principal.nope", "true"), ("false || true || principal.nope", "true"),
      ("(false && true) || true", "true"), ("false && (true || principal.nope)", "false"),
      ("if false && principal.nope then 1 else 2", "2"), ("if true || principal.nope then 1 else 2", "1"),
    ]
  )
  func shortCircuit(expression: String, value: String) { check(expression, value) }

  @Test(
    "C2 all operands are evaluated before any is type-checked; records in the order of their keys",
    arguments: [
      ("\"a\" < (9223372036854775807 + 1)", "error: overflow"), ("\"a\" + principal.nope", "error: attributeMissing"),
      ("[1, principal.nope, 1 + true]", "error: attributeMissing"),
      ("1.contains(principal.nope)", "error: attributeMissing"),
      ("{b: 1 + true, a: 9223372036854775807 + 1}", "error: overflow"),
      ("{a: 1 + true, b: 9223372036854775807 + 1}", "error: type"),
      (
        "{c: 1, b: {z: true && true, y: if true then 2 else 3}, a: false || true}",
        "{a: true, b: {y: 2, z: true}, c: 1}"
      ),
      ("ip(9223372036854775807 + 1, true)", "error: overflow"), ("1 > (1 + true)", "error: type"),
    ]
  )
  func evaluationOrder(expression: String, value: String) { check(expression, value) }

  @Test(
    "C3 arithmetic is checked; order is defined on longs, datetimes and durations (attacks P03)",
    arguments: [
      ("9223372036854775807 + 1", "error: overflow"), ("-9223372036854775808 - 1", "error: overflow"),
      ("9223372036854775807 * 2", "error: overflow"), ("-9223372036854775808 * -1", "error: overflow"),
      ("-(-9223372036854775808)", "error: overflow"), ("-\"a\"", "error: type"), ("1 + \"a\"", "error: type"),
      ("1 < 2", "true"), ("2 <= 2", "true"), ("2 > 2", "false"), ("2 >= 2", "true"), ("\"a\" < \"b\"", "error: type"),
      ("1 < duration(\"1ms\")", "error: type"), ("duration(\"1h\") < duration(\"1d\")", "true"),
      ("datetime(\"2024-01-01\") >= datetime(\"2024-01-01\")", "true"),
      ("datetime(\"2024-01-01\") < duration(\"1d\")", "error: type"),
      ("decimal(\"1.0\") < decimal(\"2.0\")", "error: type"),
      ("decimal(\"1.0\").lessThan(decimal(\"2.0\"))", "true"), ("ip(\"1.1.1.1\") < ip(\"1.1.1.2\")", "error: type"),
    ]
  )
  func arithmetic(expression: String, value: String) { check(expression, value) }

  @Test(
    "C4 in follows the hierarchy, reflexively; an absent parent is a parent",
    arguments: [
      ("principal in principal", "true"), ("principal in Group::\"staff\"", "true"),
      ("principal in Group::\"everyone\"", "true"), ("Group::\"staff\" in principal", "false"),
      ("principal in Group::\"gone\"", "true"), ("Group::\"gone\" in Group::\"everyone\"", "false"),
      ("User::\"absent\" in User::\"absent\"", "true"), ("User::\"absent\" in Group::\"staff\"", "false"),
      ("principal in []", "false"), ("principal in [Group::\"x\", Group::\"everyone\"]", "true"),
      ("principal in [Group::\"staff\", 1]", "error: type"), ("principal in [1, Group::\"staff\"]", "error: type"),
      ("[principal] in Group::\"staff\"", "error: type"), ("principal in 1", "error: type"),
      ("1 in principal", "error: type"),
      ("1 in [1]", "error: type"),
    ]
  )
  func membership(expression: String, value: String) { check(expression, value) }

  @Test(
    "C5 has and access on records and entities",
    arguments: [
      ("principal has level", "true"), ("principal has nope", "false"), ("User::\"absent\" has level", "false"),
      ("1 has level", "error: type"), ("{a: 1} has a", "true"), ("{a: 1} has \"b\"", "false"),
      ("principal has address.city", "true"), ("principal has address.street", "false"),
      ("principal has nope.city.x", "false"), ("principal has level.x", "error: type"),
      ("principal has manager.level", "false"), ("principal has boss.level", "false"), ("principal.level", "3"),
      ("principal.address.city", "\"Oslo\""), ("principal.nope", "error: attributeMissing"),
      ("User::\"absent\".level", "error: entityMissing"), ("principal.manager.level", "error: entityMissing"),
      ("{a: 1}.b", "error: attributeMissing"), ("1.a", "error: type"), ("[1].a", "error: type"),
      ("principal[\"level\"]", "3"), ("ip(\"1.1.1.1\").a", "error: type"),
    ]
  )
  func attributes(expression: String, value: String) { check(expression, value) }

  @Test(
    "C6 tags are a map of their own",
    arguments: [
      ("principal.hasTag(\"team\")", "true"), ("principal.hasTag(\"nope\")", "false"),
      ("User::\"absent\".hasTag(\"team\")", "false"), ("principal.getTag(\"team\")", "\"sea\""),
      ("principal.getTag(\"a \" + \"b\")", "error: type"), ("principal.getTag(\"a b\")", "1"),
      ("principal.getTag(\"nope\")", "error: tagMissing"),
      ("User::\"absent\".getTag(\"team\")", "error: entityMissing"),
      ("principal has team", "false"), ("principal.team", "error: attributeMissing"),
      ("1.hasTag(\"a\")", "error: type"),
      ("principal.hasTag(1)", "error: type"), ("{a: 1}.getTag(\"a\")", "error: type"),
      ("principal.getTag(if true then \"team\" else \"x\")", "\"sea\""),
    ]
  )
  func tags(expression: String, value: String) { check(expression, value) }

  @Test(
    "C7 like: * is any sequence of scalars, and nothing else is special",
    arguments: [
      ("\"abc\" like \"*\"", "true"), ("\"\" like \"*\"", "true"), ("\"\" like \"\"", "true"),
      ("\"a\" like \"\"", "false"),
      ("\"abc\" like \"a*c\"", "true"), ("\"ac\" like \"a*c\"", "true"), ("\"abc\" like \"a*b\"", "false"),
      ("\"abcabc\" like \"*bc\"", "true"), ("\"abab\" like \"*ab*ab\"", "true"), ("\"ab\" like \"*ab*ab\"", "false"),
      ("\"aXbXc\" like \"a**b*c\"", "true"), ("\"a*b\" like \"a\\*b\"", "true"), ("\"axb\" like \"a\\*b\"", "false"),
      ("\"a?b\" like \"a?b\"", "true"), ("\"axb\" like \"a?b\"", "false"), ("\"a.b\" like \"a.b\"", "true"),
      ("\"e\\u{301}\" like \"e*\"", "true"), ("\"é\" like \"e*\"", "false"), ("\"aab\" like \"*aab\"", "true"),
      ("\"aaab\" like \"*aab*\"", "true"), ("\"ababac\" like \"*abac*\"", "true"),
      ("\"\\u{e9}\" like \"\\u{e9}\"", "true"),
      ("1 like \"*\"", "error: type"), ("principal like \"*\"", "error: type"), ("\"A\" like \"a\"", "false"),
      ("\"aXb\" like \"a\\x2ab\"", "true"), ("\"aXb\" like \"a\\u{2a}b\"", "true"), ("\"\\x2a\" like \"\\*\"", "true"),
    ]
  )
  func like(expression: String, value: String) { check(expression, value) }

  @Test(
    "C8 is compares the whole type name, is … in both",
    arguments: [
      ("principal is User", "true"), ("principal is Admin", "false"), ("principal is A::User", "false"),
      ("A::User::\"x\" is A::User", "true"), ("1 is User", "error: type"), ("\"User\" is User", "error: type"),
      ("principal is User in Group::\"staff\"", "true"), ("principal is Admin in Group::\"staff\"", "false"),
      ("principal is Admin in 1", "false"), ("principal is User in 1", "error: type"),
      ("principal is Admin in principal.nope", "false"), ("1 is User in principal", "error: type"),
      ("principal is User in [Group::\"x\", Group::\"staff\"]", "true"),
      ("principal is User in User::\"alice\" && true", "true"),
    ]
  )
  func typeTests(expression: String, value: String) { check(expression, value) }

  @Test(
    "C9 sets",
    arguments: [
      ("[1, \"a\", [2]].contains([2])", "true"), ("[1].contains(\"1\")", "false"), ("1.contains(1)", "error: type"),
      ("[1, 2].containsAll([2, 2, 1])", "true"), ("[1].containsAll([])", "true"), ("[1].containsAll([2])", "false"),
      ("[1].containsAll(1)", "error: type"), ("[1, 2].containsAny([3, 2])", "true"), ("[1].containsAny([])", "false"),
      ("[1].containsAny(1)", "error: type"), ("1.containsAny([1])", "error: type"), ("[].isEmpty()", "true"),
      ("[1].isEmpty()", "false"), ("{}.isEmpty()", "error: type"), ("\"\".isEmpty()", "error: type"),
      ("[ip(\"1.1.1.1\")].contains(ip(\"1.1.1.1/32\"))", "true"), ("[{a: 1, b: 2}].contains({b: 2, a: 1})", "true"),
    ]
  )
  func sets(expression: String, value: String) { check(expression, value) }

  @Test(
    "D extension functions: type errors, refusals and results",
    arguments: [
      ("ip(1)", "error: type"), ("ip(\"1\")", "error: extension"), ("ip(\"1.1.1.1\").isIpv4()", "true"),
      ("ip(\"::1\").isIpv6()", "true"), ("ip(\"::1\").isLoopback()", "true"), ("ip(\"ff00::1\").isMulticast()", "true"),
      ("ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))", "true"), ("ip(\"1.1.1.1\").isInRange(1)", "error: type"),
      ("1.isIpv4()", "error: type"), ("decimal(\"1.23456\")", "error: extension"), ("decimal(1)", "error: type"),
      ("decimal(\"1.5\").lessThanOrEqual(decimal(\"1.5\"))", "true"),
      ("decimal(\"1.5\").greaterThan(decimal(\"1.5\"))", "false"),
      ("decimal(\"1.5\").greaterThanOrEqual(decimal(\"1.5\"))", "true"),
      ("decimal(\"1.5\").lessThan(1)", "error: type"),
      ("datetime(\"2024-02-30\")", "error: extension"),
      ("datetime(\"2024-01-01\").offset(duration(\"1d\"))", "datetime(\"2024-01-02\")"),
      ("datetime(\"2024-01-01\").offset(1)", "error: type"),
      ("datetime(\"9999-12-31\").offset(duration(\"1d\"))", "datetime(\"1970-01-01\").offset(duration(\"2932897d\"))"),
      ("datetime(\"2024-01-02\").durationSince(datetime(\"2024-01-01\"))", "duration(\"1d\")"),
      ("datetime(\"2024-01-01T01:02:03Z\").toDate()", "datetime(\"2024-01-01\")"),
      ("datetime(\"2024-01-01T01:02:03Z\").toTime()", "duration(\"1h2m3s\")"),
      ("datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).toDate()", "error: extension"),
      (
        "datetime(\"1970-01-02\").durationSince(datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")))",
        "error: extension"
      ),
      ("duration(\"36h\").toDays()", "1"), ("duration(\"36h\").toHours()", "36"),
      ("duration(\"90m\").toMinutes()", "90"),
      ("duration(\"-1500ms\").toSeconds()", "-1"), ("duration(\"1s\").toMilliseconds()", "1000"),
      ("1.toDays()", "error: type"),
      ("duration(\"1d\").toDate()", "error: type"), ("ip(if true then \"1.1.1.1\" else 2)", "ip(\"1.1.1.1\")"),
    ]
  )
  func extensionFunctions(expression: String, value: String) { check(expression, value) }

  @Test("The variables are the request's (acceptance C11)")
  func variables() throws {
    let context = try RecordValue([("ip", "10.0.0.1")])
    #expect(outcome(of: "principal", context: context) == "User::\"alice\"")
    #expect(outcome(of: "action", context: context) == "Action::\"view\"")
    #expect(outcome(of: "resource", context: context) == "Photo::\"sea\"")
    #expect(outcome(of: "context", context: context) == "{ip: \"10.0.0.1\"}")
    #expect(outcome(of: "context.principal", context: context) == "error: attributeMissing")
  }

  @Test("an error names the part of the text that has no value")
  func errorSpan() throws {
    let expression = try Expression(parsing: "true && (1 + principal.nope) == 2")
    let error = try #require(throws: EvaluationError.self) {
      try expression.value(for: request(), entities: Self.entities)
    }
    #expect(error.source.text(of: error.span) == "principal.nope")
    #expect(error.message == "User::\"alice\" has no attribute \"nope\"")
  }

  @Test("text is compared by scalars, never by canonical equivalence (attacks P06)")
  func scalarIdentity() throws {
    #expect(outcome(of: "User::\"é\" == User::\"e\\u{301}\"") == "false")
    #expect(outcome(of: "\"é\" == \"e\\u{301}\"") == "false")
    #expect(outcome(of: "[\"é\"].contains(\"e\\u{301}\")") == "false")
    #expect(outcome(of: "[\"é\", \"e\\u{301}\"] == [\"é\"]") == "false")
    #expect(outcome(of: "{\"é\": 1} has \"e\\u{301}\"") == "false")
    #expect(outcome(of: "{\"é\": 1, \"e\\u{301}\": 2}[\"e\\u{301}\"]") == "2")
    let store = try EntityStore([Entity(uid: uid("User", "é"), parents: [uid("Group", "g")])])
    #expect(store[uid("User", "e\u{301}")] == nil)
    #expect(outcome(of: "User::\"e\\u{301}\" in Group::\"g\"", entities: store) == "false")
    #expect(outcome(of: "User::\"é\" in Group::\"g\"", entities: store) == "true")
    #expect(Set([uid("User", "é"), uid("User", "e\u{301}")]).count == 2)
    #expect(PolicyID("é") != PolicyID("e\u{301}"))
  }
}
