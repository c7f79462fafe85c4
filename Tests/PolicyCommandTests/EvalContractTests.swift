// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval --format json: one line a request, by contract")
struct EvalContractTests {
  /// Asks alice's question in JSON about policies in one file.
  private func ask(_ policies: String, _ more: String...) async throws -> Outcome {
    let folder = try Folder(["p.cedar": policies])
    return try await policy(["eval", ".", "--format", "json"] + Ask.alice + more, in: folder)
  }

  @Test("0 is allow, 2 is deny, and the line says the same")
  func decisions() async throws {
    let allowed = try await ask(Policies.permit)
    #expect(allowed.status == 0)
    #expect(allowed.output == answer("allow", ["policy0"]) + "\n")
    #expect(allowed.errors.isEmpty)
    let forbidden = try await ask(Policies.permit + Policies.forbid)
    #expect(forbidden.status == 2)
    #expect(forbidden.output == answer("deny", ["policy1"]) + "\n")
    let unmentioned = try await ask("permit (principal, action == Action::\"other\", resource);")
    #expect(unmentioned.status == 2)
    #expect(unmentioned.output == answer("deny") + "\n")
  }

  @Test("reasons and errors stand in the order of the policies, not of their names")
  func order() async throws {
    let policies =
      Policies.named("z") + Policies.named("y", "permit", "when { context.a }") + Policies.named("m")
      + Policies.named("x", "forbid", "when { 1 + true == 2 }") + Policies.named("a")
    let outcome = try await ask(policies)
    #expect(
      outcome.output == answer(
        "allow",
        ["z", "m", "a"],
        errors: #"{"policy":"y","code":"attributeMissing","message":"the record has no attribute \"a\""},"#
          + #"{"policy":"x","code":"type","message":"expected long, found bool"}"#
      ) + "\n"
    )
  }

  @Test("a forbid leaves the satisfied permits out of the reasons, but not the errors")
  func forbidHidesPermits() async throws {
    let policies =
      Policies.named("p") + Policies.named("e", "permit", "when { context.a }") + Policies.named("f", "forbid")
      + Policies.named("g", "forbid")
    let outcome = try await ask(policies)
    #expect(outcome.status == 2)
    #expect(outcome.output.hasPrefix(#"{"decision":"deny","reasons":["f","g"],"errors":[{"policy":"e","#))
  }

  @Test(
    "each error of evaluation has its code",
    arguments: [
      ("when { 1 + true == 2 }", "type"), ("when { 1 }", "type"), ("unless { \"\" }", "type"),
      ("when { context.a }", "attributeMissing"), ("when { resource.a }", "attributeMissing"),
      ("when { resource.getTag(\"a\") }", "tagMissing"), ("when { User::\"nobody\".a }", "entityMissing"),
      ("when { User::\"nobody\".getTag(\"a\") }", "entityMissing"),
      ("when { 9223372036854775807 + 1 == 0 }", "overflow"), ("when { -(-9223372036854775808) == 0 }", "overflow"),
      ("when { ip(\"nowhere\").isIpv4() }", "extension"), ("when { ip(\"::1\", \"::2\").isIpv4() }", "arity"),
      ("when { decimal() == decimal() }", "arity"),
      ("when { [[context.deep]] == [] }", "recursionLimit"),
    ]
  )
  func codes(condition: String, code: String) async throws {
    let deep = String(repeating: "[", count: 255) + String(repeating: "]", count: 255)
    let folder = try Folder([
      "p.cedar": Policies.named("p", "permit", condition),
      "entities.json": #"[{"uid":{"type":"Photo","id":"sea"},"attrs":{},"parents":[]}]"#,
    ])
    let context = ["--context", #"{"deep":\#(deep)}"#]
    let outcome = try await policy(["eval", ".", "--format", "json"] + Ask.alice + context, in: folder)
    #expect(outcome.status == 2)
    #expect(
      outcome.output.hasPrefix(
        #"{"decision":"deny","reasons":[],"errors":[{"policy":"p","code":"\#(code)","message":""#
      )
    )
  }

  @Test("--strict: a forbid that errs denies, and is an error rather than a reason; a permit that errs is as ever")
  func strict() async throws {
    let policies = Policies.named("p") + Policies.named("f", "forbid", "when { context.a }")
    let error = #"{"policy":"f","code":"attributeMissing","message":"the record has no attribute \"a\""}"#
    let lenient = try await ask(policies)
    #expect(lenient.status == 0)
    #expect(lenient.output == answer("allow", ["p"], errors: error) + "\n")
    let strict = try await ask(policies, "--strict")
    #expect(strict.status == 2)
    #expect(strict.output == answer("deny", errors: error) + "\n")
    let permit = try await ask(Policies.named("p") + Policies.named("q", "permit", "when { context.a }"), "--strict")
    #expect(permit.status == 0)
  }

  @Test("an erring forbid warns on standard error, an erring permit does not")
  func warnings() async throws {
    let forbid = Policies.named("p") + Policies.named("f", "forbid", "when { context.a }")
    let lenient = try await ask(forbid)
    #expect(
      lenient.errors.hasPrefix(
        "warning: the forbid `f` erred and was skipped, as Cedar says, so the request is allowed; with --strict"
      )
    )
    #expect(lenient.errors.split(separator: "\n").count == 1)
    #expect(try await ask(forbid, "--strict").errors.hasPrefix("warning: the forbid `f` erred and so denies"))
    #expect(try await ask(Policies.named("p", "permit", "when { context.a }")).errors.isEmpty)
    let denied = try await ask(forbid + Policies.forbid)
    #expect(
      denied.errors == "warning: the forbid `f` erred and was skipped, as Cedar says; the request is denied anyway\n"
    )
  }

  @Test("a line of JSON holds no raw control or direction character")
  func escapes() async throws {
    let outcome = try await ask(Policies.named(#"a\u{1b}[31m\n\0\"\\\u{202e}\u{9b}é"#))
    #expect(outcome.output == answer("allow", [#"a\u001b[31m\n\u0000\"\\\u202e\u009bé"#]) + "\n")
  }

  @Test("templates are not decided by")
  func templates() async throws {
    let outcome = try await ask("permit (principal == ?principal, action, resource);\n" + Policies.permit)
    #expect(outcome.output == answer("allow", ["policy1"]) + "\n")
  }

  @Test("without a schema nothing is checked, and entities need not exist")
  func nothing() async throws {
    let outcome = try await ask("permit (principal is User, action, resource) unless { resource has a };")
    #expect(outcome.output == answer("allow", ["policy0"]) + "\n")
  }
}
