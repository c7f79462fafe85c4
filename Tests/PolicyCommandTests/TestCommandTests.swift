// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("policy test: expectations of scenarios")
struct TestCommandTests {
  private static let policies = """
    @id("alice") permit (principal == User::"alice", action, resource);
    @id("staff") permit (principal in Group::"staff", action, resource);
    @id("blocked") forbid (principal, action, resource) when { principal.blocked };
    """
  private static let user = #"{"uid":{"type":"User","id":"alice"},"attrs":{"blocked":false},"parents":[]}"#
  private static let member =
    #"{"uid":{"type":"User","id":"alice"},"attrs":{"blocked":false},"parents":[{"type":"Group","id":"staff"}]}"#

  /// A scenario with these tests.
  private func scenario(_ tests: String, _ more: [String: String] = [:]) throws -> Folder {
    let files = ["p.cedar": Self.policies, "entities.json": "[\(Self.user)]", "tests.json": tests]
    return try Folder(files.merging(more) { $1 })
  }

  private static func test(_ name: String, _ expectation: String, request: String = Ask.json(#","context":{}"#))
    -> String
  {
    #"{"name":"\#(name)","request":\#(request),\#(expectation)}"#
  }

  private static let passing = [
    test("decision", #""decision":"allow""#),
    test("some reasons", #""decision":"allow","reason":[]"#),
    test("Cedar's form", #""decision":"allow","reason":["alice"],"num_errors":0"#),
    test("all reasons", #""decision":"allow","reasons":["alice"],"errors":[]"#),
    test("entities", #""decision":"allow","reasons":["alice"],"errors":["blocked"],"num_errors":1,"entities":[]"#),
    test("overlay", #""decision":"allow","reasons":["staff","alice"],"overlay":[\#(member)]"#),
    test("both", #""decision":"allow","reasons":["staff","alice"],"entities":[\#(user)],"overlay":[\#(member)]"#),
    test("deny", #""decision":"deny","reasons":[]"#, request: Ask.json(principal: #""User::\"bob\"""#)),
  ]

  @Test("what is as expected passes, in Cedar's run-tests form and Writ's")
  func passes() async throws {
    let outcome = try await policy("test", in: scenario("[\(Self.passing.joined(separator: ","))]"))
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output == ".: 8 of 8 passed\n8 passed, 0 failed\n")
    // Without entities the forbid has nothing to look at; the other member is denied.
    #expect(
      outcome.errors.split(separator: "\n").allSatisfy { $0.contains(": the forbid `blocked` erred and was skipped") }
    )
    #expect(outcome.errors.split(separator: "\n").count == 2)
  }

  @Test(
    "what is not fails, and is told",
    arguments: [
      (#""decision":"deny""#, "decision: expected deny, found allow"),
      (#""decision":"allow","reason":["staff"]"#, "reasons: expected staff among them, found alice"),
      (#""decision":"allow","reasons":[]"#, "reasons: expected none, found alice"),
      (#""decision":"allow","reasons":["alice","staff"]"#, "reasons: expected alice, staff, found alice"),
      (#""decision":"allow","errors":["blocked"]"#, "errors: expected blocked, found none"),
      (#""decision":"allow","num_errors":2"#, "errors: expected 2 of them, found none"),
      (#""decision":"allow","overlay":[],"entities":[],"errors":[]"#, "errors: expected none, found blocked"),
      (
        #""decision":"allow","overlay":[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"U","id":"a"}]}]"#,
        "./tests.json:1:303: U::\"a\" is its own ancestor: U::\"a\" in U::\"a\""
      ),
    ]
  )
  func fails(expectation: String, difference: String) async throws {
    let tests = "[\(Self.test("good", #""decision":"allow""#)),\(Self.test("bad", expectation))]"
    let outcome = try await policy("test", ".", in: scenario(tests))
    #expect(outcome.status == 1)
    #expect(outcome.output == ".: 1 of 2 passed\n  failed bad\n      \(difference)\n1 passed, 1 failed\n")
  }

  @Test(
    "tests that cannot be read are an error with its place",
    arguments: [
      "", "{}", "[1]", "[{}]", #"[{"request":{},"decision":"allow"}]"#, "[\(test("x", #""decision":"maybe""#))]",
      "[\(test("x", #""reasons":[]"#))]", "[\(test("x", #""decision":"allow","reasons":"alice""#))]",
      "[\(test("x", #""decision":"allow","reasons":[1]"#))]", "[\(test("x", #""decision":"allow","error":[]"#))]",
      "[\(test("x", #""decision":"allow","decision":"allow""#))]",
      "[\(test("x", #""decision":"allow","num_errors":"1""#))]",
      "[\(test("x", #""decision":"allow","num_errors":0.5"#))]", "[\(test("x", #""decision":"allow","entities":{}"#))]",
      #"[{"name":1,"request":\#(Ask.json()),"decision":"allow"}]"#,
      "[\(test("x", #""decision":"allow""#, request: Ask.json(principal: "1")))]",
    ]
  )
  func unreadable(tests: String) async throws {
    let outcome = try await policy("test", in: scenario(tests))
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error: "))
    #expect(outcome.errors.contains("--> ./tests.json:1:"))
  }

  @Test(
    "no test at all is a failure",
    arguments: [[], ["."], ["empty"], ["none"], [".", "--filter", "no such name"], ["absent"]]
  )
  func none(arguments: [String]) async throws {
    let files = ["empty/p.cedar": Self.policies, "empty/tests.json": "[]", "none/p.cedar": Self.policies]
    let outcome = try await policy(["test"] + arguments, in: Folder(files))
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: "))
  }

  @Test("an erring forbid is warned of with the test's name, and denies with --strict (issue 16, line 20)")
  func strict() async throws {
    let tests =
      "[\(Self.test("cedar's rule", #""decision":"allow","reasons":["alice"],"errors":["blocked"],"entities":[]"#))]"
    let folder = try scenario(tests)
    let lenient = try await policy("test", in: folder)
    #expect(lenient.status == 0)
    #expect(
      lenient.errors.hasPrefix(
        "warning: test `cedar's rule`: the forbid `blocked` erred and was skipped, as Cedar says, so the request is allowed"
      )
    )
    let strict = try await policy("test", "--strict", in: folder)
    #expect(strict.status == 1)
    #expect(strict.output.contains("decision: expected allow, found deny"))
    #expect(!strict.output.contains("tables"))
    #expect(
      strict.errors.hasPrefix("warning: test `cedar's rule`: the forbid `blocked` erred and so denies (--strict)")
    )
  }

  @Test("tests of one scenario do not see each other's entities, and may bring actions of their own in `entities`")
  func independent() async throws {
    let policies = """
      @id("read") permit (principal, action in Action::"read", resource);
      @id("staff") permit (principal in Group::"staff", action, resource);
      """
    let view = #"{"uid":{"type":"Action","id":"view"},"attrs":{},"parents":[{"type":"Action","id":"read"}]}"#
    func test(_ reasons: String, _ members: String) -> String {
      let decision = reasons.isEmpty ? "deny" : "allow"
      return #"{"request":\#(Ask.json()),"decision":"\#(decision)","reasons":[\#(reasons)]\#(members)}"#
    }
    let tests = [
      test("", ""), test(#""read""#, #","entities":[\#(view)]"#), test("", #","entities":[]"#),
      test(#""staff""#, #","entities":[\#(Self.member)]"#), test(#""staff""#, #","overlay":[\#(Self.member)]"#),
      test("", ""),
      test(#""read","staff""#, #","entities":[\#(view)],"overlay":[\#(Self.member)]"#), test("", #","entities":[]"#),
    ]
    let folder = try Folder(["p.cedar": policies, "tests.json": "[\(tests.joined(separator: ",\n"))]"])
    let outcome = try await policy("test", in: folder)
    #expect(outcome.output == ".: 8 of 8 passed\n8 passed, 0 failed\n")
  }

  @Test("--filter runs the tests whose names contain it")
  func filter() async throws {
    let tests = "[\(Self.test("good one", #""decision":"allow""#)),\(Self.test("bad one", #""decision":"deny""#))]"
    let folder = try scenario(tests)
    #expect(try await policy("test", "--filter", "good", in: folder).output == ".: 1 of 1 passed\n1 passed, 0 failed\n")
    #expect(try await policy("test", "--filter", "good", in: folder).status == 0)
    #expect(try await policy("test", "--filter", "one", in: folder).status == 1)
    #expect(
      try await policy("test", "--filter", "ugly", in: folder).errors == "error: there are no tests with such a name\n"
    )
  }

  @Test("a directory of scenarios runs them all, in order; what is no scenario is left out")
  func several() async throws {
    var files: [String: String] = ["d/README.md": "", "d/c/p.cedar": Self.policies]
    for name in ["b", "a"] {
      files["d/\(name)/p.cedar"] = Self.policies
      files["d/\(name)/tests.json"] = "[\(Self.test("x", #""decision":"allow""#))]"
    }
    let folder = try Folder(files)
    #expect(
      try await policy("test", "d", in: folder).output == "d/a: 1 of 1 passed\nd/b: 1 of 1 passed\n2 passed, 0 failed\n"
    )
    #expect(
      try await policy("test", "d/b", "d/a", in: folder).output
        == "d/b: 1 of 1 passed\nd/a: 1 of 1 passed\n2 passed, 0 failed\n"
    )
  }

  @Test("flags stand in for the files of a scenario, or make one")
  func flags() async throws {
    let folder = try scenario(
      "[\(Self.test("x", #""decision":"deny","reasons":["f"]"#))]",
      [
        "other/f.cedar": Policies.named("f", "forbid"), "other/e.json": "[\(Self.member)]",
        "other/t.json": "[\(Self.test("y", #""decision":"allow","reasons":["alice","staff"]"#))]",
      ]
    )
    #expect(try await policy("test", ".", in: folder).status == 1)
    let replaced = ["test", ".", "--policies", "other/f.cedar", "--entities", "entities.json"]
    #expect(try await policy(replaced, in: folder).status == 0)
    let tests = ["test", "--tests", "other/t.json", "--policies", "p.cedar"]
    #expect(try await policy(tests, in: folder).status == 1)
    let outcome = try await policy(tests + ["--entities", "other/e.json"], in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output == "other/t.json: 1 of 1 passed\n1 passed, 0 failed\n")
  }

  private static let mixed =
    "[\(test("good", #""decision":"allow""#)),\(test(#"bad <&> \" \u001b ' é"#, #""decision":"deny","reasons":["x\"<"]"#))]"

  @Test("--format json tells every test")
  func json() async throws {
    let outcome = try await policy("test", "--format", "json", in: scenario(Self.mixed))
    #expect(outcome.status == 1)
    #expect(
      outcome.output == #"{"passed":1,"failed":1,"tests":[{"suite":".","name":"good","passed":true,"differences":[]},"#
        + #"{"suite":".","name":"bad <&> \" \u001b ' é","passed":false,"differences":["decision: expected deny, found allow","#
        + #""reasons: expected x\"<, found alice"]}]}"# + "\n"
    )
  }

  @Test("--format junit is XML, whatever the names hold")
  func junit() async throws {
    let outcome = try await policy("test", "--format", "junit", in: scenario(Self.mixed))
    #expect(outcome.status == 1)
    let reader = JUnitReader()
    let parser = XMLParser(data: Data(outcome.output.utf8))
    parser.delegate = reader
    #expect(parser.parse())
    #expect(
      reader.elements == [
        "testsuites tests=2 failures=1", "testsuite name=. tests=2 failures=1", "testcase classname=. name=good",
        #"testcase classname=. name=bad <&> " \u{1b} ' é"#,
        #"failure message=decision: expected deny, found allow; reasons: expected x"<, found alice"#,
      ]
    )
  }

  @Test("a scenario that cannot be read fails without hiding the others", arguments: ["text", "json", "junit"])
  func broken(format: String) async throws {
    let test = "[\(Self.test("x", #""decision":"allow""#))]"
    let folder = try Folder([
      "d/a/p.cedar": "permit (who", "d/a/tests.json": test, "d/b/p.cedar": Self.policies, "d/b/tests.json": test,
    ])
    let outcome = try await policy("test", "d", "--format", format, in: folder)
    #expect(outcome.status == 1)
    #expect((outcome.output + outcome.errors).contains("d/a/p.cedar:1:9"))
    #expect(outcome.output.contains("d/b"))
  }

  @Test("Cedar's integration tests are read from a directory")
  func conformance() async throws {
    let test = """
      {"policies":"p.cedar","entities":"e.json","schema":"s.cedarschema","shouldValidate":true,"requests":[
        {"description":"good","principal":{"type":"User","id":"alice"},"action":{"type":"Action","id":"view"},
         "resource":{"type":"Photo","id":"sea"},"context":{},"decision":"allow","reason":["policy0"],"errors":[]},
        {"description":"bad","principal":{"type":"User","id":"bob"},"action":{"type":"Action","id":"view"},
         "resource":{"type":"Photo","id":"sea"},"context":{},"decision":"allow","reason":["policy0"],"errors":[]}]}
      """
    let folder = try Folder([
      "c/tests/x/1.json": test, "c/p.cedar": #"@id("named") permit (principal == User::"alice", action, resource);"#,
      "c/e.json": "[]",
      "c/s.cedarschema": "entity User, Photo; action view appliesTo { principal: User, resource: Photo };",
    ])
    let outcome = try await policy("test", "--conformance", "c", in: folder)
    #expect(outcome.status == 1)
    #expect(
      outcome.output.hasPrefix(
        "tests/x/1.json: 2 of 3 passed\n  failed bad\n      decision: expected allow, found deny\n"
      )
    )
    #expect(outcome.output.hasSuffix("2 passed, 1 failed\n"))
    #expect(try await policy("test", "--conformance", "c", "--filter", "good", in: folder).status == 0)
    #expect(try await policy("test", "--conformance", "absent", in: folder).status == 1)
  }
}

/// Collects the elements of a report, each with its attributes in the order that JUnit's readers know.
private final class JUnitReader: NSObject, XMLParserDelegate {
  var elements: [String] = []

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    let order = ["classname", "name", "tests", "failures", "message"]
    elements.append(
      ([name] + order.compactMap { key in attributes[key].map { "\(key)=\($0)" } }).joined(separator: " ")
    )
  }
}
