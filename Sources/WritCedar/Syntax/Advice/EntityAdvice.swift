// SPDX-License-Identifier: Apache-2.0

/// The place at which an entity is expected: how messages call it, and the entity that examples show.
package enum EntityRole: Sendable {
  case principal, action, resource
  /// Neither of the three, or not known which.
  case any

  /// The variable's name.
  var variable: String? {
    switch self {
    case .principal: "principal"
    case .action: "action"
    case .resource: "resource"
    case .any: nil
    }
  }

  /// The expected form, with an example.
  var expectation: String {
    switch self {
    case .principal, .any: "an entity, as in `User::\"alice\"`"
    case .action: "an action, as in `Action::\"view\"`"
    case .resource: "an entity, as in `Photo::\"sea.jpg\"`"
    }
  }

  /// The type of the example.
  var exampleType: String {
    switch self {
    case .principal, .any: "User"
    case .action: "Action"
    case .resource: "Photo"
    }
  }
}

/// The entity literal that was probably meant by a text that is not one.
package enum EntityAdvice {
  /// Texts longer than this are not looked at.
  private static let longest = 96

  /// The literal: `User::"alice"` for `User::alice`, `User:alice`, `User("alice")`, `'alice'` or `"alice"`.
  ///
  /// - Parameters:
  ///   - text: the text as written.
  ///   - role: the type to assume where the text has none.
  /// - Returns: `nil` where nothing can be guessed.
  package static func literal(for text: String, _ role: EntityRole) -> String? {
    guard text.utf8.count <= longest else { return nil }
    var rest = Substring(text)
    var type: [String] = []
    var isPath = true
    while true {
      let component = rest.prefix { $0.utf8.count == 1 && Identifier.isContinuation($0.utf8.first ?? 0) }
      guard Identifier.isIdentifier(component), !Identifier.isReserved(component) else { break }
      let after = rest[component.endIndex...]
      if after.utf8.starts(with: "::".utf8) {
        type.append(String(component))
        rest = after.dropFirst(2)
      } else if type.isEmpty, isType(component), let separator = after.first, ":./|#(".contains(separator) {
        type.append(String(component))
        rest = after.dropFirst()
        isPath = false
        break
      } else {
        break
      }
    }
    // `User::"…"` is a literal; what is wrong is in its quotes or before them.
    if isPath, !type.isEmpty, rest.utf8.count > 1, rest.utf8.first == UInt8(ascii: "\""),
      rest.utf8.last == UInt8(ascii: "\"")
    {
      return nil
    }
    let id = String(String.UnicodeScalarView(trimmed(rest.unicodeScalars)))
    guard !id.unicodeScalars.contains(where: { $0 == "\\" || $0 == "\"" }) else { return nil }
    if type.isEmpty {
      guard !id.isEmpty, !isPattern(id), !"{[?(!".contains(id.first ?? " ") else { return nil }
      return isType(id) ? "\(id)::\"id\"" : "\(role.exampleType)::\(CedarText.quoted(id))"
    }
    let name = type.joined(separator: "::")
    return isPattern(id) || id.isEmpty ? "\(name)::\"id\"" : "\(name)::\(CedarText.quoted(id))"
  }

  /// Whether the text is one identifier that begins with a capital letter, as types are by convention.
  static func isType(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first else { return false }
    return Identifier.isIdentifier(text)
  }

  private static func isPattern(_ id: String) -> Bool { id == "*" || id == "_" }

  /// The text without the quotation marks, backslashes, parentheses and white space at its ends.
  private static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    func isWrapping(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "\"" || scalar == "\\" || scalar == ")" || scalar.properties.isWhitespace
        || ForeignScalar.isQuote(scalar)
    }
    var text = text.drop(while: isWrapping)
    while let last = text.last, isWrapping(last) { text.removeLast() }
    return text
  }
}

extension EntityAdvice {
  /// The error of a text given for a part of a request, with the literal to write as its help.
  static func advised(_ error: Diagnostic, on text: String, _ role: EntityRole) -> Diagnostic {
    let help: String
    if text == "*" || text == "_" {
      help = "a request asks about one entity, as in `\(role.exampleType)::\"id\"`"
    } else if let literal = literal(for: text, role), !literal.hasSameScalars(as: text) {
      help = "write `\(literal)`"
    } else if let known = error.help {
      help = known
    } else {
      help = "write the type, `::` and the id in double quotes, as in `\(role.exampleType)::\"id\"`"
    }
    return Diagnostic(error.message, help: help, source: error.source, span: error.span)
  }
}

