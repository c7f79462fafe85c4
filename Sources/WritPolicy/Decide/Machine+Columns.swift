// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The hashes that a column looks for.
struct ColumnValues: BitwiseCopyable {
  /// The number of the request whose values these are.
  var request: UInt32 = 0
  var count: UInt32 = 0
  /// The first hash, or the only one.
  var own: UInt32 = 0
  /// The set whose elements' hashes they are, ``Cell/missing`` for none.
  var set = Cell.missing
  /// The ancestors whose hashes follow the first.
  var ancestors = Ancestors()
}

extension Machine {
  /// Visits the policies of a table that are under the values that the request has for its columns.
  mutating func visitColumns(
    _ number: Int,
    _ visit: (inout Machine, UInt32, Int) -> Bool
  ) -> Bool {
    let table = level.actions.tables[number]
    let first = columnValues(table.firstColumn)
    guard first.count > 0 else { return false }
    if table.columnCount == 1 {
      let values = Int(first.count)
      if isLonger(table, than: values) { return scan(number, visit) }
      for index in 0..<values where visitKeys(number, hash(index, of: first), visit) { return true }
      return false
    }
    let second = columnValues(table.secondColumn)
    let values = Int(first.count) * Int(second.count)
    if isLonger(table, than: values) { return scan(number, visit) }
    for index in 0..<Int(first.count) {
      let value = hash(index, of: first)
      for other in 0..<Int(second.count) where visitKeys(number, KeyHash.pair(value, hash(other, of: second)), visit) {
        return true
      }
    }
    return false
  }

  /// Whether looking so many hashes up takes longer than looking at the whole table.
  @inline(__always)
  private mutating func isLonger(_ table: Table, than values: Int) -> Bool {
    if values <= 1, table.lead == .both { return false }
    let probes = probes(table)
    return probes > table.size || values > table.size || values * probes > table.size
  }

  /// What a column looks for: nothing when the slot has no value, or one of another kind.
  @inline(__always)
  private mutating func columnValues(_ source: UInt32) -> ColumnValues {
    let values = columnValues[source]
    return values.request == request ? values : gather(source)
  }

  // Apart, so that the common path keeps its registers.
  @inline(never)
  private mutating func gather(_ number: UInt32) -> ColumnValues {
    fillSlots()
    let source = policies.sources[number]
    let cell = value(ofSlot: source.slot)
    var values = ColumnValues(request: request)
    switch source.kind {
    case .value:
      if cell.kind.isScalar, cell.hasValue {
        values.count = 1
        values.own = KeyHash.scalar(cell)
      }
    case .element:
      if cell.kind == .set {
        values.count = UInt32(truncatingIfNeeded: cell.count)
        values.set = cell
      }
    case .ancestor:
      if cell.kind == .entity {
        values.ancestors = ancestors(of: cell.number)
        values.count = UInt32(truncatingIfNeeded: count(of: values.ancestors) + 1)
        values.own = KeyHash.entity(cell.number)
      }
    case .network:
      if cell.kind == .ip {
        let address = address(cell)
        let prefix = UInt8(truncatingIfNeeded: source.form)
        if address.isIPv4 == (source.form >> 8 == 0), address.prefix >= prefix {
          values.count = 1
          values.own = KeyHash.network(address, prefix: prefix)
        }
      }
    case .range:
      switch cell.kind {
      case .long, .decimal, .datetime, .duration:
        values.count = 1
        values.own = KeyHash.range(cell.signed, bits: source.form, cell.kind)
      default: break
      }
    }
    columnValues[number] = values
    return values
  }

  @inline(__always)
  private mutating func hash(_ index: Int, of values: ColumnValues) -> UInt32 {
    if values.set.kind == .set { return KeyHash.scalar(heaps[values.set.region][values.set.start + index]) }
    return index == 0 ? values.own : KeyHash.entity(ancestor(index - 1, in: values.ancestors))
  }
}
