// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Expressions: syntax (acceptance A)")
struct ExpressionSyntaxTests {
  @Test(
    "precedence and associativity",
    arguments: [
      ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 3 - 2", "5"), ("10 - (3 - 2)", "9"), ("2 * 3 * 4", "24"),
      ("true || false && false", "true"), ("(true || false) && false", "false"), ("1 + 1 == 2", "true"),
      ("1 < 2 + 3", "true"), ("!true || true", "true"), ("!(true || true)", "false"), ("-2 + 5", "3"),
      ("1 - -1", "2"), ("1--1", "2"), ("1---1", "0"), ("-context.x", "-4"), ("2 * -3", "-6"),
      ("if true then 1 else 2 + 3", "1"), ("(if false then 1 else 2) + 3", "5"),
      ("if false then 1 else if false then 2 else 3", "3"), ("if if true then false else true then 1 else 2", "2"),
      ("if true then if false then 1 else 2 else 3", "2"), ("1 == 1 && 2 == 2 || false", "true"),
      ("!!!!true", "true"), ("----1", "1"), ("principal has a || true", "true"), ("(((1)))", "1"),
      ("[1, 2].contains(1 + 1)", "true"), ("{a: {b: 3}}.a.b", "3"), ("{a: {b: 3}}[\"a\"][\"b\"]", "3"),
      ("!principal has a", "error: type"),
    ]
  )
  func precedence(expression: String, value: String) throws {
    let context = try RecordValue([("x", 4)])
    #expect(outcome(of: expression, context: context) == value)
  }

  @Test(
    "what is not an expression is refused",
    arguments: [
      "", "1 +", "1 2", "[1 2]", "(true", "true)", "[1", "{a:}", "{,}", "[,]", "ip(,)", "{a: 1", ".5 == 1", "1 = 1",
      "1 / 2", "1 % 2", "1 < 2 < 3", "1 == 1 == true", "1 + 2 < 3 + 4 == true", "principal has a == true",
      "principal has a in b", "principal has (\"a\")", "principal has \"a\".b", "principal has a[\"b\"]",
      "principal has if", "principal has 1", "principal like \"a\" like \"b\"", "\"a\" like (\"b\")",
      "\"a\" like principal",
      "principal is User == true", "principal is \"User\"", "principal is (User)", "principal is User::\"a\"",
      "principal is User in principal in principal", "true && if true then true else true",
      "1 == if true then 1 else 2", "{if true then {a:1} else {a:2}}", "if true then 1", "if true 1 else 2",
      "!!!!!true", "-----1", "!-1", "-!true", "-----9223372036854775808", "1_000", "0x10", "1.0", "1.5",
      "9223372036854775808", "-(9223372036854775808)", "99999999999999999999", "9223372036854775808.a",
      "-9223372036854775808.a", "foo", "foo.bar", "principal(1)", "foo(1)", "A::ip(\"1\")", "__cedar::ip(\"1\")",
      "isInRange(1, 2)", "principal.f()", "principal.ip()", "principal.contains(1, 2)", "[].isEmpty(1)",
      "[].contains()", "principal.in", "principal.__cedar", "context.if", "principal[a]", "principal[1]",
      "principal.\"a\"", "context has __cedar", "{if: 1}", "{__cedar: 1}", "{a: 1, a: 2}", "{\"a\": 1, a: 2}",
      "{\"\\u{61}\": 1, a: 2}", "{a b: 1}", "{1: 2}", "principal is __cedar::Long", "if::\"a\"", "User::a", "User::",
      "::\"a\"", "?principal == principal", "?foo == principal", "principal in ?resource", "\"a", "'a'", "a & b",
      "true & true", "true | true", "true and true", "@a", "1;", "\u{FEFF}1", "1\u{200B}", "é == 1", "/* a */ 1", "# 1",
    ]
  )
  func refusals(expression: String) {
    #expect(outcome(of: expression).hasPrefix("refused: "))
  }

  @Test(
    "the edges of long, whose sign belongs to the literal",
    arguments: [
      ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
      ("- 9223372036854775808", "-9223372036854775808"), ("--9223372036854775808", "error: overflow"),
      ("00012", "12"), ("-0", "0"), ("-5.a", "error: type"), ("-9223372036854775807 - 1", "-9223372036854775808"),
    ]
  )
  func integerEdges(expression: String, value: String) {
    #expect(outcome(of: expression) == value)
  }

