// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy: entities of a request are brought in one way, by all commands")
struct RequestEntitiesTests {
  private static let files = [
    "p.cedar": """
    @id("staff") permit (principal in Group::"staff", action, resource);
    @id("late") permit (principal, action in Action::"late", resource);
    @id("level") permit (principal, action, resource) when { principal has level && principal.level == 7 };
    """,
    "entities.json": """
    [{"uid":{"type":"User","id":"alice"},"attrs":{"level":1},"parents":[]},
     {"uid":{"type":"Action","id":"view"},"attrs":{},"parents":[{"type":"Action","id":"read"}]},
     {"uid":{"type":"Action","id":"read"},"attrs":{},"parents":[{"type":"Action","id":"any"}]}]
    """,
  ]

  private static func action(_ id: String, _ parents: String...) -> String {
    let parents = parents.map { #"{"type":"Action","id":"\#($0)"}"# }.joined(separator: ",")
    return #"{"uid":{"type":"Action","id":"\#(id)"},"attrs":{},"parents":[\#(parents)]}"#
  }

  private static func alice(_ attributes: String, _ parents: String = "") -> String {
    #"{"uid":{"type":"User","id":"alice"},"attrs":\#(attributes),"parents":[\#(parents)]}"#
  }

  private static let staff = #"{"type":"Group","id":"staff"}"#

  /// Members of a request, and the determining policies, or a part of the message that refuses it.
  private static let cases: [(String, [String]?, String)] = [
    (#""entities":[]"#, [], ""), ("\"entities\":[\(alice("{}", staff))]", ["staff"], ""),
    ("\"entities\":[\(alice(#"{"level":7}"#))]", [], ""), ("\"replacing\":[\(alice(#"{"level":7}"#))]", ["level"], ""),
    ("\"entities\":[\(action("view", "read"))]", [], ""), ("\"entities\":[\(action("view", "read", "any"))]", [], ""),
    (
      "\"entities\":[\(action("view", "late"))]", nil,
      #"cannot bring the action Action::"view", which is stored otherwise"#
    ),
    (
      "\"replacing\":[\(action("view", "late"))]", nil,
      #"cannot bring the action Action::"view", which is stored otherwise"#
    ),
    ("\"entities\":[\(action("view"))]", nil, "which is stored otherwise"),
    ("\"entities\":[\(action("late"))]", nil, #"cannot bring the action Action::"late", which is not stored"#),
    ("\"entities\":[\(alice("{}"))],\"replacing\":[\(alice("{}"))]", nil, "two different entities User::\"alice\""),
    ("\"entities\":[\(alice("{}")),\(alice(#"{"a":1}"#))]", nil, "two different entities User::\"alice\""),
    (
      "\"entities\":[\(alice("{}", staff)),{\"uid\":\(staff),\"attrs\":{},\"parents\":[{\"type\":\"User\",\"id\":\"alice\"}]}]",
      nil,
      "is its own ancestor: "
    ),
  ]

  @Test("--request, --requests and policy test give one answer, or refuse alike with the place", arguments: cases)
  func oneAnswer(members: String, reasons: [String]?, message: String) async throws {
    let request = Ask.json(",\(members)")
    let decision = reasons?.isEmpty == false ? "allow" : "deny"
    let list = (reasons ?? []).map { "\"\($0)\"" }.joined(separator: ",")
    let folder = try Folder(
      Self.files.merging([
        "r.json": request,
        "tests.json": "[{\"request\":\(request),\"decision\":\"\(decision)\",\"reasons\":[\(list)]}]",
      ]) { $1 }
    )
    let one = try await policy("eval", ".", "--request", "r.json", "--format", "json", in: folder)
    let stream = try await policy("eval", ".", "--requests", "r.json", "--format", "json", in: folder)
    let test = try await policy("test", ".", in: folder)
    if let reasons {
      #expect(one.output == answer(decision, reasons) + "\n", "\(one.errors)")
      #expect(stream.output == answer(decision, reasons, line: 1) + "\n")
      #expect(test.status == 0, "\(test.output)")
    } else {
      #expect(one.status == 1)
      #expect(one.errors.contains(message) && one.errors.contains(" --> r.json:1:"), "\(one.errors)")
      #expect(stream.output.contains(message.replacing("\"", with: "\\\"")), "\(stream.output)")
      #expect(stream.output.hasPrefix(#"{"line":1,"column":"#))
      #expect(test.output.contains(message) && test.output.contains("./tests.json:1:"), "\(test.output)")
    }
  }

  @Test("with a schema what is merged must fit, and may lack what is stored")
  func partial() async throws {
    let schema = """
      entity Group; entity User in [Group] { level: Long }; entity Photo;
      action view appliesTo { principal: User, resource: Photo };
      """
    let files = [
      "p.cedar": "permit (principal in Group::\"staff\", action, resource) when { principal.level == 1 };",
      "s.cedarschema": schema, "entities.json": "[\(Self.alice(#"{"level":1}"#))]",
    ]
    let lines =
      [
        Self.alice("{}", Self.staff), Self.alice(#"{"level":"x"}"#), Self.alice("{}").replacing("alice", with: "bob"),
      ]
      .map { Ask.json(",\"entities\":[\($0)]") } + [Ask.json(",\"replacing\":[\(Self.alice("{}", Self.staff))]")]
    let outcome = try await policy(
      "eval",
      ".",
      "--requests",
      "-",
      "--format",
      "json",
      input: lines.joined(separator: "\n"),
      in: Folder(files)
    )
    #expect(outcome.lines.first == answer("allow", ["policy0"], line: 1))
    #expect(outcome.lines[1].contains(#"User::\"alice\": attribute \"level\": expected long, found string"#))
    #expect(outcome.lines[2].contains(#"User::\"bob\": attribute \"level\" is missing"#))
    #expect(outcome.lines[3].contains(#"User::\"alice\": attribute \"level\" is missing"#))
  }

  @Test("members that mean nothing are warned of in a request, a line and a test")
  func warnings() async throws {
    let entity = #"{"uid":{"type":"User","id":"bob"},"attrs":{},"parents":[],"parent":1}"#
    let request = Ask.json(",\"entities\":[\(entity)]")
    let tests = "[{\"request\":\(request),\"decision\":\"deny\"}]"
    let folder = try Folder(Self.files.merging(["r.json": request, "tests.json": tests]) { $1 })
    let message = #"the member "parent" of an entity means nothing"#
    let one = try await policy("eval", ".", "--request", "r.json", in: folder)
    #expect(one.errors.hasPrefix("warning: \(message)\n --> r.json:1:"))
    let stream = try await policy("eval", ".", "--requests", "r.json", in: folder)
    #expect(stream.errors.hasPrefix("warning: line 1, column "))
    #expect(stream.errors.contains(message))
    #expect(try await policy("test", ".", in: folder).errors.hasPrefix("warning: \(message)\n --> ./tests.json:1:"))
  }
}
