// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Validation: levels (J7, RFC 76)")
struct LevelTests {
  @Test(
    "The least level at which a condition is valid",
    arguments: [
      ("context.mfa", 0), ("principal == App::User::\"a\"", 0), ("principal is App::User", 0), ("context has ip", 0),
      ("principal == resource", 0), ("action == App::Action::\"view\"", 0), ("{a: principal}.a == principal", 0),
      ("principal.age > 17", 1), ("principal has nick", 1), ("principal.hasTag(\"a\")", 1),
      ("principal.hasTag(\"a\") && principal.getTag(\"a\").isEmpty()", 1), ("principal in App::Team::\"a\"", 1),
      ("action in App::Action::\"all\"", 1), ("principal.address.city == \"a\"", 1), ("principal == resource.owner", 1),
      ("{a: principal, b: resource.owner}.a.age == 1", 1), ("principal in resource.owner.team", 2),
      ("[resource.owner].contains(principal)", 1), ("principal has address.zip", 1),
      ("resource.owner.age == 1", 2), ("resource has owner.nick", 2), ("resource.owner in App::Team::\"a\"", 2),
      ("(if context.mfa then principal else resource.owner).age == 1", 2), ("{a: resource.owner}.a.age == 1", 2),
      ("(if context.mfa then {a: principal} else {a: resource.owner}).a.age == 1", 2),
      ("resource.owner.team in resource.owner.team", 3), ("resource.owner has manager.manager.nick", 4),
      ("principal has manager && principal.manager has manager && principal.manager.manager.age == 1", 3),
      ("false && resource.owner.age == 1", 0), ("true || resource.owner.age == 1", 0),
      ("if true then context.mfa else resource.owner.age == 1", 0),
    ] as [(String, Int)]
  )
  func least(condition: String, level: Int) throws {
    for limit in 0..<5 {
      let codes = try Example.codes(of: condition, level: limit).filter { $0 != "impossiblePolicy" }
      #expect(codes.isEmpty == (limit >= level), "level \(limit): \(codes)")
      #expect(codes.allSatisfy { $0 == "entityDerefLevelViolation" })
    }
  }

  @Test(
    "An entity that the policy writes is looked into at no level",
    arguments: [
      "App::User::\"a\".age == 1", "App::User::\"a\" in App::Team::\"a\"", "App::User::\"a\".hasTag(\"a\")",
      "(if context.mfa then principal else App::User::\"a\").age == 1", "{a: App::User::\"a\"}.a.age == 1",
    ]
  )
  func literals(condition: String) throws {
    for limit in 0..<5 {
      #expect(try Example.codes(of: condition, level: limit).contains("entityDerefLevelViolation"))
    }
    #expect(try Example.codes(of: condition) == [])
  }

  @Test("A scope that asks for groups looks into an entity; what is invalid has no level")
  func scopes() throws {
    let head = "permit(principal in App::Team::\"a\", action, resource)"
    #expect(try Example.codes("\(head);", level: 0) == ["entityDerefLevelViolation"])
    #expect(try Example.codes("\(head);", level: 1) == [])
    #expect(try Example.codes("\(head) when { 1 };", level: 0) == ["unexpectedType"])
  }
}
