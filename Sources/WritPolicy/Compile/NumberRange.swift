// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What comparisons with constants say of a slot: a number of this kind from `low` to `high`.
struct NumberRange {
  let slot: UInt32
  let kind: Cell.Kind
  var low = Int64.min
  var high = Int64.max

  /// Adds the ranges in which the number may lie, of which a request has one.
  ///
  /// All numbers are divided into ranges of 2^bits, so wide that this one reaches into two at most; the bits are even,
  /// so that ranges of most lengths share their tables. One that is open to a side narrows nothing.
  ///
  /// - Returns: whether it narrows.
  func narrow(_ narrowings: inout Narrowings) -> Bool {
    guard low <= high else { return false }
    let length = UInt64(bitPattern: high) &- UInt64(bitPattern: low)
    let bits = UInt32(length.bitWidth - length.leadingZeroBitCount + 1) & ~1
    guard bits < 63 else { return false }
    let source = Source(kind: .range, slot: slot, form: bits)
    narrowings.add(KeyHash.range(low, bits: bits, kind), of: source)
    narrowings.add(KeyHash.range(high, bits: bits, kind), of: source)
    return true
  }

  /// Narrows the ranges of the same slot and kind.
  static func join(_ ranges: [NumberRange]) -> [NumberRange] {
    var joined: [NumberRange] = []
    for range in ranges {
      if let known = joined.firstIndex(where: { $0.slot == range.slot && $0.kind == range.kind }) {
        joined[known].low = Swift.max(joined[known].low, range.low)
        joined[known].high = Swift.min(joined[known].high, range.high)
      } else {
        joined.append(range)
      }
    }
    return joined
  }
}

extension NarrowingFinder {
  private enum Comparison {
    case less, lessOrEqual, greater, greaterOrEqual

    /// What holds where this does not.
    var negated: Comparison {
      switch self {
      case .less: .greaterOrEqual
      case .lessOrEqual: .greater
      case .greater: .lessOrEqual
      case .greaterOrEqual: .less
      }
    }

    /// What holds with the operands exchanged.
    var exchanged: Comparison {
      switch self {
      case .less: .greater
      case .lessOrEqual: .greaterOrEqual
      case .greater: .less
      case .greaterOrEqual: .lessOrEqual
      }
    }
  }

  /// What an expression says of a slot's number by being true, or false: it compares the slot with a constant.
  func range(
    _ root: Int,
    isTrue: Bool,
    _ outline: ExpressionOutline,
    _ compiler: inout PolicyCompiler
  ) -> NumberRange? {
    var root = root
    var isTrue = isTrue
    while outline.tree.nodes[root].operation == .not {
      root -= 1
      isTrue.toggle()
    }
    guard var comparison = comparison(outline.tree.nodes[root]) else { return nil }
    if !isTrue { comparison = comparison.negated }
    let (left, right) = outline.operands(of: root)
    if let slot = compiler.path(left, outline) { return range(slot, comparison, outline.constant(right)) }
    guard let slot = compiler.path(right, outline) else { return nil }
    return range(slot, comparison.exchanged, outline.constant(left))
  }

  private func comparison(_ node: Node) -> Comparison? {
    switch node.operation {
    case .less: return .less
    case .lessOrEqual: return .lessOrEqual
    case .greater: return .greater
    case .greaterOrEqual: return .greaterOrEqual
    case .call:
      guard node.argumentCount == 2 else { return nil }
      switch node.calledFunction {
      case .lessThan: return .less
      case .lessThanOrEqual: return .lessOrEqual
      case .greaterThan: return .greater
      case .greaterThanOrEqual: return .greaterOrEqual
      default: return nil
      }
    default: return nil
    }
  }

  private func range(_ slot: UInt32, _ comparison: Comparison, _ constant: Cell?) -> NumberRange? {
    guard let cell = constant else { return nil }
    switch cell.kind {
    case .long, .decimal, .datetime, .duration: break
    default: return nil
    }
    var range = NumberRange(slot: slot, kind: cell.kind)
    // Where there is no number beyond the constant, the comparison never holds, and the range may as well be this one.
    switch comparison {
    case .less: range.high = Swift.max(cell.signed, .min + 1) - 1
    case .lessOrEqual: range.high = cell.signed
    case .greater: range.low = Swift.min(cell.signed, .max - 1) + 1
    case .greaterOrEqual: range.low = cell.signed
    }
    return range
  }
}
