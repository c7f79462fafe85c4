// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy: nothing in a scenario's directory that could forbid is passed over (X07)")
struct ScenarioDirectoryTests {
  private static let permit = ["d/p.cedar": Policies.permit]
  private static let set = #"{"templates":{},"staticPolicies":{},"templateLinks":[]}"#
  private static let entity = #"{"uid":{"type":"User","id":"alice"},"attrs":{},"parents":[]}"#
  private static let one =
    #"{"effect":"forbid","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#

  private func ask(_ files: [String: String], _ arguments: String...) async throws -> Outcome {
    try await policy(["eval", "d"] + arguments + Ask.alice, in: Folder(files))
  }

  /// Files beside a permit, and what the message calls them.
  private static let unread = [
    ("deny/all.cedar", Policies.forbid, "policies"), ("a/b/c/deny.cedar.json", set, "policies"),
    ("all.CEDAR", Policies.forbid, "policies"), ("all.Cedar.Json", set, "policies"),
    (".deny.cedar", Policies.forbid, "policies"), (".cedar", Policies.forbid, "policies"),
    (".deny/all.cedar", Policies.forbid, "policies"), ("deny.cedar~", Policies.forbid, "policies"),
    ("deny.cedar.bak", Policies.forbid, "policies"), ("deny.cedar.txt", "", "policies"),
    ("#deny.cedar#", Policies.forbid, "policies"), (".gone.cedar.swp", "", "policies"),
    ("deny.cedar-old", "", "policies"), ("policies.json", "{}", "policies"), ("deny-policies.json", "[]", "policies"),
    ("POLICIES.JSON", "[]", "policies"), ("policies.yaml", "a: b", "policies"), ("deny.json", set, "policies"),
    ("one.json", one, "policies"), ("map.json", "{\"a\":\(one)}", "policies"), ("list.json", "[\(one)]", "policies"),
    ("broken.json", "{\"staticPolicies\": {,}}", "policies"), ("bom.json", "\u{FEFF}\(set)", "policies"),
    ("deny", Policies.forbid, "policies"), ("deny.txt", "// why\n@id(\"(f\") @a\n forbid (principal, x", "policies"),
    ("deny.policy", "Forbid(principal, action, resource);", "policies"),
    ("Schema.CedarSchema.json", "{}", "a schema"), ("schema.json", "{}", "a schema"), ("x.CedarSchema", "", "a schema"),
    ("types.json", #"{"": {"entityTypes": {}, "actions": {}}}"#, "a schema"),
    ("types", "// s\nnamespace A::B { entity U; }", "a schema"), ("types.txt", "entity User in [Group];", "a schema"),
    ("types.txt", "action view appliesTo {", "a schema"), ("s/schema.cedarschema", "entity User;", "a schema"),
    ("my.entities.json", "[]", "entities"), ("Entities.json", "[]", "entities"), ("entities2.json", "[]", "entities"),
    ("people.json", "[{}, \(entity)]", "entities"), ("person.json", entity, "entities"),
    ("people.jsonl", "\(entity)\n\(entity)\n", "entities"), ("e/entities.json", "[]", "entities"),
  ]

  @Test(
    "a file that looks like policies, a schema or entities and is not read is an error that names it",
    arguments: unread
  )
  func unreadFiles(name: String, content: String, kind: String) async throws {
    let outcome = try await ask(Self.permit.merging(["d/\(name)": content]) { $1 })
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(
      outcome.errors.hasPrefix("error: `d/\(name)` looks like \(kind) and is not read: "),
      "\(outcome.errors)"
    )
    #expect(outcome.errors.contains("\nhelp: rename it, move it out of `d`, or name all files to read with --"))
  }

  @Test(
    "other files are passed over",
    arguments: [
      ("README.md", "# Policies\n\npermit (principal, action, resource);\n"), ("docs/notes.txt", "Permit us to say"),
      ("tests.json", #"[{"name":"a","request":{},"entities":[]}]"#), ("mapping.json", #"{"principal":{}}"#),
      ("keys.json", #"{"keys":[]}"#), ("request.json", Ask.json(",\"entities\":[\(entity)]")),
      ("requests.jsonl", "\(Ask.json(",\"entities\":[\(entity)]"))\n\(Ask.json())\n"), ("requests/1.json", Ask.json()),
      ("cedar.png", "\u{89}PNG"), ("a.token", "eyJ.e30.x"), (".gitignore", "*.cedar~\n"),
      (".git/a.cedar", Policies.forbid),
      ("generate-policies.py", "print()"), ("schema.svg", "<svg/>"), ("empty", ""), ("empty.json", ""),
      ("namespace.ts", "namespace A { export const b = 1 }"),
      ("numbers.json", "[1, 2]"),
    ]
  )
  func harmlessFiles(name: String, content: String) async throws {
    let outcome = try await ask(Self.permit.merging(["d/\(name)": content]) { $1 })
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty)
  }

  @Test("flags replace a kind, and then the directory's files of that kind do not matter")
  func flags() async throws {
    let files = Self.permit.merging([
      "d/deny/all.cedar": Policies.forbid, "d/my.entities.json": "[]", "d/schema.json": "{}", "e.json": "[]",
      "s.cedarschema": "entity User, Photo; action view appliesTo { principal: User, resource: Photo };",
    ]) { $1 }
    let folder = try Folder(files)
    let flags = ["--policies", "d/p.cedar", "--entities", "e.json", "--schema", "s.cedarschema"]
    for left in 0..<3 {
      let given = (0..<3).filter { $0 != left }.flatMap { flags[(2 * $0)...(2 * $0 + 1)] }
      #expect(try await policy(["eval", "d"] + given + Ask.alice, in: folder).status == 1, "\(given)")
    }
    #expect(try await policy(["eval", "d"] + flags + Ask.alice, in: folder).status == 0)
  }

  @Test("policy test and policy evaluate read a directory by the same rule")
  func otherCommands() async throws {
    let tests = "[{\"request\":\(Ask.json()),\"decision\":\"allow\"}]"
    let folder = try Folder([
      "d/p.cedar": Policies.permit, "d/tests.json": tests, "d/deny/all.cedar": Policies.forbid,
      "e/my.entities.json": "[]", "e/more/p.cedar": Policies.forbid,
    ])
    let test = try await policy("test", "d", in: folder)
    #expect(test.status == 1)
    #expect(test.errors.hasPrefix("error: `d/deny/all.cedar` looks like policies"))
    let evaluate = try await policy("evaluate", "--directory", "e", "1", in: folder)
    #expect(evaluate.status == 1)
    #expect(evaluate.errors.hasPrefix("error: `e/my.entities.json` looks like entities"))
    #expect(!evaluate.errors.contains("p.cedar"))
  }

  @Test("the message names ten files at most, in their order, and the flags of their kinds")
  func many() async throws {
    var files = Self.permit
    for number in 10..<22 { files["d/x/\(number).cedar"] = Policies.forbid }
    files["d/x/10.cedarschema"] = ""
    let outcome = try await ask(files)
    let lines = outcome.errors.split(separator: "\n")
    try #require(lines.count == 12)
    #expect(lines.first?.hasPrefix("error: `d/x/10.cedar` looks like policies") == true)
    #expect(lines[1].hasPrefix("error: `d/x/10.cedarschema` looks like a schema"))
    #expect(lines[10] == "error: so do 3 more files")
    #expect(lines[11].hasSuffix("name all files to read with --policies, --schema, in place of the directory's"))
  }

  /// The script that fills `d`, and a part of the message.
  private static let links = [
    (
      "mkdir deny; echo 'forbid (principal, action, resource);' >deny/all.cedar; ln -s ../deny d/more",
      "`d/more/all.cedar`"
    ),
    ("mkdir -p d/a; ln -s .. d/a/b; echo x >d/a/x.CEDAR", "`d/a/x.CEDAR` looks like policies"),
    ("ln -s /absent d/more", "cannot open `d/more`: No such file or directory\nIt is looked at because it could hold"),
    ("ln -s /absent d/more.cedar", "cannot open `d/more.cedar`: No such file or directory"),
    ("mkfifo d/deny.CEDAR", "`d/deny.CEDAR` looks like policies"), ("mkdir d/deny.cedar", "is a directory"),
    ("i=0; mkdir d/x; (cd d/x; seq 10000 | xargs touch)", "`d` and its folders hold more than 10000 files"),
  ]

  @Test("links are followed, and what cannot be looked at is an error", arguments: links)
  func oddFiles(make: String, message: String) async throws {
    let alice = Ask.alice.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try await shell("\(make); \"$POLICY\" eval d \(alice)", in: Folder(Self.permit))
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
  }

  @Test("a file or folder that may not be read is an error, since it could forbid; root may read everything")
  func unreadable() async throws {
    for make in ["touch d/x; chmod 000 d/x", "mkdir d/x; chmod 000 d/x"] {
      let outcome = try await shell(
        """
        \(make)
        if [ -r d/x ]; then echo skipped; chmod 700 d/x; exit 1; fi
        "$POLICY" eval d --principal 'U::"a"' --action 'A::"a"' --resource 'R::"a"'; status=$?; chmod 700 d/x; exit $status
        """,
        in: Folder(Self.permit)
      )
      #expect(outcome.status == 1)
      #expect(
        outcome.output == "skipped\n" || outcome.errors.hasPrefix("error: cannot open `d/x`: Permission denied\n")
      )
    }
  }

  @Test("the copies of an editor in which a file is open are warned of, and its lock is passed over")
  func editors() async throws {
    let files = Self.permit.merging(["d/.p.cedar.swp": "b0VIM", "d/#p.cedar#": Policies.forbid]) { $1 }
    let alice = Ask.alice.map { "'\($0)'" }.joined(separator: " ")
    let outcome = try await shell("ln -s me@here.1 'd/.#p.cedar'; \"$POLICY\" eval d \(alice)", in: Folder(files))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.errors
        == ["#p.cedar#", ".p.cedar.swp"].map {
          "warning: `d/\($0)` is an editor's copy of a file that is open, and is not read\n"
        }.joined()
    )
  }
}
