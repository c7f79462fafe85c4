// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy: where input comes from, and what is refused (X01)")
struct CommandInputTests {
  private static let entities =
    #"[{"uid":{"type":"User","id":"alice"},"attrs":{},"parents":[{"type":"Group","id":"g"}]}]"#
  private static let inGroup = "@id(\"g\") permit (principal in Group::\"g\", action, resource);"

  private func eval(_ arguments: String..., input: String = "", in folder: Folder) async throws -> Outcome {
    try await policy(["eval", "--format", "json"] + arguments + Ask.alice, input: Array(input.utf8), in: folder)
  }

  @Test("a flag replaces what the directory gives of its kind, and leaves the other kinds")
  func flags() async throws {
    let folder = try Folder([
      "d/p.cedar": Self.inGroup, "d/q.cedar": "not Cedar", "d/entities.json": Self.entities,
      "p.cedar": Policies.named("mine") + Self.inGroup, "none.json": "[]",
    ])
    #expect(try await eval("d", in: folder).status == 1)
    let policies = try await eval("d", "--policies", "p.cedar", in: folder)
    #expect(policies.output == answer("allow", ["mine", "g"]) + "\n")
    let both = try await eval("d", "--policies", "p.cedar", "--entities", "none.json", in: folder)
    #expect(both.output == answer("allow", ["mine"]) + "\n")
    let twice = try await eval(
      "d",
      "--entities",
      "none.json",
      "--policies",
      "d/p.cedar",
      "--policies",
      "p.cedar",
      in: folder
    )
    #expect(twice.errors.contains("two policies have the id `g`"))
  }

