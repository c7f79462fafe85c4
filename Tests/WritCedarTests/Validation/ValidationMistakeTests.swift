// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCedar

/// A mistake that policies often have, and what validation says of it.
struct ValidationMistake: Sendable, CustomTestStringConvertible {
  /// A condition of requests to view photos, or a whole policy.
  let text: String
  let code: String
  let message: String
  let help: String?

  init(_ text: String, _ code: String, _ message: String, _ help: String? = nil) {
    self.text = text
    self.code = code
    self.message = message
    self.help = help
  }

  var testDescription: String { text }

  var policy: String {
    let head = "permit(principal, action == App::Action::\"view\", resource)"
    return text.hasSuffix(";") ? text : "\(head) when { \(text) };"
  }
}

@Suite("Validation: the commonest mistakes and what is said of them")
struct ValidationMistakeTests {
  static let mistakes = names + attributes + types + sets + calls + scopes

  static let names: [ValidationMistake] = [
    .init(
      "principal == App::Usr::\"ann\"",
      "unrecognizedEntityType",
      "the entity type `App::Usr` is not declared",
      "did you mean `App::User`?"
    ),
    .init(
      "principal == User::\"ann\"",
      "unrecognizedEntityType",
      "the entity type `User` is not declared",
      "did you mean `App::User`?"
    ),
    .init(
      "principal is App::Photos",
      "unrecognizedEntityType",
      "the entity type `App::Photos` is not declared",
      "did you mean `App::Photo`?"
    ),
    .init(
      "action == App::Action::\"veiw\"",
      "unrecognizedActionId",
      "the action App::Action::\"veiw\" is not declared",
      "did you mean `App::Action::\"view\"`?"
    ),
    .init(
      "action == Action::\"view\"",
      "unrecognizedActionId",
      "the action Action::\"view\" is not declared",
      "did you mean `App::Action::\"view\"`?"
    ),
    .init(
      "resource.owner == App::Color::\"reed\"",
      "invalidEnumEntity",
      "App::Color::\"reed\" is not declared: the ids of App::Color are \"red\", \"green\"",
      "did you mean `App::Color::\"red\"`?"
    ),
  ]

  static let attributes: [ValidationMistake] = [
    .init(
      "principal.nmae == \"Ann\"",
      "unsafeAttributeAccess",
      "the entity type App::User has no attribute \"nmae\"",
      "did you mean `name`?"
    ),
    .init(
      "principal.role == \"admin\"",
      "unsafeAttributeAccess",
      "the entity type App::User has no attribute \"role\"",
      "the attributes are address, age, born, flags, home, limit, manager, name, …"
    ),
    .init(
      "principal.id == \"ann\"",
      "unsafeAttributeAccess",
      "the entity type App::User has no attribute \"id\"",
      "ids and types are not attributes: compare the entity, `== User::\"id\"`, or test its type with `is`"
    ),
    .init(
      "context.mfaa",
      "unsafeAttributeAccess",
      "the context of App::Action::\"view\" has no attribute \"mfaa\"",
      "did you mean `mfa`?"
    ),
    .init(
      "principal.address.street == \"a\"",
      "unsafeAttributeAccess",
      "the record {city: String, zip?: String} has no attribute \"street\"",
      "the attributes are city, zip"
    ),
    .init(
      "action.name == \"view\"",
      "unsafeAttributeAccess",
      "the entity type App::Action has no attribute \"name\"",
      "actions have no attributes"
    ),
    .init("principal.home.isIpv4 == true", "unexpectedType", "`.` expects an entity or a record, found ipaddr"),
    .init(
      "principal.nick == \"a\"",
      "unsafeOptionalAttributeAccess",
      "the attribute \"nick\" of the entity type App::User may be missing",
      "test it first: `principal has nick && …`"
    ),
    .init(
      "context.ip.isIpv4()",
      "unsafeOptionalAttributeAccess",
      "the attribute \"ip\" of the context of App::Action::\"view\" may be missing",
      "test it first: `context has ip && …`"
    ),
    .init(
      "principal has nick || principal.nick == \"a\"",
      "unsafeOptionalAttributeAccess",
      "the attribute \"nick\" of the entity type App::User may be missing",
      "test it first: `principal has nick && …`"
    ),
    .init(
      "principal has nick == true && principal.nick == \"a\"".replacing(
        "principal has nick ==",
        with: "(principal has nick) =="
      ),
      "unsafeOptionalAttributeAccess",
      "the attribute \"nick\" of the entity type App::User may be missing",
      "test it first: `principal has nick && …`"
    ),
    .init(
      "resource.owner has nick && principal.nick == \"a\"",
      "unsafeOptionalAttributeAccess",
      "the attribute \"nick\" of the entity type App::User may be missing",
      "test it first: `principal has nick && …`"
    ),
    .init(
      "principal.manager.age > 50",
      "unsafeOptionalAttributeAccess",
      "the attribute \"manager\" of the entity type App::User may be missing",
      "test it first: `principal has manager && …`"
    ),
    .init(
      "principal.getTag(\"team\").contains(\"a\")",
      "unsafeTagAccess",
      "the tag may be missing: entities of type App::User have any tags or none",
      "test it first: `principal.hasTag(\"team\") && …`"
    ),
    .init(
      "resource.getTag(\"kind\") == \"a\"",
      "noTagsAllowed",
      "entities of type App::Photo have no tags",
      "tags are declared in the schema: `entity App::Photo tags String;`"
    ),
  ]

