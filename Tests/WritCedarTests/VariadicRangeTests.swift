// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCedar

@Suite("isInRange with several ranges")
struct VariadicRangeTests {
  private static func value(_ text: String) throws -> Value {
    let request = AuthorizationRequest(
      principal: try EntityUID(parsing: #"U::"a""#),
      action: try EntityUID(parsing: #"Action::"a""#),
      resource: try EntityUID(parsing: #"U::"a""#)
    )
    return try Expression(parsing: text).value(for: request, entities: EntityStore())
  }

  @Test("An address is in range when it is in one of the ranges (RFC 99)")
  func ranges() throws {
    let call = #"ip("10.1.2.3").isInRange(ip("192.168.0.0/16"), ip("fd00::/8"), ip("10.0.0.0/8"))"#
    #expect(try Self.value(call) == true)
    #expect(try Self.value(#"ip("11.1.2.3").isInRange(ip("192.168.0.0/16"), ip("10.0.0.0/8"))"#) == false)
    #expect(try Self.value(#"ip("10.1.2.3").isInRange(ip("10.0.0.0/8"))"#) == true)
  }

  @Test("No range is an error, and so is an argument that is no address, also behind a range that matches")
  func errors() throws {
    #expect(throws: EvaluationError.self) { try Self.value(#"ip("10.1.2.3").isInRange()"#) }
    #expect(throws: EvaluationError.self) { try Self.value(#"ip("10.1.2.3").isInRange(ip("10.0.0.0/8"), 1)"#) }
    // No other method takes more.
    #expect(throws: EvaluationError.self) { try Self.value(#"ip("10.1.2.3").isIpv4(1)"#) }
  }

  @Test("Several ranges go to JSON and back, and validation checks each argument")
  func otherForms() throws {
    let text =
      #"permit (principal, action, resource)"#
      + "\n" + #"when { ip("10.1.2.3").isInRange(ip("10.0.0.0/8"), ip("::1")) };"#
    let policies = try PolicySet(parsing: text)
    let back = try PolicySet(parsing: [SourceInput(name: "p", bytes: policies.json)])
    #expect(back.members.first?.description == text)
    let schema = try Schema(parsing: [
      SourceInput(name: "s", text: "entity U; action a appliesTo { principal: U, resource: U, context: {} };")
    ])
    #expect(policies.validate(against: schema).isValid)
    let wrong = try PolicySet(parsing: text.replacing(#"ip("::1")"#, with: #""::1""#))
    #expect(wrong.validate(against: schema).errors.map(\.code) == [.unexpectedType])
    let none = try PolicySet(parsing: text.replacing(#"ip("10.0.0.0/8"), ip("::1")"#, with: ""))
    #expect(none.validate(against: schema).errors.map(\.code) == [.wrongNumberArguments])
  }
}
