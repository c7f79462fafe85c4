// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Validation: types of conditions (J, attacks P14, P18)")
struct TypeCheckTests {
  @Test(
    "valid conditions",
    arguments: [
      "principal.age > 17 && context.mfa", "principal == resource.owner", "principal in resource.owner.team",
      "principal has nick && principal.nick == \"a\"", "principal has \"nick\" && principal[\"nick\"] like \"a*\"",
      "principal has manager && principal.manager has manager && principal.manager.manager.age == 1",
      "principal has manager.manager && principal.manager.manager.age == 1",
      "principal has address.zip && principal.address.zip == \"1\"", "context has ip && context.ip.isIpv4()",
      "principal.hasTag(\"a\") && principal.getTag(\"a\").contains(\"b\")",
      "principal.hasTag(principal.name) && principal.getTag(principal.name).isEmpty()",
      "if principal has nick then principal.nick == \"a\" else false",
      "(principal has nick || false) && principal.nick == \"a\"",
      "(principal has nick && true) && principal.nick == \"a\"",
      "(principal has nick && principal has manager || principal has nick) && principal.nick == \"a\"",
      "!(principal has nick) || true", "true || 1 + \"a\" == 2", "false && 1 + \"a\" == 2",
      "if true then context.mfa else 1", "if false then 1 else context.mfa", "1 == \"a\" || true",
      "principal == App::Team::\"a\" || true", "principal is App::User", "principal is App::Photo || true",
      "principal is App::User in App::Team::\"a\"", "principal is App::Team in App::Color::\"red\" || true",
      "action == App::Action::\"view\"", "action in App::Action::\"all\"",
      "action in [App::Action::\"edit\", App::Action::\"all\"]", "principal.flags.containsAll([\"a\", principal.name])",
      "{a: 1, b: true}.b", "{a: 1} == {a: principal.age}", "[{a: true}, {a: false}].contains({a: context.mfa})",
      "principal.home.isInRange(ip(\"10.0.0.0/8\")) && principal.limit.lessThan(decimal(\"1.5\"))",
      "principal.born < datetime(\"2026-01-01\") && principal.born.toTime() < duration(\"1h\")",
      "principal.born.offset(principal.shift).durationSince(principal.born).toHours() < 5", "-principal.age < 0",
      "principal in [App::Team::\"a\", principal.team]",
      "(if context.mfa then principal.team else App::Team::\"a\") in principal.team",
      "resource has owner.nick && resource.owner.nick == \"a\"", "principal.name like \"*\"",
      "(if context.mfa then {a: true, b: true} else {a: true, b: false}).a",
    ]
  )
  func valid(condition: String) throws {
    let codes = try Example.codes(of: condition)
    #expect(codes.filter { $0 != "impossiblePolicy" } == [], "\(codes)")
  }

