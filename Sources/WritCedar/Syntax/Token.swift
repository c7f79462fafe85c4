// SPDX-License-Identifier: Apache-2.0

/// A lexical unit of policies, expressions and schemas.
package struct Token: Sendable {
  package enum Kind: UInt8, Sendable {
    case end
    case identifier
    case string
    case integer
    case slot
    case at
    case leftParenthesis, rightParenthesis
    case leftBracket, rightBracket
    case leftBrace, rightBrace
    case comma, semicolon, colon, doubleColon, dot, question
    case not, minus, plus, star, slash, percent
    case assign, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case and, or
    /// A piece of text that is no token, reported already.
    case invalid
  }

  package let kind: Kind
  package let start: UInt32
  package let end: UInt32

  package var span: SourceSpan { SourceSpan(start, end) }
}
