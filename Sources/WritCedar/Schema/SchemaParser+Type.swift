// SPDX-License-Identifier: Apache-2.0

/// A set or record whose parts are being read.
enum TypeFrame {
  /// `Set<`
  case set
  /// `{`: its attributes stand in `openAttributes` from this index on.
  case record(firstAttribute: Int)
}

/// Types: names, `Set<T>` and records, read with a stack of frames instead of recursion.
extension SchemaParser {
  mutating func typeExpression(_ expectation: String = "a type") throws(Diagnostic) -> SchemaSyntax.TypeExpression {
    typeFrames.removeAll(keepingCapacity: true)
    openAttributes.removeAll(keepingCapacity: true)
    let first = syntax.types.count
    try beginType(expectation)
    while let frame = typeFrames.last {
      // The type just read is the last node; an empty record has closed its own frame.
      switch frame {
      case .set:
        try expect(.greater, "`>` after the type of a set's elements") { _ in
          "a set is written `Set<T>`, with one `>` for each `<`"
        }
        typeFrames.removeLast()
        appendNode(.set(syntax.types.count - 1))
      case .record(let firstAttribute):
        openAttributes[openAttributes.count - 1].type = syntax.types.count - 1
        if parser.take(.comma), parser.token.kind != .rightBrace {
          try attributeName()
          try beginType("the attribute's type")
        } else {
          try closeRecord(firstAttribute)
        }
      }
    }
    return first..<syntax.types.count
  }

  private mutating func appendNode(_ node: SchemaSyntax.TypeNode) {
    syntax.types.append(node)
  }

  /// Reads up to the first complete node: a name or an empty record.
  private mutating func beginType(_ expectation: String) throws(Diagnostic) {
    var expectation = expectation
    while true {
      if parser.token.kind == .leftBrace {
        try push(.record(firstAttribute: openAttributes.count))
        openBraces += 1
        parser.advance()
        if parser.token.kind == .rightBrace { return try closeRecord(openAttributes.count) }
        try attributeName()
        expectation = "the attribute's type"
        continue
      }
      let name = try path(expectation) { $0.typeAdvice() }
      guard parser.token.kind == .less else { return appendNode(.name(name, .any)) }
      guard name.text == "Set" else {
        throw parser.diagnostic(
          "`\(parser.shortened(name.text))` takes no `<…>`",
          help: ForeignType.help(forParameterized: name.text),
          at: parser.token.span
        )
      }
      try push(.set)
      parser.advance()
      expectation = "the type of the set's elements"
    }
  }

  private mutating func push(_ frame: TypeFrame) throws(Diagnostic) {
    guard typeFrames.count < Nesting.limit else {
      throw parser.diagnostic(
        "the type is nested deeper than \(Nesting.limit) levels",
        help: "name a part of it with `type`",
        at: parser.token.span
      )
    }
    typeFrames.append(frame)
  }

  /// `name:`, `name?:` or `"name":`, with annotations before it.
  private mutating func attributeName() throws(Diagnostic) {
    let annotations = try annotations()
    let name = try quotableName("an attribute's name or `}`") { $0.attributeNameAdvice() }
    let isRequired = !parser.take(.question)
    try expect(.colon, isRequired ? "`:` or `?:` after the attribute's name" : "`:` after `?`") {
      $0.attributeColonAdvice(name.text)
    }
    openAttributes.append(SchemaSyntax.Attribute(name: name, isRequired: isRequired, annotations: annotations))
  }

  private mutating func closeRecord(_ firstAttribute: Int) throws(Diagnostic) {
    try expect(.rightBrace, "`,` or `}` after the attribute") { $0.attributeEndAdvice() }
    openBraces -= 1
    typeFrames.removeLast()
    // Sorting is stable in its result only if equal names keep their order: the later one is the one to report.
    let attributes = openAttributes[firstAttribute...].sorted { left, right in
      let order = left.name.text.scalarOrder(comparedTo: right.name.text)
      return order != 0 ? order < 0 : left.name.place.span.start < right.name.place.span.start
    }
    openAttributes.removeSubrange(firstAttribute...)
    for (attribute, next) in zip(attributes, attributes.dropFirst())
    where attribute.name.text.hasSameScalars(as: next.name.text) {
      throw parser.diagnostic(
        "the attribute \(CedarText.quoted(next.name.text)) is declared twice",
        help: "remove one of the two",
        at: next.name.place.span
      )
    }
    appendNode(.record(attributes))
  }
}
