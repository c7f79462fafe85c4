// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Validation: cost (L)")
struct ValidationGrowthTests {
  /// A schema of so many entity types, and twice as many actions, each for two types of principals and of resources.
  static func schema(_ types: Int) -> String {
    var text = ""
    for number in 0..<types {
      text +=
        "entity T\(number) in [T\((number + 1) % types)] { name: String, age: Long, note?: String, next: T\((number + 7) % types) };\n"
    }
    for number in 0..<(2 * types) {
      let (one, other) = (number % types, (number + 1) % types)
      text +=
        "action a\(number) appliesTo { principal: [T\(one), T\(other)], resource: [T\(other), T\((other + 1) % types)], "
      text += "context: { mfa: Bool, level: Long } };\n"
    }
    return text
  }

  /// Policies, one in ten of which names no action.
  static func policies(_ count: Int, actions: Int) -> String {
    (0..<count).map { number in
      let action = number % 10 == 0 ? "action" : "action == Action::\"a\(number % actions)\""
      return """
        permit(principal, \(action), resource)
        when { context.mfa && principal.age > 17 && (principal has note && principal.note like "a*" || resource.age < \(number)) }
        unless { resource.next.next.name == "x\(number)" || context.level + 1 > principal.next.age };

        """
    }.joined()
  }

  @Test(
    "Twice the policies take twice the steps, and a policy that names no action those of all that it can tell apart"
  )
  func growth() throws {
    let schema = try Schema(parsing: Self.schema(20))
    func report(_ count: Int) throws -> ValidationReport {
      try PolicySet(parsing: Self.policies(count, actions: 40)).validate(against: schema)
    }
    let (one, two) = try (report(200), report(400))
    #expect(one.isValid && two.isValid)
    #expect(Double(two.stepCount) <= 2.2 * Double(one.stepCount))
    // 180 with an action in four environments; 20 without in 60 pairs of types, as all contexts are of one type.
    #expect(one.environmentCount == 180 * 4 + 20 * 60)
  }

  @Test(
    "A condition costs its length, however its parts are joined",
    arguments: ["chain", "nested", "balanced", "mixed"]
  )
  func length(form: String) throws {
    func condition(_ count: Int) -> String {
      let tests = (0..<count).map { "principal has \"x\($0)\"" }
      switch form {
      case "chain": return tests.joined(separator: " && ")
      case "nested":
        // Brackets nest no deeper than 256.
        let groups = stride(from: 0, to: count, by: 200).map { start in
          let part = tests[start..<min(start + 200, count)]
          return part.joined(separator: " && (") + String(repeating: ")", count: part.count - 1)
        }
        return groups.joined(separator: " && ")
      case "balanced":
        var parts = tests
        while parts.count > 1 {
          parts = stride(from: 0, to: parts.count, by: 2).map { index in
            index + 1 < parts.count ? "(\(parts[index]) && \(parts[index + 1]))" : parts[index]
          }
        }
        return parts.first ?? "true"
      default:
        return tests.map { "(if \($0) then \($0) || \($0) else \($0))" }.joined(separator: " && ")
      }
    }
    func schema(_ count: Int) throws -> Schema {
      let attributes = (0..<count).map { "x\($0)?: Long" }.joined(separator: ", ")
      return try Schema(
        parsing: "entity U { \(attributes) }; action a appliesTo { principal: U, resource: U };"
      )
    }
    func steps(_ count: Int) throws -> Int {
      let last = count - 1
      let text = "permit(principal, action, resource) when { \(condition(count)) && principal.x\(last) == 1 };"
      let report = try PolicySet(parsing: text).validate(against: schema(count))
      #expect(report.findings.isEmpty, "\(report)")
      return report.stepCount
    }
    #expect(try Double(steps(8_000)) <= 2.2 * Double(steps(4_000)))
  }

  @Test("A type that multiplies by its common types, and one that nests 10,000 deep, are numbers (P17)")
  func types() throws {
    var text = "type T0 = { a: Long };\n"
    for number in 1...10_000 { text += "type T\(number) = { l: T\(number - 1), r: T\(number - 1) };\n" }
    text += "entity U { t: T10000, s: Set<T10000> }; action a appliesTo { principal: U, resource: U };"
    let report = try Example.report(
      """
      permit(principal, action, resource) when { principal.t == resource.t && principal.s.contains(resource.t) };
      permit(principal, action, resource) when { principal.t == principal.t.l };
      """,
      schema: text
    )
    #expect(report.findings.map(\.code) == [.incompatibleTypes])
    #expect((report.findings.first?.message.utf8.count ?? 0) < 1_000)
  }

  @Test("An action that applies to 2,000 types twice is checked for those that a policy can tell apart, up to a limit")
  func environments() throws {
    let names = (0..<2_000).map { "U\($0)" }.joined(separator: ", ")
    let text = "entity \(names) { age: Long }; action a appliesTo { principal: [\(names)], resource: [\(names)] };"
    let one = try Example.report("permit(principal, action, resource) when { principal.age == 1 };", schema: text)
    #expect(one.environmentCount == 2_000)
    #expect(one.findings.isEmpty)
    let both = try Example.report("permit(principal, action, resource) when { principal == resource };", schema: text)
    #expect(both.findings.map(\.code) == [.tooManyEnvironments])
    #expect(both.environmentCount == ValidationLimits.environments)
  }
}
