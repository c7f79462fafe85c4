// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Schemas: what is told about a bad one")
struct SchemaDiagnosticTests {
  @Test(
    "one error: its place, what was found and expected, and a way out",
    arguments: [
      ("entity A B;", "1:10: expected `in`, `=`, `{`, `tags` or `;`, found `B`", "the order is `entity Name in"),
      ("entity A::B;", "1:9: expected `in`, `=`, `{`, `tags` or `;`, found `::`", "declared in `namespace Name"),
      ("entity A in B, C;", "1:14: expected `=`, `{`, `tags` or `;` after the parents, found `,`", "in brackets"),
      ("entity A in [B,];", "1:16: a `,` before `]`", "no trailing comma"),
      ("Entity A;", "1:1: expected `entity`, `action`, `type` or `namespace`, found `Entity`", "mean `entity`?"),
      ("permit(principal, action, resource);", "1:1: expected `entity`, `action`, `type`", "text of their own"),
      ("/* x */", "1:1: `/*` does not start a comment", "starts with `//`"),
      ("type T = Set;", "1:10: the type `Set` is not declared", "a set is written `Set<T>`"),
      ("type T = Boolean;", "1:10: the type `Boolean` is not declared", "did you mean `Bool`?"),
      ("type T = string;", "1:10: the type `string` is not declared", "did you mean `String`?"),
      ("entity User;\ntype T = {u: Usr};", "2:14: the type `Usr` is not declared", "did you mean `User`?"),
      ("namespace App { entity User; }\ntype T = User;", "2:10: the type `User`", "did you mean `App::User`?"),
      ("namespace N { entity User; type T = Usr; }", "1:37: the type `Usr`", "did you mean `User`?"),
      ("entity A in Long;", "1:13: the entity type `Long` is not declared", "a type of the language"),
      ("entity A in T; type T = {};", "1:13: the entity type `T` is not declared", "`T` is a common type"),
      ("entity A in Action; action v;", "1:13: the entity type `Action`", "an action cannot stand here"),
      ("type Long = Bool;", "1:6: a common type cannot be named `Long`", "a type of the language"),
      ("entity Action;", "1:8: an entity type cannot be named `Action`", "declared with `action`"),
      ("entity __cedar;", "1:8: `__cedar` is reserved and cannot stand here", "belong to the language"),
      ("entity A;\n entity B, A;", "2:12: the entity type `A` is declared twice: the other is at s:1:8", "remove"),
      ("type T = {a: Long, \"a\"?: Bool};", "1:20: the attribute \"a\" is declared twice", "remove one"),
      ("action v; action \"v\";", "1:18: the action Action::\"v\" is declared twice", "remove one"),
      ("@a @a entity A;", "1:4: the annotation `@a` occurs twice", "remove one"),
      ("type X = {a: Y}; type Y = Set<X>;", "1:31: a common type contains itself: `X` → `Y` → `X`", "finite"),
      ("action v in w; action w in v;", "1:8: the action Action::\"v\" is in itself", "break the cycle"),
      ("action view; action v in veiw;", "1:26: the action \"veiw\" is not declared", "did you mean \"view\"?"),
      ("namespace N { action v; } action w in v;", "1:39: the action \"v\"", "did you mean N::Action::\"v\"?"),
      ("action v; namespace N { action v; }", "1:32: N::Action::\"v\" hides Action::\"v\" at s:1:8", "RFC 70"),
      ("type T = {}; namespace N { entity T; }", "1:35: `N::T` hides `T` at s:1:6", "RFC 70"),
      ("entity A; action v appliesTo {principal: A};", "1:20: `appliesTo` lacks `resource`", "applies to nothing"),
      ("action v appliesTo {principal: [], resource: A};", "1:32: `principal` is an empty list", "RFC 55"),
      ("entity A enum [\"a\"] in [B];", "1:21: expected `;` after the ids, found `in`", "RFC 53"),
      ("namespace A { namespace B {} }", "1:15: a namespace stands in the namespace `A`", "`A::B`"),
      ("namespace A {} namespace A {}", "1:26: the namespace `A` occurs twice: the other is at s:1:11", "in one"),
      ("namespace A { entity B;", "1:1: the namespace `A` is not closed", "add a `}`"),
      ("}", "1:1: a `}` that closes nothing", "remove it"),
    ] as [(String, String, String)]
  )
  func messages(text: String, message: String, help: String) throws {
    let error = try #require(throws: SyntaxError.self) { try Schema(parsing: text, name: "s") }
    #expect(error.diagnostics.count == 1)
    #expect(error.diagnostics[0].description.hasPrefix("s:" + message), "\(error)")
    #expect(error.diagnostics[0].help?.contains(help) ?? help.isEmpty, "\(error.diagnostics[0].help ?? "-")")
  }

  @Test("context that is no record, or no common type")
  func contexts() {
    let head = "entity A; action v appliesTo {principal: A, resource: A, context: "
    #expect(
      SchemaParserTests.complaints(head + "T}; type T = Long;") == [
        "schema:1:67: the context must be a record, found the type `T`"
      ]
    )
    #expect(
      SchemaParserTests.complaints(head + "A};") == [
        "schema:1:67: the context `A` is not a common type [write a record, or the name of a common type of one]"
      ]
    )
  }

  @Test(
    "one pass tells all errors, and reading goes on with the next declaration",
    arguments: [
      ("entity A entity B; entity 5; entity C;", ["1:9", "1:27"]),
      ("namespace N { entity A } entity B; entity ;", ["1:23", "1:43"]),
      ("entity A { a: Long; b: Long }; entity B {x Long}; entity C;", ["1:19", "1:44"]),
      ("entity A {a: Long ; entity B; type T Long;", ["1:19", "1:38"]),
      ("namespace N { namespace M { entity A; } entity ; } entity ;", ["1:15", "1:48", "1:59"]),
      ("type T = Set<Long; entity ; action in;", ["1:18", "1:27", "1:36"]),
      ("entity A } entity B; entity ;", ["1:9", "1:29"]),
      ("@a entity A { @b @b c: Long }; entity 5;", ["1:18", "1:39"]),
      ("entity A in X {a: Y} tags Z; action v in w;", ["1:13", "1:19", "1:27", "1:42"]),
      ("entity é; entity ü;", ["1:8", "1:18"]),
    ] as [(String, [String])]
  )
  func severalErrors(text: String, places: [String]) throws {
    let error = try #require(throws: SyntaxError.self) { try Schema(parsing: text, name: "s") }
    #expect(error.diagnostics.map { "\($0.location.line):\($0.location.column)" } == places, "\(error)")
  }

  @Test("at most so many errors are told")
  func limit() throws {
    for text in [";", "entity E in X;", "type T = U;", "action a in b;", "{", "}"] {
      let many = String(repeating: text, count: 10_000)
      let error = try #require(throws: SyntaxError.self) { try Schema(parsing: many) }
      #expect((1...SyntaxError.limit).contains(error.diagnostics.count))
    }
  }
}