  @Test("without entities the store is empty; without policies there is nothing to decide by")
  func missingKinds() async throws {
    let folder = try Folder([
      "with/p.cedar": Self.inGroup, "without/entities.json": Self.entities, "e.json": Self.entities,
      "empty/README.md": "",
    ])
    #expect(try await eval("with", in: folder).output == answer("deny") + "\n")
    #expect(try await eval("with", "--entities", "e.json", in: folder).output == answer("allow", ["g"]) + "\n")
    for arguments in [["without"], ["empty"], [], ["--entities", "e.json"]] {
      let outcome = try await policy(["eval"] + arguments + Ask.alice, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("error: there are no policies"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test("several files of entities make one store")
  func severalEntities() async throws {
    let group = #"[{"uid":{"type":"Group","id":"g"},"attrs":{},"parents":[{"type":"Group","id":"all"}]}]"#
    let folder = try Folder([
      "p.cedar": "permit (principal in Group::\"all\", action, resource);", "a.json": Self.entities, "b.json": group,
      "other.json": #"[{"uid":{"type":"Group","id":"g"},"attrs":{"a":1},"parents":[]}]"#,
      "cycle.json": #"[{"uid":{"type":"Group","id":"all"},"attrs":{},"parents":[{"type":"User","id":"alice"}]}]"#,
    ])
    #expect(try await eval(".", "--entities", "a.json", "--entities", "b.json", in: folder).status == 0)
    #expect(try await eval(".", "--entities", "a.json", "--entities", "a.json", in: folder).status == 2)
    let duplicate = try await eval(".", "--entities", "b.json", "--entities", "other.json", in: folder)
    #expect(duplicate.status == 1)
    #expect(duplicate.errors.hasPrefix("error: there are two different entities Group::\"g\"\n --> other.json:1:2\n"))
    #expect(duplicate.errors.hasSuffix(" = help: the other is at b.json:1:2\n"))
    let cycle = try await eval(
      ".",
      "--entities",
      "a.json",
      "--entities",
      "b.json",
      "--entities",
      "cycle.json",
      in: folder
    )
    #expect(cycle.status == 1)
    let message = #"User::"alice" is its own ancestor: User::"alice" in Group::"g" in Group::"all" in User::"alice""#
    #expect(cycle.errors.hasPrefix("error: \(message)\n --> a.json:1:2\n"), "\(cycle.errors)")
  }

  @Test("a cycle is reported at an entity in it, whatever files and lines come before, and its middle is counted")
  func cycleBehindOthers() async throws {
    func group(_ id: Int, _ parent: Int) -> String {
      #"{"uid":{"type":"G","id":"\#(id)"},"attrs":{},"parents":[{"type":"G","id":"\#(parent)"}]}"#
    }
    let cycle = (1...12).map { group($0, $0 % 12 + 1) }
    let folder = try Folder([
      "p.cedar": Policies.permit, "a.json": "[\(group(50, 1))]", "b.json": "[\n\(group(51, 50)),\n \(cycle[0])]",
      "c.json": "[\(cycle.dropFirst().joined(separator: ",\n"))]",
    ])
    let files = ["--entities", "a.json", "--entities", "b.json", "--entities", "c.json"]
    let outcome = try await policy(["eval", "--policies", "p.cedar"] + files + Ask.alice, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: G::\"1\" is its own ancestor: G::\"1\" in G::\"2\" in "))
    #expect(outcome.errors.contains("in G::\"8\" in (4 more) in G::\"1\"\n --> b.json:3:2\n"), "\(outcome.errors)")
  }

  @Test("- is standard input, for each kind of file")
  func standardInput() async throws {
    let folder = try Folder(["p.cedar": Self.inGroup, "e.json": Self.entities, "r": Ask.json()])
    #expect(try await eval("--policies", "-", "--entities", "e.json", input: Self.inGroup, in: folder).status == 0)
    #expect(try await eval("--policies", "p.cedar", "--entities", "-", input: Self.entities, in: folder).status == 0)
    let broken = try await eval("--policies", "-", input: "permit", in: folder)
    #expect(broken.errors.contains("--> <stdin>:1:7\n"))
  }

  @Test(
    "- may be given once",
    arguments: [
      ["eval", "--policies", "-", "--entities", "-"] + Ask.alice,
      ["eval", "--policies", "-", "--policies", "-"] + Ask.alice,
      ["eval", "--policies", "-", "--request", "-"], ["eval", "--policies", "-", "--requests", "-"],
      ["eval", "--policies", "-", "--schema", "-"] + Ask.alice,
      ["eval", "--policies", "-", "--context", "-"] + Ask.alice,
      ["test", "--policies", "-", "--tests", "-"], ["test", "--policies", "-", "--entities", "-", "--tests", "t.json"],
      ["evaluate", "-", "--entities", "-"], ["evaluate", "-", "--context", "-"],
      ["evaluate", "1", "--schema", "-", "--context", "-"],
    ]
  )
  func standardInputOnce(arguments: [String]) async throws {
    let outcome = try await policy(arguments, input: Array("[]".utf8), in: Folder(["t.json": "[]"]))
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors == "error: standard input, `-`, is given more than once\n")
  }

  @Test("a closed standard input is an error, not an empty file")
  func closedInput() async throws {
    let folder = try Folder(["p.cedar": Policies.permit])
    for arguments in ["eval . --requests -", "eval . --request -", "evaluate -"] {
      let outcome = try await shell("\"$POLICY\" \(arguments) <&-", in: folder)
      #expect(outcome.status == 1, "\(arguments)")
      #expect(outcome.errors.hasPrefix("error: cannot read `<stdin>`"), "\(arguments): \(outcome.errors)")
    }
    #expect(try await shell("\"$POLICY\" eval . --request r.json <&- 2>&-", in: folder).status == 1)
  }

  /// The script that makes a file, the file's name, and a part of the message.
  private static let unreadable = [
    ("mkdir x", "is a directory, a file is wanted"), ("mkfifo x", "is not a regular file"),
    ("ln -s x x", "cannot open `x`: "), ("ln -s absent x", "cannot open `x`: No such file or directory"),
    ("true", "cannot open `x`: No such file or directory"), ("ln -s /dev/zero x", "is not a regular file"),
    ("ln -s /dev/null x", "is not a regular file"), ("touch y; ln -s y/z x", "cannot open `x`: Not a directory"),
  ]

  @Test("what is no file that can be read is an error that says so, in every place for a file", arguments: unreadable)
  func oddFiles(make: String, message: String) async throws {
    let folder = try Folder(["p.cedar": Policies.permit])
    let alice = Ask.alice.map { "'\($0)'" }.joined(separator: " ")
    for arguments in [
      "eval --policies x \(alice)", "eval . --schema x \(alice)", "eval . --entities x \(alice)",
      "eval . --context x \(alice)",
      "eval . --request x", "eval . --requests x", "test --policies p.cedar --tests x", "evaluate true --entities x",
    ] {
      let outcome = try await shell("rm -rf x y; \(make); \"$POLICY\" \(arguments)", in: folder)
      #expect(outcome.status == 1, "\(arguments)")
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("error: "))
      // A link in the directory itself is found when the directory is looked through.
      let inDirectory = message.replacing("`x`", with: "`./x`")
      #expect(
        outcome.errors.contains(message) || outcome.errors.contains(inDirectory),
        "\(arguments): \(outcome.errors)"
      )
    }
  }

