// SPDX-License-Identifier: Apache-2.0

/// A value of the Cedar language in 16 plain bytes, as the tables hold it.
///
/// Strings and entities are numbers of the ``Directory``, so that comparing them compares numbers. Sets, records and
/// addresses lie in a heap of cells: sets sorted without duplicates, records sorted by the numbers of their names, an
/// address in two cells.
struct Cell: BitwiseCopyable {
  enum Kind: UInt8 {
    case bool, long, string, entity, set, record, ip, decimal, datetime, duration
    // No value, from here on.
    /// What was asked for is not there.
    case missing
    /// Evaluation failed.
    case error

    /// Whether equal cells of this kind have equal payloads.
    @inline(__always)
    var isScalar: Bool {
      switch self {
      case .set, .record, .ip: false
      default: true
      }
    }
  }

  /// The heap that a set, record or address lies in.
  enum Region: UInt8 {
    /// Attributes of stored entities.
    case entities
    /// Constants of policies.
    case constants
    /// The built context.
    case context
    /// What the running request has made.
    case scratch
    /// Attributes of the entities that the request brings.
    case overlay
  }

  /// A scalar's bits, or where in a heap (low half) and how many cells (high half).
  var payload: UInt64
  /// The number of its name, as an attribute of a record; the form, in an address.
  var name: UInt32 = 0
  var kind: Kind
  var region: Region = .entities
  /// Levels of sets and records, 0 for a scalar.
  var depth: UInt16 = 0

  static var missing: Cell { Cell(payload: 0, kind: .missing) }
  static var error: Cell { Cell(payload: 0, kind: .error) }

  @inline(__always)
  static func bool(_ truth: Bool) -> Cell { Cell(payload: truth ? 1 : 0, kind: .bool) }
  @inline(__always)
  static func long(_ number: Int64) -> Cell { Cell(payload: UInt64(bitPattern: number), kind: .long) }
  @inline(__always)
  static func entity(_ number: UInt32) -> Cell { Cell(payload: UInt64(number), kind: .entity) }
  @inline(__always)
  static func string(_ number: UInt32) -> Cell { Cell(payload: UInt64(number), kind: .string) }
  static func number(_ number: Int64, _ kind: Kind) -> Cell { Cell(payload: UInt64(bitPattern: number), kind: kind) }

  static func composite(_ kind: Kind, at start: Int, count: Int, _ region: Region, depth: Int) -> Cell {
    Cell(
      payload: UInt64(truncatingIfNeeded: count) << 32 | UInt64(UInt32(truncatingIfNeeded: start)),
      kind: kind,
      region: region,
      depth: UInt16(truncatingIfNeeded: depth)
    )
  }

  /// Whether it is a value of the language.
  @inline(__always)
  var hasValue: Bool { kind.rawValue < Kind.missing.rawValue }
  /// Where in its heap a composite begins.
  @inline(__always)
  var start: Int { Int(UInt32(truncatingIfNeeded: payload)) }
  /// How many cells a composite has.
  @inline(__always)
  var count: Int { Int(payload >> 32) }
  /// The number of a string or entity.
  @inline(__always)
  var number: UInt32 { UInt32(truncatingIfNeeded: payload) }
  @inline(__always)
  var signed: Int64 { Int64(bitPattern: payload) }
}

/// The heaps that the cells of one request refer to.
struct Heaps {
  var entities = Buffer<Cell>()
  var constants = Buffer<Cell>()
  var context = Buffer<Cell>()
  var scratch = Buffer<Cell>()
  var overlay = Buffer<Cell>()

  @inline(__always)
  subscript(region: Cell.Region) -> Buffer<Cell> {
    switch region {
    case .entities: entities
    case .constants: constants
    case .context: context
    case .scratch: scratch
    case .overlay: overlay
    }
  }

  // MARK: Equality and order

  /// Cedar's `==`.
  @inline(__always)
  func areEqual(_ left: Cell, _ right: Cell) -> Bool {
    guard left.kind == right.kind else { return false }
    if left.kind.isScalar { return left.payload == right.payload }
    return order(left, right) == 0
  }

  /// Negative, zero or positive: an order of all values, consistent with equality.
  ///
  /// Recursion is as deep as the values, which ``Nesting/limit`` bounds.
  func order(_ left: Cell, _ right: Cell) -> Int {
    if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue ? -1 : 1 }
    if left.kind.isScalar {
      return left.payload == right.payload ? 0 : left.payload < right.payload ? -1 : 1
    }
    if left.count != right.count { return left.count < right.count ? -1 : 1 }
    if left.start == right.start, left.region == right.region { return 0 }
    let (leftHeap, rightHeap) = (self[left.region], self[right.region])
    for index in 0..<left.count {
      let (one, other) = (leftHeap[left.start + index], rightHeap[right.start + index])
      // The name of an attribute, the form of an address, 0 in a set.
      if one.name != other.name { return one.name < other.name ? -1 : 1 }
      let order = order(one, other)
      if order != 0 { return order }
    }
    return 0
  }

  /// Sorts the cells of a set from an index to the end of a heap and drops repetitions.
  func canonicalize(_ heap: inout Buffer<Cell>, from start: Int) {
    guard heap.count - start > 1 else { return }
    var cells = unsafe heap.span(start..<heap.count)
    unsafe cells.sortInPlace { order($0, $1) < 0 }
    var kept = 1
    for index in 1..<cells.count where unsafe order(cells[index], cells[kept - 1]) != 0 {
      unsafe cells[kept] = cells[index]
      kept += 1
    }
    heap.resize(to: start + kept, .missing)
  }

  // MARK: Looking into sets and records

  func contains(_ set: Cell, _ element: Cell) -> Bool {
    let heap = self[set.region]
    if set.count <= 8, element.kind.isScalar {
      for index in set.start..<(set.start + set.count) {
        let cell = heap[index]
        if cell.payload == element.payload, cell.kind == element.kind { return true }
      }
      return false
    }
    var low = set.start
    var high = low + set.count
    while low < high {
      let middle = (low + high) / 2
      let order = order(heap[middle], element)
      if order == 0 { return true }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return false
  }

  func isSuperset(_ left: Cell, of right: Cell) -> Bool {
    guard right.count <= left.count else { return false }
    let heap = self[right.region]
    for index in right.start..<(right.start + right.count) where !contains(left, heap[index]) { return false }
    return true
  }

  func isDisjoint(_ left: Cell, _ right: Cell) -> Bool {
    let (small, large) = left.count < right.count ? (left, right) : (right, left)
    let heap = self[small.region]
    for index in small.start..<(small.start + small.count) where contains(large, heap[index]) { return false }
    return true
  }

  /// An attribute among cells sorted by the numbers of their names; ``Cell/missing`` where there is none.
  @inline(__always)
  func attribute(_ name: UInt32, in region: Cell.Region, at start: Int, count: Int) -> Cell {
    // Bounds are checked once.
    let cells = unsafe self[region].span(start..<(start + count))
    var low = 0
    var high = count
    while high - low > 8 {
      let middle = (low + high) / 2
      if unsafe cells[middle].name <= name { low = middle } else { high = middle }
    }
    while low < high {
      if unsafe cells[low].name == name { return unsafe cells[low] }
      low += 1
    }
    return .missing
  }
}
