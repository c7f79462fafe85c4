// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WritCedar

@Suite("Formatting")
struct FormatterTests {
  static func format(_ text: String, width: Int = 100) throws -> String {
    let out = try CedarFormatter(width: width).format(policies: SourceInput(name: "p.cedar", text: text))
    return String(decoding: out, as: UTF8.self)
  }

  @Test("A condition that fits stands on one line, and one that does not breaks at its loosest operators")
  func breaking() throws {
    let text = #"@id ( "a" )permit(principal,action,resource)when{principal.a==1&&(principal.b||resource.c)};"#
    #expect(
      try Self.format(text) == """
        @id("a")
        permit (principal, action, resource)
        when { principal.a == 1 && (principal.b || resource.c) };

        """
    )
    #expect(
      try Self.format(text, width: 40) == """
        @id("a")
        permit (principal, action, resource)
        when
        {
            principal.a == 1 &&
            (principal.b || resource.c)
        };

        """
    )
  }

  @Test("Signs, calls, accesses, sets and records keep the form that they are usually written in")
  func tokens() throws {
    let readable = """
      forbid(principal in ?principal,action in[Action::"a",A::Action::"b"],resource is A::B in ?resource)
      unless{! !context . a["b c"].contains( {x :-1,"y z":[ ]} )||ip ( "::1" ) . isLoopback( )||(if true then 1<2 else-3*4+5>=0)};
      """
    #expect(
      try Self.format(readable) == """
        forbid (
            principal in ?principal,
            action in [Action::"a", A::Action::"b"],
            resource is A::B in ?resource
        )
        unless
        {
            !!context.a["b c"].contains({ x: -1, "y z": [] }) ||
            ip("::1").isLoopback() ||
            (if true then 1 < 2 else -3 * 4 + 5 >= 0)
        };

        """
    )
  }

  @Test(
    "Comments stay byte for byte between the tokens they stand between, which the reference got wrong (issues 459, 787 and 862)",
    arguments: [
      "permit(principal is // a\n// b\nUser, action, resource);",
      "permit(principal, action, resource == a // 1\n// 2\n::\n// 3\n\"\");",
      "permit(principal,action,resource)when{if // 1\ntrue // 2\nthen // 3\nfalse // 4\nelse // 5\ntrue // 6\n};",
      "// first\n\n// second\n@id // 1\n( // 2\n\"x\" // 3\n) // 4\npermit // 5\n(principal // 6\n, action, resource // 7\n) // 8\n; // 9\n// last",
      "permit(principal,action in [ // a\nAction::\"x\", // b\n// c\nAction::\"y\" // d\n], resource) // between  \n// 2\t\nwhen { {a: 1, // r\n} == {} && // x\n[1, // s\n// t\n] == [] } // y\nunless { false };",
      "// only a comment", "\n\n// é \u{3000} trailing  ", "permit(principal,action,resource);// a\r\n// b\r\n\r\n// c",
      "permit(principal,action,resource)when{- // m\n- // n\n1 == 1 && ! // o\ntrue && ( // p\n(true // q\n) // r\n)};",
    ]
  )
  func comments(_ text: String) throws {
    for width in [20, 40, 100] {
      let once = try Self.format(text, width: width)
      let before = CommentedTokens(Array(text.utf8))
      let after = CommentedTokens(Array(once.utf8))
      #expect(before.comments.count == text.components(separatedBy: "//").count - 1)
      #expect(before.hasSameContent(as: after))
      #expect(zip(before.comments, after.comments).allSatisfy { $0.isTrailing == $1.isTrailing })
      #expect(try Self.format(once, width: width) == once)
    }
  }

  @Test("Empty lines between comments and policies stay, several become one")
  func emptyLines() throws {
    let text =
      "\n\n// a\n\n\n// b\npermit(principal, action, resource);\n// c\n\n\n\npermit(principal, action, resource);permit(principal, action, resource);"
    #expect(
      try Self.format(text) == """
        // a

        // b
        permit (principal, action, resource);
        // c

        permit (principal, action, resource);

        permit (principal, action, resource);

        """
    )
  }

  @Test("What cannot be read is refused with its place: invalid UTF-8, JSON, deep nesting, a text that is no policy")
  func refusals() throws {
    let formatter = CedarFormatter()
    let deep = "permit(principal,action,resource)when{" + String(repeating: "(", count: 100_000)
    for bytes in [[0xFF, 0x20], Array("{}".utf8), Array(deep.utf8), Array("permit".utf8)] {
      #expect(throws: SyntaxError.self) { try formatter.format(policies: SourceInput(name: "p", bytes: bytes)) }
    }
    #expect(try formatter.format(policies: SourceInput(name: "p", text: " \n\t")) == [])
  }

  @Test("Chains of a hundred thousand operators and text at the deepest nesting are laid out without recursion")
  func hostile() throws {
    let chain = "permit(principal,action,resource)when{true" + String(repeating: "&&true", count: 100_000) + "};"
    #expect(try Self.format(chain).utf8.count > chain.utf8.count)
    let levels = Nesting.limit - 1
    for (open, close) in [("(", ")"), ("[", "]"), ("if true then true else ", "")] {
      let text =
        "permit(principal,action,resource)when{" + String(repeating: open, count: levels) + "true // c\n"
        + String(repeating: close, count: levels) + "};"
      let once = try Self.format(text)
      #expect(try Self.format(once) == once)
    }
  }

  @Test("A schema is formatted: declarations, records as they are written, annotations, comments")
  func schema() throws {
    let text = """
      // top
      namespace A{@doc("x")entity B,C in[D]={a:Long,// one
      b?:Set<__cedar::String>}tags Long;entity D enum["x","y"];
      action "v w",e in["g"]appliesTo{principal:[B],resource:B,context:{ } };type T={x:{
      y:Bool}};}
      """
    let formatter = CedarFormatter()
    let once = try formatter.format(schema: SourceInput(name: "s", text: text))
    #expect(try formatter.format(schema: SourceInput(name: "s", bytes: once)) == once)
    #expect(
      String(decoding: once, as: UTF8.self) == """
        // top
        namespace A {
            @doc("x")
            entity B, C in [D] = {
                a: Long, // one
                b?: Set<__cedar::String>
            } tags Long;
            entity D enum ["x", "y"];
            action "v w", e in ["g"] appliesTo { principal: [B], resource: B, context: {} };
            type T = {
                x: {
                    y: Bool
                }
            };
        }

        """
    )
  }

  @Test(
    "Formatting keeps the meaning and the comments of all policies and schemas of the conformance tests and of Policies"
  )
  func corpus() throws {
    var root = URL(filePath: #filePath)
    while root.path != "/", !FileManager.default.fileExists(atPath: root.appending(path: "Policies").path) {
      root.deleteLastPathComponent()
    }
    let folders = [
      root.appending(path: "Policies"), root.deletingLastPathComponent().appending(path: "shared/cedar-conformance"),
    ]
    var count = 0
    for folder in folders {
      guard let names = FileManager.default.enumerator(atPath: folder.path) else { continue }
      for case let name as String in names where name.hasSuffix(".cedar") || name.hasSuffix(".cedarschema") {
        let source = SourceInput(name: name, bytes: Array(try Data(contentsOf: folder.appending(path: name))))
        let isSchema = name.hasSuffix(".cedarschema")
        func format(_ source: SourceInput, _ width: Int) throws -> [UInt8] {
          let formatter = CedarFormatter(width: width)
          return try isSchema ? formatter.format(schema: source) : formatter.format(policies: source)
        }
        if isSchema ? (try? SchemaDeclarations(parsing: [source])) == nil : (try? PolicySet(parsing: [source])) == nil {
          continue
        }
        for width in [40, 100] {
          let once = try format(source, width)
          #expect(try format(SourceInput(name: name, bytes: once), width) == once, "\(name)")
          #expect(CommentedTokens(source.bytes).hasSameContent(as: CommentedTokens(once)), "\(name)")
        }
        count += 1
      }
    }
    #expect(count >= 18)
  }

  @Test(
    "Random comments between all tokens of policies stay, and formatting twice is formatting once (P19)",
    arguments: 0..<20
  )
  func randomComments(_ seed: Int) throws {
    var generator = SplitMix(UInt64(seed))
    let policy = """
      @id("a") @note permit ( principal is A::B in ?principal , action in [ Action::"x" , Action::"y" , ] , resource == ?resource , )
      when { if context has a . b then context . a . b > - 3 * ( 1 + 2 ) - 4 else [ 1 , "a\\n" , { b : ! true , "c-d" : [ ] , } , ] . contains ( 1 ) }
      unless { principal in resource [ "x" ] && ip ( "1.2.3.4" ) . isInRange ( context . r ) || principal is U in A::"b" && "a" like "b*" } ;
      forbid ( principal , action , resource ) ;
      """
    var text = ""
    for word in policy.split(separator: " ") {
      text += word
      switch generator.next() % 6 {
      case 0: text += " // \(generator.next() % 1000) é\t\n"
      case 1: text += "\n\n// \(generator.next() % 1000)\r\n // x\n"
      case 2: text += "\n"
      default: text += " "
      }
    }
    let width = 20 + Int(generator.next() % 100)
    let once = try Self.format(text, width: width)
    #expect(try Self.format(once, width: width) == once)
    let (before, after) = (CommentedTokens(Array(text.utf8)), CommentedTokens(Array(once.utf8)))
    #expect(before.hasSameContent(as: after))
  }
}

/// A small generator with a seed (splitmix64).
private struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