  static let types: [ValidationMistake] = [
    .init(
      "principal.age",
      "unexpectedType",
      "`&&`, and a condition, expects Bool, found Long",
      "compare it with something, as in `… == …`"
    ),
    .init(
      "principal.name && context.mfa",
      "unexpectedType",
      "`&&`, and a condition, expects Bool, found String",
      "compare it with something, as in `… == …`"
    ),
    .init(
      "principal.age > \"17\"",
      "unexpectedType",
      "`>` expects Long, found String",
      "strings have no order; only Long, datetime and duration do"
    ),
    .init(
      "principal.limit > principal.limit",
      "unexpectedType",
      "`>` expects Long, datetime or duration, found decimal",
      "decimals are compared with `.lessThan(…)` and `.greaterThan(…)`"
    ),
    .init("principal.born > principal.shift", "unexpectedType", "`>` expects datetime, found duration"),
    .init(
      "principal.name + \"x\" == 1",
      "unexpectedType",
      "`+` expects Long, found String",
      "`+` adds longs; text is not joined, but compared with `like`"
    ),
    .init(
      "principal.age == \"17\"",
      "incompatibleTypes",
      "only values of one type can be equal, found Long and String"
    ),
    .init(
      "principal == \"ann\"",
      "incompatibleTypes",
      "only values of one type can be equal, found App::User and String",
      "an entity is written `Type::\"id\"`; ids cannot be compared as strings"
    ),
    .init(
      "principal.home == \"10.0.0.1\"",
      "incompatibleTypes",
      "only values of one type can be equal, found ipaddr and String",
      "write the address as `ip(\"10.0.0.1\")`"
    ),
    .init(
      "principal.limit == 5",
      "incompatibleTypes",
      "only values of one type can be equal, found decimal and Long",
      "write the number as `decimal(\"1.5\")`"
    ),
    .init(
      "principal.born == \"2026-01-31\"",
      "incompatibleTypes",
      "only values of one type can be equal, found datetime and String",
      "write the moment as `datetime(\"2026-01-31\")`"
    ),
    .init(
      "principal.address == {city: \"Oslo\"}",
      "incompatibleTypes",
      "only values of one type can be equal, found {city: String, zip?: String} and {city: String}",
      "records of one type have the same attributes, required or optional in both"
    ),
    .init(
      "(if context.mfa then 1 else \"a\") == 1",
      "incompatibleTypes",
      "`then` and `else` have one type, found Long and String"
    ),
    .init(
      "principal.name is App::User",
      "unexpectedType",
      "`is` expects an entity, found String",
      "`is` tests the type of an entity; values of other kinds have no type to ask for"
    ),
    .init(
      "principal like \"ann*\"",
      "unexpectedType",
      "`like` expects String, found App::User",
      "`like` compares strings; the type of an entity is tested with `is`"
    ),
  ]

  static let sets: [ValidationMistake] = [
    .init(
      "\"admin\" in principal.flags",
      "unexpectedType",
      "`in` expects an entity, found String",
      "`in` is for entities; whether a set holds a value is `set.contains(value)`"
    ),
    .init(
      "principal.flags == \"admin\"",
      "incompatibleTypes",
      "only values of one type can be equal, found Set<String> and String",
      "whether a set holds a value is `.contains(…)`"
    ),
    .init("principal.flags.contains(1)", "incompatibleTypes", "a set of String never contains Long"),
    .init(
      "principal.flags.contains([\"a\"])",
      "incompatibleTypes",
      "a set of String never contains Set<String>",
      "whether a set holds all of another is `.containsAll(…)`"
    ),
    .init(
      "principal.flags.containsAll(\"a\")",
      "unexpectedType",
      "`containsAll` expects a set, found String",
      "the argument is a set, `[ … ]`; for one element write `.contains(…)`"
    ),
    .init(
      "principal.name.contains(\"a\")",
      "unexpectedType",
      "`contains` expects a set, found String",
      "whether a string has a part is `like \"*part*\"`"
    ),
    .init(
      "principal.team.contains(principal)",
      "unexpectedType",
      "`contains` expects a set, found App::Team",
      "whether an entity is in a group is `entity in group`"
    ),
    .init(
      "principal.flags == []",
      "emptySetForbidden",
      "`[]` has no type: its elements could be anything",
      "whether a set is empty is `.isEmpty()`"
    ),
    .init("[1, \"a\"].contains(1)", "incompatibleTypes", "the elements of a set have one type, found Long and String"),
    .init(
      "principal.name.isEmpty()",
      "unexpectedType",
      "`isEmpty` expects a set, found String",
      "whether a string is empty is `== \"\"`"
    ),
  ]