extension Parser {
  /// Advises what to write where an entity is expected and the current token cannot begin one.
  func entityAdvice(_ role: EntityRole) -> String? {
    switch token.kind {
    case .string:
      let text = source.text(of: token.span)
      if text == "\"*\"" { return anyAdvice(role) }
      return EntityAdvice.literal(for: text, role).map { "a string is not an entity: write `\($0)`" }
    case .star, .question: return anyAdvice(role)
    case .leftBracket where role == .action:
      return "`==` takes one action; several stand in brackets after `in`: `action in [Action::\"view\", …]`"
    case .leftBrace:
      return "an entity is written `\(role.exampleType)::\"id\"`"
    default:
      return nil
    }
  }

  static let anyWords: Set = ["any", "all", "anyone", "everyone", "_"]

  private func anyAdvice(_ role: EntityRole) -> String? {
    role.variable.map { "for any \($0) write `\($0)` alone" }
  }

  /// Advises what to write behind `Type::` that no id follows.
  func idAdvice(type path: String) -> String? {
    let type = shortened(path)
    switch token.kind {
    case .integer, .identifier:
      return "the id stands in double quotes: `\(type)::\(CedarText.quoted(shortened(source.text(of: token.span))))`"
    case .star:
      return EntityTypeName(checked: path).isAction
        ? "for any action write `action` alone" : "for any entity of a type write `is \(type)`"
    default:
      return "an entity is written `\(type)::\"id\"`"
    }
  }

  /// A path without an id stands where an entity is expected.
  func noEntity(_ path: String, from start: UInt32, _ expectation: String, _ role: EntityRole) -> Diagnostic {
    diagnostic(
      "expected \(expectation), found `\(shortened(path))`",
      help: pathAdvice(path, from: start, role),
      at: SourceSpan(start, previousEnd)
    )
  }

  /// The entity that was meant by a path without an id, and by what stands close behind it.
  func pathAdvice(_ path: String, from start: UInt32, _ role: EntityRole) -> String? {
    let text = source.text(of: SourceSpan(start, closeEnd(from: Int(previousEnd))))
    if path.utf8.contains(UInt8(ascii: ":")) {
      guard let literal = EntityAdvice.literal(for: text, role) else { return nil }
      let last = path.split(separator: ":").last ?? ""
      let isAmbiguous = text.utf8.count == path.utf8.count && EntityAdvice.isType(last)
      return isAmbiguous
        ? "write `\(literal)`, or `\(path)::\"id\"` where `\(path)` is the type"
        : "the id stands in double quotes: `\(literal)`"
    }
    if EntityAdvice.isType(path), let literal = EntityAdvice.literal(for: text, role) {
      guard text.utf8.count == path.utf8.count, let variable = role.variable, role != .action else {
        return "an entity is written `\(literal)`"
      }
      return "an entity is written `\(literal)`; for every entity of the type write `\(variable) is \(path)`"
    }
    if Self.anyWords.contains(path) { return anyAdvice(role) }
    return EntityAdvice.literal(for: text, role).map { "write `\($0)`" }
  }

  /// The end of what stands behind a name without white space and may belong to an id: `sea.jpg`, `a@b.example`, `:x`.
  private func closeEnd(from start: Int) -> Int {
    var end = start
    while end < source.bytes.count, end - start < 64 {
      switch source.bytes[end] {
      case UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"),
        UInt8(ascii: "\""), UInt8(ascii: "'"):
        end += 1
      case let byte where Identifier.isContinuation(byte): end += 1
      default: return end
      }
    }
    return end
  }

  /// An entity stands where a type is expected, behind `is`; the current token is its id.
  func entityForType(from start: UInt32, _ variable: String?) -> Diagnostic {
    let entity = shortened(source.text(of: SourceSpan(start, token.end)))
    return diagnostic(
      "expected an entity type after `is`, found an entity",
      help: variable.map { "write `\($0) == \(entity)`" } ?? "compare with `==`: `… == \(entity)`",
      at: SourceSpan(start, token.end)
    )
  }

  /// Advises what to write behind `is` where the current token is not a type.
  func typeAdvice(_ variable: String?) -> String? {
    switch token.kind {
    case .string:
      let name = source.text(of: SourceSpan(token.start + 1, Swift.max(token.start + 1, token.end - 1)))
      return Identifier.isNormalizedPath(name) && name.utf8.count <= 64
        ? "a type stands without quotes: `is \(name)`" : "a type is a name without quotes, as in `is User`"
    case .slot: return "a slot stands behind `==` or `in`; a type is a name, as in `is User`"
    case .leftBracket, .leftParenthesis:
      let name = variable ?? "principal"
      return "`is` takes one type; several are a condition: `\(name) is User || \(name) is Admin`"
    case .star: return variable.map { "for any \($0) write `\($0)` alone" }
    default: return nil
    }
  }

  /// Advises what to write instead of a list of entities in a scope.
  func listAdvice(_ role: EntityRole) -> String? {
    role.variable.map { "write one policy for each, or a condition: `when { \($0) in [ … ] }`" }
  }

  /// A text of the input, cut where it is long.
  func shortened(_ text: String) -> String {
    let limit = 64
    guard text.unicodeScalars.count > limit else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
  }
}
