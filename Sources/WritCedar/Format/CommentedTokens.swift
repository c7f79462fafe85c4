// SPDX-License-Identifier: Apache-2.0

/// The tokens of a text with the comments before each: all that a text holds but its layout.
struct CommentedTokens {
  struct Comment {
    /// From the `//` to before the end of the line.
    let span: SourceSpan
    /// Whether it stands on the line of the token before.
    let isTrailing: Bool
    /// Whether an empty line precedes it.
    let followsEmptyLine: Bool
  }

  let bytes: [UInt8]
  /// The last is the end of the text.
  private(set) var tokens: [Token] = []
  private(set) var comments: [Comment] = []
  /// For each token where its comments begin in ``comments``; one more for the end.
  private var firstComment: [UInt32] = []
  /// For each token the ends of lines behind the token or comment before it, at most 2.
  private var lineEnds: [UInt8] = []

  /// - Parameter bytes: UTF-8 that has been parsed without an error.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var lexer = Lexer(bytes)
    var end = 0
    while true {
      let token = lexer.next()
      firstComment.append(UInt32(truncatingIfNeeded: comments.count))
      lineEnds.append(readGap(from: end, to: Int(token.start)))
      tokens.append(token)
      end = Int(token.end)
      if token.kind == .end { break }
    }
    firstComment.append(UInt32(truncatingIfNeeded: comments.count))
  }

  /// Reads the comments of a gap between tokens.
  ///
  /// - Returns: the ends of lines behind the last comment, at most 2.
  private mutating func readGap(from start: Int, to end: Int) -> UInt8 {
    var lines = 0
    var index = start
    let isFirst = tokens.isEmpty
    var commentCount = 0
    while index < end {
      switch bytes[index] {
      case UInt8(ascii: "/"):
        let first = index
        while index < end, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
        let isTrailing = lines == 0 && commentCount == 0 && !isFirst
        comments.append(
          Comment(
            span: SourceSpan(first, index),
            isTrailing: isTrailing,
            followsEmptyLine: lines > 1 && !(isFirst && commentCount == 0)
          )
        )
        commentCount += 1
        lines = 0
      case 0x0A:
        lines += 1
        index += 1
      case 0x0D:
        lines += 1
        index += index + 1 < end && bytes[index + 1] == 0x0A ? 2 : 1
      default:
        index += 1
      }
    }
    return UInt8(truncatingIfNeeded: Swift.min(lines, 2))
  }

  /// The comments between a token and the one before.
  func comments(before index: Int) -> ArraySlice<Comment> {
    comments[Int(firstComment[index])..<Int(firstComment[index + 1])]
  }

  /// Whether the token begins a line.
  func beginsLine(_ index: Int) -> Bool { lineEnds[index] > 0 || !comments(before: index).isEmpty }

  /// Whether an empty line stands directly before the token.
  func followsEmptyLine(_ index: Int) -> Bool { lineEnds[index] > 1 }

  func tokenIs(_ index: Int, _ word: String) -> Bool {
    guard index < tokens.count, tokens[index].kind == .identifier else { return false }
    return text(tokens[index].span).elementsEqual(word.utf8)
  }

  func kind(_ index: Int) -> Token.Kind { index >= 0 && index < tokens.count ? tokens[index].kind : .end }

  func text(_ span: SourceSpan) -> ArraySlice<UInt8> { bytes[span.start..<span.end] }
}

extension CommentedTokens {
  /// Whether both hold the same tokens and comments in the same order, byte for byte, with each comment between the
  /// same tokens.
  func hasSameContent(as other: CommentedTokens) -> Bool {
    guard tokens.count == other.tokens.count, firstComment == other.firstComment else { return false }
    for (left, right) in zip(tokens, other.tokens) {
      guard left.kind == right.kind, text(left.span) == other.text(right.span) else { return false }
    }
    return zip(comments, other.comments).allSatisfy { text($0.span) == other.text($1.span) }
  }
}
