// SPDX-License-Identifier: Apache-2.0

/// Lays out policies and schemas in Cedar's syntax: the same tokens and comments in the same order, with other white
/// space.
///
///     let formatter = CedarFormatter(width: 100)
///     let text = try formatter.format(policies: SourceInput(name: "policies.cedar", text: text))
///
/// Formatting twice is formatting once. Comments stay byte for byte between the tokens they stand between; those at
/// the end of a line stay there. Before a result is returned it is read again and compared: it cannot mean anything
/// else.
public struct CedarFormatter: Sendable {
  /// The columns that lines have at most, where they can be broken.
  public let width: Int

  /// The width without a choice, in columns.
  public static let defaultWidth = 100
  /// The widths that can be chosen, in columns.
  public static let widths = 20...1000

  /// A formatter.
  ///
  /// - Parameter width: the columns that lines have at most; the nearest of ``widths`` is taken.
  public init(width: Int = CedarFormatter.defaultWidth) {
    self.width = Swift.min(Swift.max(width, Self.widths.lowerBound), Self.widths.upperBound)
  }

  /// Formats policies and templates.
  ///
  /// - Returns: the text in UTF-8, with lines that end in a line feed; empty for a text of white space.
  /// - Throws: a ``SyntaxError`` for a text that cannot be read, and for Cedar's JSON.
  public func format(policies source: SourceInput) throws(SyntaxError) -> [UInt8] {
    let before = try Self.policies(source)
    let tokens = CommentedTokens(source.bytes)
    let document = LayoutBuilder(tokens, PolicyShaper.shapes(tokens), separatesStatements: true).build()
    let out = LayoutWriter.lay(document, of: source.bytes, width: width)
    let result = SourceInput(name: source.name, bytes: out)
    guard tokens.hasSameContent(as: CommentedTokens(out)), try Self.policies(result).saysTheSame(as: before) else {
      throw Self.changed(source)
    }
    return out
  }

  /// Formats a schema.
  ///
  /// - Returns: the text in UTF-8, with lines that end in a line feed; empty for a text of white space.
  /// - Throws: a ``SyntaxError`` for a text that cannot be read, and for Cedar's JSON.
  public func format(schema source: SourceInput) throws(SyntaxError) -> [UInt8] {
    let before = try Self.schema(source)
    let tokens = CommentedTokens(source.bytes)
    let document = LayoutBuilder(tokens, SchemaShaper.shapes(tokens), separatesStatements: false).build()
    let out = LayoutWriter.lay(document, of: source.bytes, width: width)
    let result = SourceInput(name: source.name, bytes: out)
    guard tokens.hasSameContent(as: CommentedTokens(out)), try Self.schema(result) == before else {
      throw Self.changed(source)
    }
    return out
  }

  private static func policies(_ source: SourceInput) throws(SyntaxError) -> SyntaxTree {
    try refuseJSON(source)
    var parser = try Parser(name: source.name, bytes: source.bytes)
    try parser.policies()
    return SyntaxTree(parser.tree, source: parser.source)
  }

  private static func schema(_ source: SourceInput) throws(SyntaxError) -> [UInt8] {
    try refuseJSON(source)
    return try SchemaDeclarations(parsing: [source]).json
  }

  private static func refuseJSON(_ source: SourceInput) throws(SyntaxError) {
    guard source.isJSON else { return }
    throw SyntaxError([
      Diagnostic(
        "the text is JSON",
        help: "formatting is for Cedar's syntax; `policy translate` writes that",
        source: SourceText(name: source.name, bytes: source.bytes),
        span: SourceSpan(0, 1)
      )
    ])
  }

  private static func changed(_ source: SourceInput) -> SyntaxError {
    SyntaxError([
      Diagnostic(
        "the formatted text would say something else; nothing was changed",
        help: "this is a mistake of the formatter: please report the text",
        source: SourceText(name: source.name, bytes: source.bytes),
        span: SourceSpan(0, 0)
      )
    ])
  }
}

extension SyntaxTree {
  /// Whether both trees hold the same policies, places left out.
  fileprivate func saysTheSame(as other: SyntaxTree) -> Bool {
    guard nodes.count == other.nodes.count, policies.count == other.policies.count,
      annotations.count == other.annotations.count, conditions.count == other.conditions.count,
      longs == other.longs, patterns.count == other.patterns.count, lists == other.lists,
      strings.count == other.strings.count, entityParts.count == other.entityParts.count
    else { return false }
    return zip(nodes, other.nodes).allSatisfy { $0.operation == $1.operation && $0.operand == $1.operand }
      && zip(strings, other.strings).allSatisfy { $0.hasSameScalars(as: $1) }
      && zip(entityParts, other.entityParts).allSatisfy { $0.type == $1.type && $0.id == $1.id }
      && zip(patterns, other.patterns).allSatisfy { $0.description.hasSameScalars(as: $1.description) }
      && zip(annotations, other.annotations).allSatisfy { $0.key == $1.key && $0.value == $1.value }
      && zip(conditions, other.conditions).allSatisfy { $0.isUnless == $1.isUnless && $0.nodes == $1.nodes }
      && zip(policies, other.policies).allSatisfy { left, right in
        left.effect == right.effect && left.annotations == right.annotations && left.conditions == right.conditions
          && left.principal.form == right.principal.form && left.principal.type == right.principal.type
          && left.principal.entity == right.principal.entity && left.action.form == right.action.form
          && left.action.operand == right.action.operand && left.resource.form == right.resource.form
          && left.resource.type == right.resource.type && left.resource.entity == right.resource.entity
      }
  }
}
