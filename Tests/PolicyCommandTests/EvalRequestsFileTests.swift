// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy eval --requests: a stream of lines")
struct EvalRequestsFileTests {
  private static let files = [
    "p.cedar": """
    @id("alice")
    permit (principal == User::"alice", action, resource);
    @id("staff")
    permit (principal in Group::"staff", action, resource);
    """
  ]

  private func answers(_ lines: String, _ more: String..., files: [String: String] = Self.files) async throws -> Outcome
  {
    let arguments = ["eval", ".", "--requests", "-", "--format", "json"] + more
    return try await policy(arguments, input: Array(lines.utf8), in: Folder(files))
  }

  private static let bob = #""User::\"bob\"""#

  @Test("every line is answered in its place and order, and the status is 0 whatever the decisions")
  func order() async throws {
    let lines = [Ask.json(), Ask.json(principal: Self.bob), Ask.json()].joined(separator: "\n")
    let outcome = try await answers(lines)
    #expect(outcome.status == 0)
    #expect(
      outcome.lines
        == [answer("allow", ["alice"], line: 1), answer("deny", line: 2), answer("allow", ["alice"], line: 3)]
    )
    let denied = try await answers(Ask.json(principal: Self.bob) + "\n")
    #expect(denied.status == 0)
    #expect(denied.lines == [answer("deny", line: 1)])
  }

  @Test("blank lines are skipped, but counted; lines may end with CR LF, the last with nothing")
  func blank() async throws {
    let outcome = try await answers("\n \t\r\n\(Ask.json())\r\n\n\n{\n\(Ask.json(principal: Self.bob))")
    #expect(outcome.status == 1)
    #expect(outcome.lines.count == 3)
    #expect(outcome.lines.first == answer("allow", ["alice"], line: 3))
    #expect(outcome.lines[1].hasPrefix(#"{"line":6,"column":2,"error":{"code":"json","message":""#))
    #expect(outcome.lines.last == answer("deny", line: 7))
  }

  @Test("no line is no error", arguments: ["", "\n", "\n\n  \n"])
  func none(lines: String) async throws {
    let outcome = try await answers(lines)
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.isEmpty)
  }

  @Test(
    "a line that cannot be answered gives an error with its code in its place, and the others are answered",
    arguments: [
      ("{", "json"), ("nonsense", "json"), ("{}{}", "json"), (#"{"a":1,"a":2}"#, "json"), ("\u{FEFF}{}", "json"),
      ("\0", "json"),
      ("[]", "request"), ("1", "request"), ("null", "request"), ("{}", "request"),
      (Ask.json(#","extra":1"#), "request"),
      (Ask.json(#","Principal":1"#), "request"),
      (#"{"action":"Action::\"view\"","resource":"Photo::\"sea\""}"#, "request"),
      (Ask.json(#","entities":1"#), "request"), (Ask.json(#","entities":[1]"#), "request"),
      (Ask.json(#","entities":[{"uid":{"type":"U","id":"a"},"attrs":{"a":null},"parents":[]}]"#), "request"),
      (
        Ask.json(#","entities":[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"U","id":"a"}]}]"#),
        "request"
      ),
      (Ask.json(principal: #""alice""#), "uid"), (Ask.json(principal: "1"), "uid"), (Ask.json(principal: "{}"), "uid"),
      (Ask.json(principal: #"{"type":"a b","id":"c"}"#), "uid"),
      (Ask.json(#","entities":[{"uid":"alice","attrs":{},"parents":[]}]"#), "uid"),
      (Ask.json(#","context":1"#), "context"), (Ask.json(#","context":[]"#), "context"),
      (Ask.json(#","context":null"#), "context"), (Ask.json(#","context":{"a":1.0}"#), "context"),
      (Ask.json(#","context":{"a":{"__entity":1}}"#), "context"),
      (Ask.json(#","context":{"a":{"__extn":{"fn":"ip","arg":"x"}}}"#), "context"),
    ]
  )
  func errors(line: String, code: String) async throws {
    let outcome = try await answers("\(Ask.json())\n\(line)\n\(Ask.json())\n")
    #expect(outcome.status == 1)
    #expect(outcome.lines.count == 3)
    #expect(outcome.lines.first == answer("allow", ["alice"], line: 1))
    #expect(outcome.lines[1].hasPrefix(#"{"line":2,"column":"#))
    #expect(outcome.lines[1].contains(#","error":{"code":"\#(code)","message":""#), "\(outcome.output)")
    #expect(outcome.lines[1].hasSuffix(#""}}"#))
    #expect(outcome.lines.last == answer("allow", ["alice"], line: 3))
  }

  /// Members of a line, the text that the column is that of, and a part of the message in which `'` are quotes.
  private static let places = [
    (#""context":{"a":{"b":[1, 2.5]}}"#, "2.5", "attribute 'a': attribute 'b': an element: `2.5` is not a 64-bit"),
    (#""context":{"a":{"b c": null}}"#, "null", "attribute 'a': attribute 'b c': Cedar has no null"),
    (
      #""entities":[{"uid":{"type":"U","id":"a"},"attrs":{"x":1,"y":{"z":null}},"parents":[]}]"#, "null",
      "U::'a': attribute 'y': attribute 'z': Cedar has no null"
    ),
    (
      #""entities":[{"uid":{"type":"U","id":"a"},"attrs":{},"tags":{"t":[1.5]},"parents":[]}]"#, "1.5",
      "U::'a': tag 't': an element: `1.5`"
    ),
    (#""entities":[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":{}}]"#, #"{}}]"#, "U::'a': `parents` is an array"),
    (#""replacing":[{"uid":{"type":"U"},"attrs":{},"parents":[]}]"#, #"{"type":"U"}"#, "an entity is named by"),
    (
      #""entities":[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[]},{"uid":{"type":"U","id":"a"},"attrs":{"x":1},"parents":[]}]"#,
      #"{"uid":{"type":"U","id":"a"},"attrs":{"x""#, "two different entities U::'a'"
    ),
  ]

  @Test("an error of a line has the column and the attributes that lead to what is wrong", arguments: places)
  func errorPlaces(members: String, place: String, message: String) async throws {
    let line = Ask.json(",\(members)")
    let outcome = try await answers(line)
    let before = try #require(line.range(of: place)?.lowerBound)
    let column = line[..<before].unicodeScalars.count + 1
    #expect(outcome.output.hasPrefix("{\"line\":1,\"column\":\(column),\"error\":"), "\(outcome.output)")
    #expect(outcome.output.contains(message.replacing("'", with: "\\\"")), "\(outcome.output)")
  }

  @Test("bytes that are not UTF-8 are an error of their line alone")
  func encoding() async throws {
    let good = Array("\(Ask.json())\n".utf8)
    let arguments = ["eval", ".", "--requests", "-", "--format", "json"]
    let outcome = try await policy(arguments, input: good + [0x22, 0xFF, 0x22, 0x0A] + good, in: Folder(Self.files))
    #expect(outcome.status == 1)
    #expect(outcome.lines.count == 3)
    #expect(outcome.lines[1].hasPrefix(#"{"line":2,"column":2,"error":{"code":"json","#))
  }

  @Test("a line's entities lie over the store for that line only")
  func overlay() async throws {
    let staff =
      #","entities":[{"uid":{"type":"User","id":"bob"},"attrs":{},"parents":[{"type":"Group","id":"staff"}]}]"#
    let lines = [Ask.json(principal: Self.bob), Ask.json(staff, principal: Self.bob), Ask.json(principal: Self.bob)]
    let outcome = try await answers(lines.joined(separator: "\n"))
    #expect(outcome.lines == [answer("deny", line: 1), answer("allow", ["staff"], line: 2), answer("deny", line: 3)])
    #expect(outcome.status == 0)
  }

  @Test("actions, circles and two entities of one identifier are refused for that line only")
  func refusedOverlays() async throws {
    func line(_ members: String) -> String { Ask.json(",\"entities\":[\(members)]") }
    func entity(_ type: String, _ level: Int, parent: String = "") -> String {
      #"{"uid":{"type":"\#(type)","id":"x"},"attrs":{"level":\#(level)},"parents":[\#(parent)]}"#
    }
    let circle = entity("User", 1, parent: #"{"type":"User","id":"x"}"#)
    let lines = [
      line(entity("Action", 1)), line(circle), line("\(entity("User", 1)),\(entity("User", 2))"), Ask.json(),
    ]
    let outcome = try await answers(lines.joined(separator: "\n"))
    #expect(outcome.status == 1)
    #expect(outcome.lines.count == 4)
    #expect(outcome.lines[0].contains("a request cannot bring the action Action::"))
    #expect(outcome.lines[1].contains("is its own ancestor"))
    #expect(outcome.lines[2].contains("two different entities"))
    #expect(outcome.lines[3] == answer("allow", ["alice"], line: 4))
  }

  @Test("an entity of a line adds to the stored one, whose attributes stand (S25)")
  func merged() async throws {
    let files = [
      "p.cedar": "permit (principal, action, resource) when { principal.a };",
      "entities.json": #"[{"uid":{"type":"User","id":"alice"},"attrs":{"a":true},"parents":[]}]"#,
    ]
    let lines = ["{}", #"{"a":false}"#, #"{"b":true}"#].map {
      Ask.json(#","entities":[{"uid":{"type":"User","id":"alice"},"attrs":\#($0),"parents":[]}]"#)
    }
    let outcome = try await answers(lines.joined(separator: "\n"), files: files)
    #expect(outcome.lines == (1...3).map { answer("allow", ["policy0"], line: $0) })
  }

  @Test("as text each answer bears its line")
  func text() async throws {
    let lines = "\n\(Ask.json())\n\(Ask.json(principal: Self.bob))\n{\n"
    let outcome = try await policy("eval", ".", "--requests", "-", input: lines, in: Folder(Self.files))
    #expect(outcome.status == 1)
    #expect(
      outcome.output.hasPrefix(
        "line 2: allow\n  permitted by alice (./p.cedar:1:1)\nline 3: deny\n  no policy permits it\n"
          + "line 4, column 2: error: "
      )
    )
  }

  @Test("an erring forbid warns with the number of the line")
  func warning() async throws {
    let files = ["p.cedar": Policies.named("f", "forbid", "when { context.a }")]
    let outcome = try await answers("\n\(Ask.json())", files: files)
    #expect(outcome.errors.hasPrefix("warning: line 2: the forbid `f` erred and was skipped"))
    #expect(outcome.status == 0)
  }

  @Test("a line is answered as soon as it has come, before the input ends")
  func interactive() async throws {
    let folder = try Folder(Self.files.merging(["ask": Ask.json() + "\n"]) { $1 })
    let outcome = try await shell(
      """
      mkfifo in out || exit 9
      (sleep 20; echo late >out) & late=$!
      "$POLICY" eval . --requests - --format json <in >out &
      exec 3>in 4<out
      cat ask >&3; IFS= read -r first <&4; echo "$first"
      cat ask >&3; IFS= read -r second <&4; echo "$second"
      kill $late; exec 3>&- 4<&-; wait
      """,
      in: folder
    )
    #expect(outcome.lines == [answer("allow", ["alice"], line: 1), answer("allow", ["alice"], line: 2)])
  }

  @Test("thousands of lines come back in order, those longer than a read included")
  func many() async throws {
    let wide = String(repeating: "x", count: 200_000)
    let lines = (0..<2000).map { number in
      switch number {
      case 1000: Ask.json(#","context":{"a":"\#(wide)"}"#)
      case _ where number % 3 == 0: Ask.json()
      default: Ask.json(principal: Self.bob)
      }
    }
    let outcome = try await answers(lines.joined(separator: "\n"))
    #expect(outcome.status == 0)
    let expected = (0..<2000).map {
      $0 == 1000 || $0 % 3 == 0 ? answer("allow", ["alice"], line: $0 + 1) : answer("deny", line: $0 + 1)
    }
    #expect(outcome.lines == expected)
  }

  @Test("a line longer than 16 MiB is refused, and the next is answered")
  func tooLong() async throws {
    let outcome = try await shell(
      """
      { head -c 16777217 /dev/zero | tr '\\0' ' '; echo; cat ask; } | "$POLICY" eval . --requests - --format json
      """,
      in: Folder(Self.files.merging(["ask": Ask.json()]) { $1 })
    )
    #expect(outcome.status == 1)
    #expect(
      outcome.lines.first
        == #"{"line":1,"column":1,"error":{"code":"json","message":"the line is longer than 16777216 bytes"}}"#
    )
    #expect(outcome.lines.last == answer("allow", ["alice"], line: 2))
  }
}
