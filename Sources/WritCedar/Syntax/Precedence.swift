// SPDX-License-Identifier: Apache-2.0

/// The operator precedence of Cedar's grammar, from the loosest to the tightest: it says how the parser groups
/// operands, and where the printer needs parentheses.
enum Precedence: Int, Comparable {
  case conditional, or, and, relation, sum, product, unary, primary

  static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

  var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
}
