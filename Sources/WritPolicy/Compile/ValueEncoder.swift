// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Who numbers the texts of values: the directory, which takes in new ones, or a request, which numbers them locally.
protocol TextNumbering {
  mutating func number(of string: String) -> UInt32
  mutating func number(of uid: EntityUID) -> UInt32
}

extension Directory: TextNumbering {
  mutating func number(of string: String) -> UInt32 { strings.insert(string) }
  mutating func number(of uid: EntityUID) -> UInt32 { insert(uid) }
}

/// Writes values as cells into one heap.
struct ValueEncoder {
  let region: Cell.Region
  var heap = Buffer<Cell>()
  /// The cells of composites that are not complete yet.
  private var pending = Buffer<Cell>()

  /// - Parameter heap: cells to go on behind.
  init(region: Cell.Region, adding heap: Buffer<Cell> = Buffer()) {
    self.region = region
    self.heap = heap
  }

  /// Recursion is as deep as the value, which ``Nesting/limit`` bounds.
  mutating func cell(_ value: Value, _ texts: inout some TextNumbering) -> Cell {
    switch value {
    case .bool(let bool): return .bool(bool)
    case .long(let long): return .long(long)
    case .string(let string): return .string(texts.number(of: string))
    case .entity(let uid): return .entity(texts.number(of: uid))
    case .decimal(let decimal): return .number(decimal.scaled, .decimal)
    case .datetime(let datetime): return .number(datetime.milliseconds, .datetime)
    case .duration(let duration): return .number(duration.milliseconds, .duration)
    case .ip(let address): return append(address)
    case .set(let set):
      let first = pending.count
      let elements = set.elements.span
      for index in elements.indices { pending.append(cell(elements[index], &texts)) }
      return complete(.set, from: first, depth: set.depth)
    case .record(let record): return self.record(record, &texts)
    }
  }

  mutating func set(ofScalars elements: [Cell]) -> Cell {
    let first = pending.count
    pending.append(contentsOf: elements)
    return complete(.set, from: first, depth: 1)
  }

  private mutating func record(_ record: RecordValue, _ texts: inout some TextNumbering) -> Cell {
    let first = pending.count
    push(record, &texts)
    return complete(.record, from: first, depth: record.depth)
  }

  private mutating func push(_ record: RecordValue, _ texts: inout some TextNumbering) {
    // Where they lie: a copy would be counted, twice an attribute.
    let attributes = record.attributes.span
    for index in attributes.indices {
      var cell = cell(attributes[index].value, &texts)
      cell.name = texts.number(of: attributes[index].name)
      pending.append(cell)
    }
  }

  /// Writes an entity's attributes and tags.
  mutating func row(
    _ attributes: RecordValue,
    tags: RecordValue,
    _ texts: inout some TextNumbering
  ) -> (start: Int, count: Int) {
    let first = pending.count
    push(attributes, &texts)
    if !tags.isEmpty {
      var cell = record(tags, &texts)
      cell.name = EntityTable.Record.tags
      pending.append(cell)
    }
    let row = complete(.record, from: first, depth: 0)
    return (row.start, row.count)
  }

  mutating func append(_ address: IPAddressValue) -> Cell {
    let start = heap.count
    heap.appendAddress(address)
    return .composite(.ip, at: start, count: 2, region, depth: 0)
  }

  private mutating func complete(_ kind: Cell.Kind, from first: Int, depth: Int) -> Cell {
    let start = heap.count
    for index in first..<pending.count { heap.append(pending[index]) }
    pending.resize(to: first, .missing)
    switch kind {
    case .set: Heaps(all: heap).canonicalize(&heap, from: start)
    default: heap.sortByName(from: start)
    }
    return .composite(kind, at: start, count: heap.count - start, region, depth: depth)
  }

  /// Forgets what was written, keeps the memory.
  mutating func removeAll() { heap.removeAll() }

  /// Frees what only the encoder needs; the heap is the caller's.
  mutating func finish() { pending.deallocate() }
}

extension Heaps {
  /// For cells that refer to one heap only.
  init(all heap: Buffer<Cell>) {
    self.init(entities: heap, constants: heap, context: heap, scratch: heap, overlay: heap)
  }
}

extension Buffer<Cell> {
  mutating func appendAddress(_ address: IPAddressValue) {
    let form: UInt32 = (address.isIPv4 ? 0 : 1 << 8) | UInt32(address.prefix)
    append(Cell(payload: UInt64(truncatingIfNeeded: address.address >> 64), name: form, kind: .long))
    append(Cell(payload: UInt64(truncatingIfNeeded: address.address), kind: .long))
  }

  /// The address at the start of such a pair of cells.
  func address(at start: Int) -> IPAddressValue {
    let high = self[start]
    return IPAddressValue(
      address: UInt128(high.payload) << 64 | UInt128(self[start + 1].payload),
      prefix: UInt8(truncatingIfNeeded: high.name),
      isIPv4: high.name >> 8 == 0
    )
  }

  /// Sorts the attributes from an index to the end by the numbers of their names, which differ.
  mutating func sortByName(from start: Int) {
    // Few attributes, and mostly in order already.
    guard count - start > 16 else {
      var next = start + 1
      while next < count {
        let cell = self[next]
        var hole = next
        while hole > start, self[hole - 1].name > cell.name {
          self[hole] = self[hole - 1]
          hole -= 1
        }
        self[hole] = cell
        next += 1
      }
      return
    }
    var cells = unsafe span(start..<count)
    unsafe cells.sortInPlace { $0.name < $1.name }
  }
}
