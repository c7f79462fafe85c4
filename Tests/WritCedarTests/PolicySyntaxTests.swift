// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Policies: syntax (acceptance A and B)")
struct PolicySyntaxTests {
  @Test(
    "legal policies",
    arguments: [
      "", "// nothing", "permit(principal, action, resource);", "forbid(principal,action,resource,);",
      "permit(principal == User::\"a\", action, resource);", "permit(principal in User::\"a\", action, resource);",
      "permit(principal is User, action, resource);", "permit(principal is A::User in Group::\"a\", action, resource);",
      "permit(principal == (User::\"a\"), action, resource);",
      "permit(principal, action == ((Action::\"v\")), resource);",
      "permit(principal, action == A::Action::\"v\", resource);",
      "permit(principal, action in Action::\"v\", resource);",
      "permit(principal, action in [], resource);", "permit(principal, action in [Action::\"v\",], resource);",
      "permit(principal, action, resource == ?resource);", "permit(principal is User in ?principal, action, resource);",
      "permit(principal == ?principal, action, resource in ?resource);",
      "permit(principal, action, resource) when { true } unless { false } when { true };",
      "@id(\"x\") @if @in(\"y\") @__cedar(\"z\") permit(principal, action, resource);",
      "permit(principal, action, resource) when { 1 };", "permit(principal == Action::\"v\", action, resource);",
    ]
  )
  func legal(policies: String) {
    #expect(!isRefused(policies))
  }