  @Test(
    "invalid conditions",
    arguments: [
      ("principal.nick == \"a\"", ["unsafeOptionalAttributeAccess"]),
      ("principal.nope", ["unsafeAttributeAccess"]), ("context.nope", ["unsafeAttributeAccess"]),
      ("action.name == 1", ["unsafeAttributeAccess"]), ("principal.age.x", ["unexpectedType"]),
      ("principal.age", ["unexpectedType"]), ("context.mfa && 1", ["unexpectedType"]), ("!1", ["unexpectedType"]),
      ("context.mfa || \"a\"", ["unexpectedType"]), ("if 1 then true else false", ["unexpectedType"]),
      ("(if context.mfa then 1 else \"a\") == 1", ["incompatibleTypes"]), ("principal == 1", ["incompatibleTypes"]),
      ("principal.age == principal.name", ["incompatibleTypes"]), ("[1, \"a\"].contains(1)", ["incompatibleTypes"]),
      ("principal.flags.contains(1)", ["incompatibleTypes"]),
      ("principal.flags.containsAny([1])", ["incompatibleTypes"]),
      ("principal.flags.containsAll(\"a\")", ["unexpectedType"]),
      ("principal.address == {city: \"a\", zip: \"b\"}", ["incompatibleTypes"]),
      ("{a: 1} == {a: 1, b: 1}", ["incompatibleTypes"]), ("principal.flags == []", ["emptySetForbidden"]),
      ("principal in []", ["emptySetForbidden"]), ("[[]].isEmpty()", ["emptySetForbidden"]),
      ("principal.name < \"a\"", ["unexpectedType", "unexpectedType"]), ("principal.age < \"a\"", ["unexpectedType"]),
      ("principal.born > principal.shift", ["unexpectedType"]),
      ("\"a\" + \"b\" == 1", ["unexpectedType", "unexpectedType"]),
      ("principal.name in resource", ["unexpectedType"]), ("principal in \"a\"", ["unexpectedType"]),
      ("principal in [1]", ["unexpectedType"]), ("principal.name is App::User", ["unexpectedType"]),
      ("principal like \"a\"", ["unexpectedType"]), ("principal.name.isEmpty()", ["unexpectedType"]),
      ("principal.getTag(\"a\") == principal.flags", ["unsafeTagAccess"]),
      ("resource.getTag(\"a\") == 1", ["noTagsAllowed"]), ("principal.hasTag(1)", ["unexpectedType"]),
      ("principal.hasTag(\"a\") && principal.getTag(\"b\").isEmpty()", ["unsafeTagAccess"]),
      ("ip(principal.name).isIpv4()", ["nonLitExtConstructor"]), ("ip(\"x\").isIpv4()", ["functionArgumentValidation"]),
      ("ip(1).isIpv4()", ["unexpectedType"]),
      ("decimal(\"1\").lessThan(decimal(\"1.0\"))", ["functionArgumentValidation"]),
      ("principal.limit.lessThan(decimal(\"1.0\"), 2)", ["wrongNumberArguments"]),
      ("principal.limit.lessThan(1)", ["unexpectedType"]), ("principal == App::Usr::\"a\"", ["unrecognizedEntityType"]),
      ("action == App::Action::\"veiw\"", ["unrecognizedActionId", "impossiblePolicy"]),
      ("principal is App::Usr", ["unrecognizedEntityType", "impossiblePolicy"]),
      ("resource.owner == App::Color::\"blue\"", ["invalidEnumEntity", "impossiblePolicy"]),
      ("principal has nick && principal.nick == 1", ["incompatibleTypes"]),
      ("(principal has nick) == true && principal.nick == \"a\"", ["unsafeOptionalAttributeAccess"]),
      ("!(principal has nick) && principal.nick == \"a\"", ["unsafeOptionalAttributeAccess"]),
      ("(principal has nick || context.mfa) && principal.nick == \"a\"", ["unsafeOptionalAttributeAccess"]),
      ("if context.mfa then principal.nick == \"a\" else principal has nick", ["unsafeOptionalAttributeAccess"]),
      ("resource.owner has nick && principal.nick == \"a\"", ["unsafeOptionalAttributeAccess"]),
      ("principal has name.x", ["unexpectedType"]), ("principal.nope has a.b", ["unsafeAttributeAccess"]),
      (
        "principal.nick == 1 && principal.nope && \"a\" < 1",
        [
          "unsafeOptionalAttributeAccess", "incompatibleTypes", "unsafeAttributeAccess", "unexpectedType",
        ]
      ),
    ] as [(String, [String])]
  )
  func invalid(condition: String, codes: [String]) throws {
    #expect(try Example.codes(of: condition).sorted() == codes.sorted())
  }

  @Test("What one condition found out holds in the next, and `unless` grants nothing")
  func conditions() throws {
    let head = "permit(principal, action == App::Action::\"view\", resource) "
    #expect(try Example.codes(head + "when { principal has nick } when { principal.nick == \"a\" };") == [])
    #expect(
      try Example.codes(head + "unless { principal has nick } when { principal.nick == \"a\" };")
        == ["unsafeOptionalAttributeAccess"]
    )
    #expect(
      try Example.codes(head + "when { principal.nick == \"a\" } when { principal has nick };")
        == ["unsafeOptionalAttributeAccess"]
    )
    #expect(try Example.codes(head + "when { false } when { 1 };") == ["impossiblePolicy"])
    #expect(try Example.codes(head + "unless { true } when { 1 };") == ["impossiblePolicy"])
    #expect(try Example.codes(head + "unless { 1 };") == ["unexpectedType"])
  }

  @Test("An error tells the first environment in which it is so")
  func environment() throws {
    let report = try Example.report("permit(principal, action, resource) when { context.mfa };")
    let finding = try #require(report.findings.first)
    #expect(report.findings.count == 1)
    #expect(finding.code == .unsafeAttributeAccess)
    #expect(
      finding.environment?.description
        == "principal App::User, action App::Action::\"edit\", resource App::Album"
    )
    #expect(finding.message == "the context of App::Action::\"edit\" has no attribute \"mfa\"")
    #expect(finding.diagnostic.location.description == "p:1:44")
    #expect(finding.policy == "policy0")
  }
}
