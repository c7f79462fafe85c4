// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Printing expressions (attacks P19)")
struct PrinterTests {
  @Test(
    "the parentheses that are needed and no others",
    arguments: [
      "1 + 2 * 3", "(1 + 2) * 3", "1 - 2 - 3", "1 - (2 - 3)", "1 * 2 * 3", "1 * (2 * 3)", "a.b.c && a.b || a.c",
      "(a.b || a.c) && a.d", "a.b && (a.c && a.d)", "!a.b", "!(a.b && a.c)", "!(!a.b)", "-a.b", "-(-a.b)", "-(5)", "-5",
      "-(-5)",
      "1 - -5", "(-5).x", "-5 + 3", "(1 == 2) == true", "1 == (2 == 3)", "(a.b has c) == true", "a.b has c.d",
      "a.b has \"x y\"", "a[\"x y\"].c", "a[\"if\"]", "a.b like \"x*\\\\\\*\"", "a.b is A::User",
      "a.b is User in a.c + 1",
      "(if a.b then 1 else 2) + 3", "if a.b then if a.c then 1 else 2 else 3", "[1, [2, 3], {}]",
      "{a: 1, \"b c\": {if2: 2}}",
      "ip(\"1.1.1.1\").isInRange(ip(\"1.1.1.1\"))", "(1 + 2).lessThan(3)", "[1].contains(if true then 1 else 2)",
      "a.getTag(\"x\" + a.b)", "[].isEmpty()", "ip()", "a.b.isInRange()", "a.b in [User::\"x\\\"y\", User::\"z\"]",
      "\"\\n\\0\\u{200b}é\"", "1 < 2", "1 <= 2 && 1 > 2 && 1 >= 2 && 1 != 2",
      "a.b.containsAll([1]) && a.b.containsAny([2])",
      "a.hasTag(\"k\")",
    ]
  )
  func printed(text: String) throws {
    // `a` stands for the context.
    let text = text.replacing("a.", with: "context.").replacing("a[", with: "context[")
    #expect(try Expression(parsing: text).description == text)
  }

  @Test("superfluous parentheses, white space and comments are gone, keys sorted")
  func normalised() throws {
    #expect(try Expression(parsing: "((1)+(2*3)) // c\n").description == "1 + 2 * 3")
    #expect(try Expression(parsing: "{b:1,\"a\":2,}").description == "{a: 2, b: 1}")
    #expect(try Expression(parsing: "!!context.a").description == "!(!context.a)")
  }

  @Test("a value prints as an expression with that value")
  func values() throws {
    for text in [
      "true", "-9223372036854775808", "\"a\\\"\\u{202e}b\"", "User::\"e\u{301}\"", "[1, \"a\", [true]]",
      "{\"a b\": 1, c: {}}",
      "ip(\"10.0.0.0/8\")", "decimal(\"-0.5\")", "datetime(\"2024-02-29T12:00:00Z\")", "duration(\"-1d2h\")",
      "datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\"))",
    ] {
      let value = try Expression(parsing: text).value(for: request(), entities: EntityStore())
      let again = try Expression(parsing: value.description).value(for: request(), entities: EntityStore())
      #expect(value == again, "\(text) printed as \(value)")
    }
  }
}