  @Test(
    "illegal policies, each with its own message",
    arguments: [
      (";", "a `;` without a policy"), ("permit(principal, action, resource);;", "a `;` without a policy"),
      ("permit(principal, action, resource)", "the policy does not end with `;`"),
      ("Permit(principal, action, resource);", "expected `permit` or `forbid`, found `Permit`"),
      ("permit principal", "expected `(` and the scope, found `principal`"),
      ("permit();", "expected `principal` as the first element of the scope, found `)`"),
      (
        "permit(action, principal, resource);", "expected `principal` as the first element of the scope, found `action`"
      ),
      (
        "permit(principal, resource, action);", "expected `action` as the second element of the scope, found `resource`"
      ),
      ("permit(principal, action);", "expected `,` and the resource, found `)`"),
      (
        "permit(principal, action, principal);",
        "expected `resource` as the third element of the scope, found `principal`"
      ),
      ("permit(principal, action, resource, context);", "expected `)` after the resource, found `context`"),
      ("permit(principal : User, action, resource);", "`:` does not constrain a type"),
      ("permit(principal = User::\"a\", action, resource);", "`=` is not an operator"),
      (
        "permit(principal != User::\"a\", action, resource);",
        "expected `==`, `in`, `is` or the end of `principal`, found `!=`"
      ),
      (
        "permit(principal has a, action, resource);", "expected `==`, `in`, `is` or the end of `principal`, found `has`"
      ),
      ("permit(principal in [User::\"a\"], action, resource);", "a list of entities cannot stand here"),
      ("permit(principal == User::\"a\" is User, action, resource);", "`==` and `is` do not combine"),
      (
        "permit(principal == User, action, resource);",
        "expected an entity, as in `User::\"alice\"`, or `?principal`, found `User`"
      ),
      (
        "permit(principal in User::\"a\" && true, action, resource);",
        "expected the end of the `principal` constraint, found `&&`"
      ),
      ("permit(principal in ?resource, action, resource);", "`?resource` cannot stand here"),
      ("permit(principal, action is Action, resource);", "`is` does not constrain an action"),
      ("permit(principal, action == Foo::\"v\", resource);", "expected an action, found an entity of type `Foo`"),
      (
        "permit(principal, action in [Action::\"x\", Foo::\"v\"], resource);",
        "expected an action, found an entity of type `Foo`"
      ),
      ("permit(principal, action in ?action, resource);", "an action cannot be a slot"),
      ("permit(principal, action, resource) when {};", "the `when` clause is empty"),
      ("permit(principal, action, resource) unless { };", "the `unless` clause is empty"),
      ("permit(principal, action, resource) when true;", "expected `{` after `when`, found `true`"),
      ("permit(principal, action, resource) when { true, };", "expected an operator or `}`, found `,`"),
      ("permit(principal, action, resource) when { (true };", "expected an operator or `)`, found `}`"),
      (
        "permit(principal, action, resource) when { principal == ?principal };",
        "the slot `?principal` cannot stand in an expression"
      ),
      ("permit(principal, action, resource) advice { true };", "expected `when`, `unless` or `;`, found `advice`"),
      ("@a(\"x\") @a(\"y\") permit(principal, action, resource);", "the annotation `@a` occurs twice"),
      ("@a(x) permit(principal, action, resource);", "expected the annotation's value, a string, found `x`"),
      ("@\"a\" permit(principal, action, resource);", "expected the annotation's name after `@`, found a string"),
      ("permit(principal, action, resource) when { \"a };", "the string is not closed"),
      ("permit(principal, action, resource) when { a & b };", "`a` is not a variable"),
      ("permit(principal, action, resource) when { true & true };", "`&` is not an operator"),
      ("\u{FEFF}permit(principal, action, resource);", "the text starts with a byte order mark, or holds one"),
    ]
  )
  func illegal(policies: String, message: String) throws {
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: policies) }
    #expect(error.diagnostics.map(\.message) == [message])
  }

  @Test("several errors are reported in one pass, each at its place")
  func recovery() throws {
    let text = """
      permit(principal, action, resource) when { 1 + };
      permit(principal, action, resource);
      forbid(principal, action);
      permit(principal, action, resource)
      permit(principal, action, resource) when { context.a == };
      """
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: text, name: "p") }
    #expect(
      error.diagnostics.map(\.description) == [
        "p:1:48: expected an expression, found `}`",
        "p:3:25: expected `,` and the resource, found `)`",
        "p:4:36: the policy does not end with `;`",
        "p:5:57: expected an expression, found `}`",
      ]
    )
  }

  @Test("at most fifty errors are collected")
  func errorLimit() throws {
    let text = String(repeating: "permit;\n", count: 1000)
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: text) }
    #expect(error.diagnostics.count == SyntaxError.limit)
  }

  @Test("text that is not UTF-8 is refused with its place")
  func invalidUTF8() throws {
    let source = SourceInput(name: "p", bytes: Array("permit\n ".utf8) + [0xFF, 0xFE])
    let error = try #require(throws: SyntaxError.self) { try PolicySet(parsing: [source]) }
    #expect(error.diagnostics.map(\.description) == ["p:2:2: the text is not UTF-8"])
  }

  @Test("a NUL in an id is kept (attacks P08)")
  func nul() throws {
    let set = try PolicySet(parsing: "permit(principal == User::\"a\0b\", action, resource);")
    #expect(set["policy0"]?.principalConstraint == .equal(.entity(uid("User", "a\0b"))))
  }

  @Test("what the scope says is read off the policy")
  func constraints() throws {
    let set = try PolicySet(
      parsing: """
        @note("n") @flag
        forbid(principal is A::User in Group::"g", action in [Action::"x", Action::"y"], resource == Doc::"d");
        permit(principal, action == Action::"x", resource in ?resource);
        """
    )
    let first = try #require(set["policy0"])
    #expect(first.effect == .forbid)
    #expect(first.principalConstraint == .isTypeIn(try #require(EntityTypeName("A::User")), .entity(uid("Group", "g"))))
    #expect(first.actionConstraint == .inAny([uid("Action", "x"), uid("Action", "y")]))
    #expect(first.resourceConstraint == .equal(.entity(uid("Doc", "d"))))
    #expect(first.annotations.map(\.name) == ["note", "flag"])
    #expect(first.annotation("note") == "n")
    #expect(first.annotation("flag") == "")
    #expect(first.annotations[1].value == nil)
    #expect(first.annotation("other") == nil)
    #expect(first.location.description == "policies:1:1")
    let second = try #require(set["policy1"])
    #expect(second.isTemplate)
    #expect(second.slots == [.resource])
    #expect(second.resourceConstraint == .in(.slot(.resource)))
    #expect(second.location.line == 3)
  }

  @Test(
    "type names in the API are normalised paths",
    arguments: ["", "::", "A::", "::A", "A :: B", "A::in", "__cedar::A", "A B", "1A", "é", "A::B\u{0}", "A//c"]
  )
  func typeNames(name: String) {
    #expect(EntityTypeName(name) == nil)
  }

  @Test("a type name has a namespace and a basename")
  func typeNameParts() throws {
    let name = try #require(EntityTypeName("A::B::Action"))
    #expect((name.namespace, name.basename, name.isAction) == ("A::B", "Action", true))
    let plain = try #require(EntityTypeName("User"))
    #expect((plain.namespace, plain.basename, plain.isAction) == ("", "User", false))
  }
}
