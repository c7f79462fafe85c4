// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy eval: a token says who asks")
struct EvalTokenTests {
  private static let scenario = "\(PolicyProcess.repository)/Policies/sign-in"

  /// Asks the scenario, in which Maren approves invoices of the tenant Nordlicht.
  private static func ask(
    _ token: String = "maren.token",
    _ action: String = "approve",
    _ resource: String = "2026-118",
    _ more: [String] = ["--issuer", "https://id.example", "--audience", "invoices"]
  ) async throws -> Outcome {
    let arguments = [
      "eval", scenario, "--format", "json", "--token", "\(scenario)/\(token)", "--keys", "\(scenario)/keys.json",
      "--action", "Action::\"\(action)\"", "--resource", "Invoice::\"\(resource)\"",
    ]
    return try await policy(arguments + more, in: Folder())
  }

  @Test("The bearer of a verified token is the principal")
  func decisions() async throws {
    let approved = try await Self.ask()
    #expect(approved.output == answer("allow", ["approvers-approve-with-a-second-factor"]) + "\n", "\(approved.errors)")
    #expect(approved.status == 0)
    let foreign = try await Self.ask("maren.token", "view", "2026-031")
    #expect(foreign.output == answer("deny", ["tenants-are-apart"]) + "\n")
    #expect(foreign.status == 2)
    #expect(try await Self.ask("tove.token", "view", "2026-031").status == 0)
    #expect(try await Self.ask("tove.token", "approve", "2026-031").status == 2)
  }

  @Test("A user who is stored as suspended is denied by token as well, unless the mapping says otherwise by name (S25)")
  func suspended() async throws {
    let denied = try await Self.ask("ida.token")
    #expect(denied.output == answer("deny", ["suspended-users-do-nothing"]) + "\n", "\(denied.errors)")
    #expect(denied.status == 2)
    let replacing = try Folder([
      "mapping.json": """
      {"principal": {"type": "User", "claim": "sub"}, "overlay": "replace",
       "parents": [{"type": "Role", "claim": "roles"}],
       "attributes": {"tenant": {"type": "Tenant", "claim": "tid"}},
       "context": {"scopes": {"claim": "scope", "separator": " "}, "methods": {"claim": "amr"}}}
      """
    ])
    let options = [
      "--issuer", "https://id.example", "--audience", "invoices", "--mapping", "\(replacing.path)/mapping.json",
    ]
    #expect(try await Self.ask("ida.token", "approve", "2026-118", options).status == 0)
  }

  @Test(
    "A token that is refused decides nothing",
    arguments: [
      (["--issuer", "https://other.example"], "issuer"), (["--audience", "payroll"], "audience"),
      (["--type", "at+jwt"], "type"), (["--time", "1700000000"], "notYetValid"), (["--time", "9000000000"], "expired"),
    ]
  )
  func refused(options: [String], code: String) async throws {
    let outcome = try await Self.ask("maren.token", "approve", "2026-118", options)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: the token is refused: "))
    #expect(outcome.errors.contains("(\(code))"))
  }

  @Test("A forged token decides nothing, nor does one under another key")
  func forged() async throws {
    let folder = try Folder(["token": Example.forged, "key.json": Example.key])
    let arguments = ["eval", Self.scenario, "--token", "token", "--keys", "key.json", "--time", "1300819379"]
    let outcome = try await policy(
      arguments + ["--action", "Action::\"view\"", "--resource", "Invoice::\"x\""],
      in: folder
    )
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("(signature)"))
  }

  @Test("The context of the token cannot be said otherwise")
  func context() async throws {
    let outcome = try await Self.ask("maren.token", "approve", "2026-118", ["--context", #"{"methods":["mfa"]}"#])
    #expect(outcome.status == 1)
    #expect(outcome.errors == "error: what `methods` is, the token says, and --context must not\n")
  }

  @Test("What the token is to say of the context cannot be said for it where it is silent")
  func silentToken() async throws {
    let folder = try Folder([
      "p.cedar": #"permit(principal, action, resource) when { context.methods.contains("mfa") };"#,
      "mapping.json":
        #"{"principal":{"type":"User","claim":"iss"},"context":{"methods":{"claim":"amr"}}}"#,
      "token": Example.token, "key.json": Example.key,
    ])
    let arguments = [
      "eval", ".", "--token", "token", "--keys", "key.json", "--action", "Action::\"view\"", "--resource", "T::\"x\"",
    ]
    let outcome = try await policy(arguments + Example.time + ["--context", #"{"methods":["mfa"]}"#], in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors == "error: what `methods` is, the token says, and --context must not\n")
    let other = try await policy(arguments + Example.time + ["--context", #"{"other":["mfa"]}"#], in: folder)
    #expect(other.status == 2, "\(other.errors)")
  }

  @Test(
    "What does not go together is an error",
    arguments: [
      (["--algorithm", "HS256"], "error: --algorithm is about a token, and there is none"),
      (["--password-file", "p"], "error: --password-file is about a token, and there is none"),
      (["--keys", "k"], "error: --keys is about a token, and there is none"),
      (["--issuer", "i"], "error: --issuer is about a token, and there is none"),
      (["--token", "t"], "error: --principal and --token both say who wants to act"),
    ]
  )
  func misused(options: [String], message: String) async throws {
    let folder = try Folder(["p.cedar": Policies.permit])
    let outcome = try await policy(["eval", "."] + Ask.alice + options, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix(message), "\(outcome.errors)")
  }
}
