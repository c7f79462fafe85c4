// SPDX-License-Identifier: Apache-2.0

/// How tightly a piece of Cedar text holds together, and so where parentheses are needed.
enum Tightness: Int, Comparable {
  case conditional, or, and, relation, sum, product, unary, primary

  static func < (left: Tightness, right: Tightness) -> Bool { left.rawValue < right.rawValue }

  var next: Tightness { Tightness(rawValue: rawValue + 1) ?? .primary }
}