  @Test(
    "trailing commas in sets, records and arguments",
    arguments: ["[1, 2,]", "{a: 1,}", "ip(\"1.1.1.1\",)", "[1].contains(1,)", "[[1,],].contains([1,],)"]
  )
  func trailingCommas(expression: String) {
    #expect(!outcome(of: expression).hasPrefix("refused"))
  }

  @Test(
    "white space, comments and names",
    arguments: [
      ("1\u{00A0}+\u{3000}1", "2"), ("1\u{0B}+\u{0C}1 // two", "2"), ("1 // one\n + 1", "2"), ("1 // one\r+ 1", "2"),
      ("//\n1", "1"), ("User :: \"a\"", "User::\"a\""), ("A//c\n::B::\"a\"", "A::B::\"a\""),
      ("principal::\"x\"", "principal::\"x\""), ("permit::when::\"x\"", "permit::when::\"x\""),
      ("{principal: 1}.principal", "1"), ("{\"if\": 1}[\"if\"]", "1"), ("{\"a b\": 1} has \"a b\"", "true"),
      ("context.contains", "error: attributeMissing"), ("ip(\"1.1.1.1\").isIpv4", "error: type"),
    ]
  )
  func lexicalForms(expression: String, value: String) {
    #expect(outcome(of: expression) == value)
  }

  @Test(
    "escapes in strings (attacks P07)",
    arguments: [
      (#""\n\r\t\0\\\"\'""#, "\n\r\t\0\\\"'"), (#""\x41\x7f""#, "A\u{7F}"),
      (#""\u{41}\u{4_1}\u{41_}\u{000041}""#, "AAAA"),
      (#""\u{10FFFF}""#, "\u{10FFFF}"), ("\"a\nb\tc\0d\"", "a\nb\tc\0d"), ("\"é e\u{301}\"", "é e\u{301}"),
      ("\"//\"", "//"),
    ]
  )
  func escapes(literal: String, text: String) throws {
    let value = try Expression(parsing: literal).value(for: request(), entities: EntityStore())
    guard case .string(let string) = value else {
      Issue.record("not a string: \(value)")
      return
    }
    #expect(Array(string.unicodeScalars) == Array(text.unicodeScalars))
  }

  @Test(
    "what is not an escape is refused (attacks P07)",
    arguments: [
      #""\a""#, #""\x4""#, #""\x80""#, #""\X41""#, #""\u{}""#, #""\u{_41}""#, #""\u{0000041}""#, #""\u{D800}""#,
      #""\u{110000}""#, #""\u{g}""#, #""\u41""#, #""\u{41""#, #""\*""#, #""a" like "\a""#, "\"a\\\nb\"", "\"a\rb\"",
      #""\é""#,
    ]
  )
  func badEscapes(literal: String) {
    #expect(outcome(of: literal).hasPrefix("refused: "))
  }

  @Test("extension calls with a wrong number of arguments parse and err; built-in ones are refused")
  func arity() {
    #expect(outcome(of: "ip()") == "error: arity")
    #expect(outcome(of: "ip(\"1\", \"2\")") == "error: arity")
    #expect(outcome(of: "ip(\"1.1.1.1\").isInRange()") == "error: arity")
    #expect(outcome(of: "ip(\"1.1.1.1\").isInRange(1, 2)") == "error: type")
    #expect(outcome(of: "ip(\"1.1.1.1\").isLoopback(1)") == "error: arity")
    #expect(outcome(of: "[1].contains(1, 2)") == "refused: `contains` takes one argument, found 2")
  }

  @Test("a refusal points at the place and says what was expected")
  func diagnostics() throws {
    let error = #expect(throws: SyntaxError.self) { try Expression(parsing: "1 +\n  * 2", name: "e") }
    let diagnostic = try #require(error?.diagnostics.first)
    #expect(diagnostic.message == "expected an expression, found `*`")
    #expect(diagnostic.location.description == "e:2:3")
    #expect(
      diagnostic.rendered == """
        error: expected an expression, found `*`
         --> e:2:3
          |
        2 |   * 2
          |   ^
          = help: `+` needs an expression on its right
        """
    )
  }
}
