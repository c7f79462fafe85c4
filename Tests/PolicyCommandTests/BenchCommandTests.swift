// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy bench: how fast policies decide requests")
struct BenchCommandTests {
  private static let policies = """
    @id("staff") permit(principal in Group::"staff", action == Action::"view", resource);
    @id("open") permit(principal, action, resource) when { context.n < 10 && resource has open };
    @id("curfew") forbid(principal, action, resource) when { context.hour > 22 };
    """
    + (1...4).map { "@id(\"open\($0)\") permit(principal, action, resource) when { context.n < -\($0) };" }.joined()
  private static let entities = """
    [{"uid": {"type": "User", "id": "ann"}, "parents": [{"type": "Group", "id": "staff"}], "attrs": {}},
     {"uid": {"type": "User", "id": "bob"}, "parents": [], "attrs": {}},
     {"uid": {"type": "Doc", "id": "d"}, "parents": [], "attrs": {}}]
    """

  private static func request(_ user: String, _ context: String = "{}") -> String {
    #"{"principal":"User::\"\#(user)\"","action":"Action::\"view\"","resource":"Doc::\"d\"","context":\#(context)}"#
  }

  private static let requests = [
    request("ann"), request("bob"), request("ann", #"{"hour":23}"#), request("bob", #"{"hour":9,"n":1}"#),
  ]

  private func bench(
    _ requests: [String],
    _ more: String...,
    policies: String = BenchCommandTests.policies
  ) async throws -> Outcome {
    let folder = try Folder([
      "p.cedar": policies, "entities.json": Self.entities, "r.jsonl": requests.joined(separator: "\n"),
    ])
    return try await policy(["bench", ".", "--requests", "r.jsonl", "--batches", "2"] + more, in: folder)
  }

  @Test("JSON: one object with the fields of the contract")
  func json() async throws {
    let outcome = try await bench(Self.requests, "--format", "json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    for field in [
      "\"policies\":7", "\"entities\":3", "\"requests\":4", "\"checked\":4",
      // Ann's first is allowed; the policy of the hour errs for it and for bob's first, those of n for three.
      #""mix":{"allow":0.25,"deny":0.75,"errors":0.75}"#,
      "\"unindexed_policies\":[\"open\",\"open1\",\"open2\",\"open3\",\"open4\"]",
    ] {
      #expect(outcome.output.contains(field), "\(field) in \(outcome.output)")
    }
    for name in [
      "decide_ns_p50", "decide_ns_p99", "decide_cold_ns_p50", "decide_text_ns_p50", "authorize_ns_p50",
      "is_authorized_ns_p50", "context_build_ns", "overlay_ns_p50", "overlay_build_ns",
      "attribute_source_ns_p50", "attribute_source_entity_ns_p50", "timer_ns",
      "decisions_per_second_one_core",
      "decisions_per_second_all_cores", "cores", "allocations_per_decide", "load_ms", "compile_ms", "tables",
      "table_bytes", "longest_posting",
    ] {
      #expect(outcome.output.contains("\"\(name)\":"), "\(name)")
    }
    #expect(outcome.output.last == "\n")
    #expect(outcome.output.count { $0 == "\n" } == 1)
    #expect(outcome.errors.isEmpty)
  }

  @Test("text: times, tables, and the policies that no table narrows")
  func text() async throws {
    let outcome = try await bench(Self.requests)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for line in [
      "7 policies, 3 entities, 4 requests", "25.0 % are allowed, 75.0 % denied, for 75.0 % a policy errs",
      "4 answers were compared with the literal evaluator's and are the same", "decide, median", "decide, cold",
      "5 policies that no table narrows", "open", "open4",
    ] {
      #expect(outcome.output.contains(line), "\(line) in \(outcome.output)")
    }
  }

  @Test("a strict engine is measured with --strict")
  func strict() async throws {
    let outcome = try await bench(Self.requests, "--strict", "--format", "json")
    // The forbid that errs without an hour denies ann too.
    #expect(outcome.output.contains(#""mix":{"allow":0.0,"deny":1.0"#), "\(outcome.output)")
  }

  @Test(
    "what cannot be measured is an error that says so",
    arguments: [
      ([], "there are no requests in `r.jsonl`"), (["{"], "r.jsonl:1:"),
      ([request("nobody")], "no request is about known entities"),
      (
        [
          #"{"principal":"User::\"ann\"","action":"Action::\"view\"","resource":"Doc::\"d\"","entities":[{"uid":{"type":"Action","id":"b"},"parents":[],"attrs":{}}]}"#
        ], "a request cannot bring the action"
      ),
    ]
  )
  func refusals(requests: [String], message: String) async throws {
    let outcome = try await bench(requests)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test("nothing is measured without a batch")
  func noBatches() async throws {
    let outcome = try await bench(Self.requests, "--batches", "0")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--batches and --check are at least 1"))
  }

  // MARK: The cost of requests

  /// Conditions that no table narrows: each request evaluates `guard`, and those of bob evaluate `bob`.
  private static let costs = """
    @id("guard") forbid(principal, action, resource) when { context.n * 2 > 5 };
    @id("bob") permit(principal == User::"bob", action, resource) when { context.n * 2 > 1 };
    @id("all") permit(principal == User::"ann", action == Action::"view", resource);
    """

  private static func asked(_ count: Int, _ user: String) -> [String] {
    Array(repeating: request(user, #"{"n":1}"#), count: count)
  }

  @Test("the report ranks policies by their evaluations and counts those of each request")
  func evaluations() async throws {
    let requests = Self.asked(2, "ann") + Self.asked(3, "bob")
    let outcome = try await bench(requests, "--decisions-only", "--format", "json", policies: Self.costs)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for field in [
      #""evaluations":8"#,
      #""costliest_policies":[{"policy":"guard","evaluations":5},{"policy":"bob","evaluations":3}]"#,
      // Ann's requests look at `guard` and `all`, bob's at `guard` and `bob`.
      #""per_request":{"requests":5,"looked_at":{"median":2.0,"worst":2.0},"evaluated":{"median":2.0,"worst":2.0},"ns":"#,
      // Requests that nothing narrows by their resources cost the same without one.
      #""absent":{"requests":5,"looked_at":{"median":2.0,"worst":2.0}"#,
    ] {
      #expect(outcome.output.contains(field), "\(field) in \(outcome.output)")
    }
    #expect(!outcome.output.contains("update_us_p50"), "only decisions are measured")
    let text = try await bench(requests, "--decisions-only", policies: Self.costs)
    for line in ["evaluations          8 over all requests", "5  62.5 %  guard", "absent resource", "stored entities"] {
      #expect(text.output.contains(line), "\(line) in \(text.output)")
    }
  }

  @Test("a request that brings entities is measured with them, also when nothing else knows its principal")
  func broughtEntities() async throws {
    let entity = #"{"uid":{"type":"User","id":"eve"},"parents":[{"type":"Group","id":"staff"}],"attrs":{}}"#
    let eve = Self.request("eve").dropLast() + #","entities":[\#(entity)]}"#
    let outcome = try await bench([String(eve)], "--decisions-only", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    // Allowed by what it brings.
    for field in [#""mix":{"allow":1.0"#, #""request_groups":{"brought":{"requests":1,"#] {
      #expect(outcome.output.contains(field), "\(field) in \(outcome.output)")
    }
    let both = try await bench(Self.requests + [String(eve)], "--decisions-only")
    #expect(both.status == 0, "\(both.errors)")
    for line in ["stored entities", "entities brought", "absent resource", "5 requests", "4 requests", "1 requests"] {
      #expect(both.output.contains(line), "\(line) in \(both.output)")
    }
  }

  @Test("--scale measures an eighth, a quarter, half and all of the policies, and prints the slope")
  func scale() async throws {
    let many = (0..<16).map {
      "@id(\"m\($0)\") permit(principal, action, resource) when { context.n * 2 == \(2 * $0 + 1) };"
    }
    let policies = many.joined(separator: "\n")
    let outcome = try await bench(
      Self.asked(3, "ann"),
      "--decisions-only",
      "--scale",
      "--format",
      "json",
      policies: policies + "permit(principal, action == Action::\"view\", resource is Never);"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(#""scale":["#), "\(outcome.output)")
    #expect(outcome.output.contains(#"{"policies":17,"#), "\(outcome.output)")
    #expect(outcome.output.contains(#""evaluated":{"median":16.0,"worst":16.0},"compile_ms""#), "\(outcome.output)")
    let text = try await bench(
      Self.asked(3, "ann"),
      "--decisions-only",
      "--scale",
      policies: policies + "permit(principal, action == Action::\"view\", resource is Never);"
    )
    #expect(text.output.contains("with fewer policies"), "\(text.output)")
  }

  @Test("--pauses and --decisions-only exclude each other")
  func pausesWithoutChanges() async throws {
    let outcome = try await bench(Self.requests, "--pauses", "1", "--decisions-only")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("--pauses measures changes"))
  }
}
