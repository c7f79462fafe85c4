// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What comparisons with constants say of a slot: a number of this kind from `low` to `high`.
struct NumberRange {
  let slot: UInt32
  let kind: Cell.Kind
  var low = Int64.min
  var high = Int64.max

  /// The ranges in which the number may lie, of which a request has one.
  ///
  /// All numbers are divided into ranges of 2^bits, so wide that this one reaches into two at most; the bits are even, so
  /// that ranges of most lengths share their tables. One that is open to a side narrows nothing.
  var narrowing: Narrowing? {
    guard low <= high else { return nil }
    let length = UInt64(bitPattern: high) &- UInt64(bitPattern: low)
    let bits = UInt32(length.bitWidth - length.leadingZeroBitCount + 1) & ~1
    guard bits < 63 else { return nil }
    let source = Source(kind: .range, slot: slot, form: bits)
    let values: Set = [KeyHash.range(low, bits: bits, kind), KeyHash.range(high, bits: bits, kind)]
    return Narrowing(alternatives: values.map { Narrowing.Alternative(source: source, value: $0) })
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

  /// What the expression says of a slot's number by being true, or false: it compares the slot with a constant.
  func range(isTrue: Bool, _ compiler: inout PolicyCompiler) -> NumberRange? {
    var root = root
    var isTrue = isTrue
    while tree.nodes[root].operation == .not {
      root -= 1
      isTrue.toggle()
    }
    guard var comparison = comparison(root) else { return nil }
    if !isTrue { comparison = comparison.negated }
    let (left, right) = operands(root)
    if let slot = path(left, &compiler) { return range(slot, comparison, right, &compiler) }
    guard let slot = path(right, &compiler) else { return nil }
    return range(slot, comparison.exchanged, left, &compiler)
  }

  private func comparison(_ root: Int) -> Comparison? {
    let node = tree.nodes[root]
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

  private func range(
    _ slot: UInt32,
    _ comparison: Comparison,
    _ root: Int,
    _ compiler: inout PolicyCompiler
  ) -> NumberRange? {
    guard let cell = constant(root).map({ compiler.cell($0) }) else { return nil }
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
