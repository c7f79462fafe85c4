// SPDX-License-Identifier: Apache-2.0

/// The layout of the inside of a bracket.
enum BracketShape {
  /// Nothing breaks beside the bracket; lines inside begin below its first token.
  case parenthesis
  /// Breaks beside the bracket without a space: lists, calls, the scope.
  case list
  /// Breaks beside the bracket, otherwise spaces: records and conditions.
  case braces
  /// Nothing breaks, and what is inside is not a group.
  case tight
}

/// The role of a token in the layout, beyond its kind.
enum TokenRole {
  case plain
  /// A sign before its operand.
  case unary
  /// A line may break behind it.
  case binary
  /// `then` and `else` of an expression.
  case branch
  case opening(BracketShape, mustBreak: Bool)
  case closing(BracketShape)
  /// An opening bracket of a call or an access, which stands next to what is before it.
  case attachedOpening(BracketShape)
  /// A comma in no bracket.
  case looseComma
  /// A token that begins a line of its own.
  case lineStart
}

/// For each token of a policy or declaration its role and the groups that begin and end at it.
///
/// Operators of one precedence that follow each other are one group, so that `a && b && c` breaks at all its operators
/// or at none, and before what binds tighter. One pass with a stack.
struct TokenShapes {
  var roles: [TokenRole]
  /// For each token the indentation of the groups that begin before it, outer ones first.
  var groupsBefore: [[Int]]
  /// Whether a group of indented lines begins behind the token, with a break.
  var beginsBranch: [Bool]
  var groupEnds: [Int]

  init(count: Int) {
    roles = Array(repeating: .plain, count: count)
    groupsBefore = Array(repeating: [], count: count)
    beginsBranch = Array(repeating: false, count: count)
    groupEnds = Array(repeating: 0, count: count)
  }
}