  static let calls: [ValidationMistake] = [
    .init(
      "principal.home.isInRange(\"10.0.0.0/8\")",
      "unexpectedType",
      "the function expects ipaddr, found String",
      "write the address as `ip(\"10.0.0.0/8\")`"
    ),
    .init(
      "principal.limit.lessThan(5)",
      "unexpectedType",
      "the function expects decimal, found Long",
      "write the number as `decimal(\"1.5\")`"
    ),
    .init(
      "ip(principal.name).isIpv4()",
      "nonLitExtConstructor",
      "`ip` takes a literal: whether it accepts another text is known only when it is evaluated",
      "declare the attribute as ipaddr in the schema, or write the text here"
    ),
    .init(
      "ip(\"10.0.0.300\").isIpv4()",
      "functionArgumentValidation",
      "`ip` refuses the text: ip(\"10.0.0.300\"): expected four numbers from 0 to 255",
      "as in `ip(\"10.0.0.1\")` or `ip(\"10.0.0.0/8\")`"
    ),
    .init(
      "principal.limit.lessThan(decimal(\"5\"))",
      "functionArgumentValidation",
      "`decimal` refuses the text",
      "as in `decimal(\"1.50\")`: one to four digits behind the point"
    ),
    .init("principal.home.isIpv4(1)", "wrongNumberArguments", "`isIpv4` takes 0 arguments, found 1"),
  ]

  static let scopes: [ValidationMistake] = [
    .init(
      "permit(principal == App::Team::\"admins\", action == App::Action::\"view\", resource);",
      "invalidActionApplication",
      "no action applies to such a principal and resource",
      "a group of entities is named with `in`: write `principal in …`"
    ),
    .init(
      "permit(principal, action == App::Action::\"view\", resource is App::Album);",
      "invalidActionApplication",
      "no action applies to such a principal and resource",
      "App::Action::\"view\" applies to principals of type App::User and resources of type App::Photo"
    ),
    .init(
      "permit(principal, action == App::Action::\"all\", resource);",
      "invalidActionApplication",
      "no action applies to such a principal and resource",
      "App::Action::\"all\" applies to nothing: it is a group of actions"
    ),
    .init(
      "permit(principal, action, resource) when { context.mfa };",
      "unsafeAttributeAccess",
      "the context of App::Action::\"edit\" has no attribute \"mfa\"",
      "the attributes are reason"
    ),
    .init(
      "permit(principal, action in [], resource);",
      "emptySetForbidden",
      "the list of actions is empty, so no action satisfies it",
      "name the actions, or write `action` alone for all"
    ),
    .init(
      "forbid(principal, action, resource) when { principal is App::Album };",
      "impossiblePolicy",
      "no request can satisfy the policy",
      "by the schema its scope or conditions are false for all types of principals and resources"
    ),
  ]

  @Test("What is said of a mistake", arguments: mistakes)
  func message(mistake: ValidationMistake) throws {
    let report = try Example.report(mistake.policy)
    let finding = try #require(report.findings.first { $0.code.rawValue == mistake.code }, "\(report)")
    #expect(finding.message.hasPrefix(mistake.message), "\(finding.message)")
    #expect(finding.help == mistake.help)
  }

  @Test("The page of mistakes is made of these; `WRIT_WRITE_DOCUMENTATION=1` writes it")
  func page() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Documentation/ValidationMistakes.md")
    var page = """
      # Mistakes that validation finds

      The commonest mistakes in policies beside a schema and what `policy check` says of each. The page is written from tests
      that pin every message (`ValidationMistakeTests`); conditions are those of a policy for `App::Action::"view"` of this schema:

          \(Example.text.replacing("\n", with: "\n    ").replacing("\n    \n", with: "\n\n"))

      | written | kind | what is said | help |
      |---|---|---|---|

      """
    func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
    for mistake in Self.mistakes {
      let finding = try Example.report(mistake.policy).findings.first { $0.code.rawValue == mistake.code }
      page +=
        "| `\(cell(mistake.text))` | \(mistake.code) | \(cell(finding?.message ?? "")) | \(cell(finding?.help ?? "")) |\n"
    }
    if ProcessInfo.processInfo.environment["WRIT_WRITE_DOCUMENTATION"] == "1" {
      try page.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(Self.mistakes.count >= 50)
    #expect(try String(contentsOf: file, encoding: .utf8) == page)
  }
}
