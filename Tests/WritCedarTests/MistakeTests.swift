// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// The commonest mistakes of people who come from other languages: each message says what to write, at its place.
@Suite("Mistakes: each is told of once, at its place, with what to write")
struct MistakeTests {
  /// Compares the only thing that is told with the table.
  private func expect(_ mistake: Mistake, _ diagnostics: [Diagnostic]) {
    #expect(diagnostics.count == 1, "\(diagnostics)")
    guard let told = diagnostics.first else { return }
    #expect("\(told.location.line):\(told.location.column): \(CedarText.shown(told.message))" == mistake.message)
    #expect(told.help.map(CedarText.shown) == mistake.help)
  }

  @Test("In a condition", arguments: MistakeFile.conditions)
  func condition(mistake: Mistake) throws {
    let text = "permit(principal, action, resource) when { \(mistake.text) };"
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: text) }
    expect(mistake, error.diagnostics)
  }

  @Test("In a policy outside its conditions", arguments: MistakeFile.policies)
  func policy(mistake: Mistake) throws {
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: mistake.text) }
    expect(mistake, error.diagnostics)
  }

  @Test("In a schema", arguments: MistakeFile.schemas)
  func schema(mistake: Mistake) throws {
    let error = try #require(throws: SyntaxError.self) { try Schema(parsing: mistake.text) }
    expect(mistake, error.diagnostics)
  }

  @Test("In entities", arguments: MistakeFile.entities)
  func entities(mistake: Mistake) throws {
    let error = try #require(throws: InputError.self) { try EntityStore(json: Array(mistake.text.utf8)) }
    expect(mistake, [error.diagnostic])
  }

  @Test("In a request", arguments: MistakeFile.requests)
  func request(mistake: Mistake) throws {
    let error = try #require(throws: InputError.self) { try RequestInput(json: Array(mistake.text.utf8)) }
    expect(mistake, [error.diagnostic])
  }

  @Test("In a condition that can be read and never has a value", arguments: MistakeFile.values)
  func value(mistake: Mistake) throws {
    let context = try RecordValue(
      json: Array(
        #"{"role":"x","name":"n","tags":["a"],"a":1,"ip":{"__extn":{"fn":"ip","arg":"10.0.0.1"}}}"#.utf8
      )
    )
    let text = "permit(principal, action, resource) when { \(mistake.text) };"
    let authorizer = Authorizer(policies: try PolicySet(parsing: text), entities: EntityStore())
    let response = authorizer.authorize(WritCedarTests.request(context: context))
    let error = try #require(response.errors.first).error
    #expect("\(error.location.line):\(error.location.column): \(error.message)" == mistake.message)
    #expect(error.help == mistake.help)
  }

  @Test("The tables hold what the issue names, and more than fifty mistakes")
  func tables() {
    let all = [
      MistakeFile.conditions, MistakeFile.values, MistakeFile.policies, MistakeFile.schemas, MistakeFile.entities,
      MistakeFile.requests,
    ]
    #expect(all.allSatisfy { $0.count >= 14 })
    #expect(all.reduce(0) { $0 + $1.count } > 500)
  }
}

@Suite("Advice: what it must not do")
struct AdviceLimitTests {
  @Test(
    "What is accepted although it looks like a mistake stays accepted",
    arguments: [
      "!true == false", "--1 == 1", "1 - -1 == 2", "context has context.a", "principal is not", "context.not == 1",
      "context.null", "context.and && context.or", "null::\"a\" == principal", "not::\"a\" in User::\"b\"",
      "\"'\" == \"\\'\"", "principal == User::\"*\"", "context.a\u{A0}== 1", "context.length", "context.tags.contains",
      "\"a\" in [\"a\"]", "\"a\" + \"b\" == \"ab\"", "action == \"view\"", "[1, 2,] == [2, 1]", "ip() == decimal(1, 2)",
      "\"# /* -- '\" == \"|\"", "true // # /* */ '\n",
    ]
  )
  func accepted(condition: String) {
    #expect(!isRefused("permit(principal, action, resource) when { \(condition) };"))
  }

  @Test("What a message shows of a hostile text is short, and has no character that a terminal acts on (X03)")
  func bounded() throws {
    let long = String(repeating: "x", count: 20_000)
    let texts = [
      long, "\(long)::\(long)", "\(long)(\"\(long)\")", "context.\(long)(1)", "context has \(long)-a",
      "context[\(long)]",
      "context.a \(long) 1", "'\(long)'", "principal == \(long)", "principal == \(long)::\(long)",
      "principal is \"\(long)\"",
      "principal is User::\"\(long)\"", "\"\u{1B}[1m\" b", "\u{1B}", "“\u{1B}[1m”", "context like \u{202E}", "0\(long)",
      "1.\(String(repeating: "1", count: 20_000))", "{\(long) 1}", "context.\(long)-\(long) == 1",
      "\(String(repeating: "a-", count: 10_000))a",
    ]
    for text in texts {
      let policies = "permit(principal, action, resource) when { \(text) };"
      let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: policies) }
      for told in error.diagnostics {
        #expect((told.help ?? "").unicodeScalars.count < 400, "\(text.prefix(40)): \(told.help?.prefix(80) ?? "")")
        #expect(!told.rendered.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" }, "\(text)")
      }
    }
    for text in [long, "User::\(long)", "\(long)::\"", "'\(long)'", String(repeating: "a::", count: 10_000)] {
      let error = try #require(throws: SyntaxError.self) { try EntityUID(parsing: text) }
      #expect((error.diagnostics[0].help ?? "").utf8.count < 400)
    }
  }

  @Test(
    "Comments and quotation marks of other languages are found in linear time, however many there are",
    arguments: ["/*", "'", "#", "“", "& ", "\"", "a-", "--", "1.", "context.", "User::", "x("]
  )
  func linear(piece: String) {
    let text = String(repeating: piece, count: 40_000)
    #expect(isRefused(text))
    #expect(isRefused("permit(principal, action, resource) when { \(text) };"))
    #expect(throws: SyntaxError.self) { try Schema(parsing: text) }
  }

  @Test("One mistake in a condition does not hide the next policy's, nor is it told of twice")
  func recovery() throws {
    let text = """
      # a comment; of another language
      -- and another; one
      permit(principal, action, resource) when {
        context.a;
        context.b; { c: 1; d: 2 }
      };
      allow(principal, action, resource);
      permit(principal, action, resource) when { context.a == 'a;b' };
      permit(principal, action, resource) when { context.a = 1 }
      permit(principal, action resource);
      """
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: text, name: "p") }
    #expect(
      error.diagnostics.map { "\($0.location.line):\($0.location.column) \($0.help ?? "-")" } == [
        "1:1 a comment starts with `//`",
        "4:12 a condition is one expression; join several with `&&`, without `;`",
        "7:1 write `permit`",
        "8:57 strings stand in double quotes: \"a;b\"",
        "9:54 equality is written `==`",
        "10:26 a scope is `(principal, action, resource)`",
      ]
    )
  }
}