  @Test("a file that may not be read is an error; root may read everything")
  func forbidden() async throws {
    let folder = try Folder(["p.cedar": Policies.permit])
    let outcome = try await shell(
      """
      chmod 000 p.cedar
      if [ -r p.cedar ]; then echo skipped; exit 1; fi
      "$POLICY" eval --policies p.cedar --principal 'U::"a"' --action 'A::"a"' --resource 'R::"a"'
      """,
      in: folder
    )
    #expect(outcome.status == 1)
    #expect(outcome.output == "skipped\n" || outcome.errors == "error: cannot open `p.cedar`: Permission denied\n")
  }

  @Test("a directory that is none is an error", arguments: ["absent", "p.cedar", ""])
  func noDirectory(name: String) async throws {
    let outcome = try await eval(name, in: Folder(["p.cedar": Policies.permit]))
    #expect(outcome.status == 1)
    #expect(outcome.errors == "error: `\(name)` is not a directory\n")
  }

  @Test(
    "bytes that are not UTF-8 are refused at their place, in every kind of text",
    arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]]
  )
  func encoding(bytes: [UInt8]) async throws {
    let folder = try Folder(["good.cedar": Policies.permit])
    try folder.write(Array("// \n ".utf8) + bytes + Array("\n".utf8), to: "p.cedar")
    try folder.write(Array("[ \"".utf8) + bytes + Array("\"]".utf8), to: "e.json")
    let policies = try await eval("--policies", "p.cedar", in: folder)
    #expect(policies.status == 1)
    #expect(policies.errors.hasPrefix("error: the text is not UTF-8\n --> p.cedar:2:2\n"))
    let entities = try await eval("--policies", "good.cedar", "--entities", "e.json", in: folder)
    #expect(entities.status == 1)
    #expect(entities.errors.contains(" --> e.json:1:4\n"))
    #expect(entities.errors.contains("UTF-8"))
    let context = try await eval("--policies", "good.cedar", "--context", "e.json", in: folder)
    #expect(context.status == 1)
    #expect(context.output.isEmpty)
  }

  @Test("NUL is no part of Cedar or JSON outside strings, and kept inside (P08)")
  func nul() async throws {
    let folder = try Folder([
      "out.cedar": "permit (principal, action, resource);\0",
      "in.cedar": "permit (principal, action, resource) when { \"a\0b\" != \"a\" };",
    ])
    let outside = try await eval("--policies", "out.cedar", in: folder)
    #expect(outside.status == 1)
    #expect(outside.errors.contains("--> out.cedar:1:38\n"))
    #expect(try await eval("--policies", "in.cedar", in: folder).status == 0)
    try folder.write(Array("[]\0".utf8), to: "e.json")
    #expect(try await eval("--policies", "in.cedar", "--entities", "e.json", in: folder).status == 1)
  }

  @Test("a byte order mark is refused, with a word for it")
  func byteOrderMark() async throws {
    let folder = try Folder([
      "p.cedar": "\u{FEFF}" + Policies.permit, "good.cedar": Policies.permit, "e.json": "\u{FEFF}[]",
    ])
    for arguments in [["--policies", "p.cedar"], ["--policies", "good.cedar", "--entities", "e.json"]] {
      let outcome = try await policy(["eval"] + arguments + Ask.alice, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("byte order mark"))
    }
  }

  @Test("a directory of thousands of files is read")
  func manyFiles() async throws {
    let folder = try Folder()
    let script = """
      mkdir d; i=0
      while [ $i -lt 3000 ]; do echo 'permit (principal, action, resource);' >d/$i.cedar; i=$((i + 1)); done
      "$POLICY" eval d --format json --principal 'U::"a"' --action 'A::"a"' --resource 'R::"a"'
      """
    let outcome = try await shell(script, in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.output == answer("allow", (0..<3000).map { "policy\($0)" }) + "\n")
  }

  @Test("unknown members of an entity are warned of, at their place")
  func ignoredMembers() async throws {
    let folder = try Folder([
      "p.cedar": Policies.permit,
      "entities.json": "[{\"uid\":{\"type\":\"U\",\"id\":\"a\"},\"attrs\":{},\"parents\":[],\n \"parent\":1}]",
    ])
    let outcome = try await eval(".", in: folder)
    #expect(outcome.status == 0)
    #expect(
      outcome.errors.hasPrefix("warning: the member \"parent\" of an entity means nothing\n --> ./entities.json:2:2\n")
    )
  }
}
