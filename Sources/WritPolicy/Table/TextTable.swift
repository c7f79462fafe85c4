// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Distinct texts numbered from 0, found by their bytes.
struct TextTable: BufferHolder {
  private var bytes = Buffer<UInt8>()
  private var ends = Buffer<Int>()
  private var index = HashIndex()

  var count: Int { ends.count }

  /// The bytes of a text.
  @inline(__always)
  func range(_ number: UInt32) -> Range<Int> {
    (number == 0 ? 0 : ends[number - 1])..<ends[number]
  }

  /// Where the texts lie one behind the other.
  var storage: Buffer<UInt8> { bytes }

  @inline(__always)
  func bytes(_ number: UInt32) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(bytes.span(range(number)))
  }

  func string(_ number: UInt32) -> String { unsafe String(decoding: bytes(number), as: UTF8.self) }

  /// Whether a text has the scalars of a string.
  @inline(__always)
  func isText(_ number: UInt32, _ string: String) -> Bool {
    unsafe string.isUTF8(bytes(number))
  }

  /// The number of a text, `nil` when it is not in the table.
  func find(_ string: String) -> UInt32? { find(string, hash: TextHash.hash(of: string)) }

  /// The same for who knows the ``TextHash`` of the text.
  func find(_ string: String, hash: Int) -> UInt32? {
    // The index may know what was added since, for a later version.
    index.find(hash) { $0 < ends.count && isText($0, string) }
  }

  /// The number of a text, which is added when it is new.
  mutating func insert(_ string: String) -> UInt32 { insert(string, hash: TextHash.hash(of: string)) }

  /// The same for who knows the ``TextHash`` of the text.
  mutating func insert(_ string: String, hash: Int) -> UInt32 {
    if let known = find(string, hash: hash) { return known }
    let number = append(string)
    index.insert(number, hash: hash)
    return number
  }

  /// Adds a text that is not looked for.
  mutating func append(_ string: String) -> UInt32 {
    bytes.append(utf8: string)
    ends.append(bytes.count)
    return UInt32(truncatingIfNeeded: ends.count - 1)
  }

  /// The same texts in memory of their own; while others add more.
  func snapshot() -> TextTable {
    var copy = TextTable()
    copy.bytes = bytes.copied()
    copy.ends = ends.copied()
    copy.index = index.snapshot(below: ends.count)
    return copy
  }

  mutating func removeAll() {
    bytes.removeAll()
    ends.removeAll()
    index.removeAll()
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    index.visitBuffers(&visitor)
    visitor.visit(&ends, grows: true)
    visitor.visit(&bytes, grows: true)
  }
}

extension Buffer<UInt8> {
  /// Adds the bytes of a text.
  mutating func append(utf8 text: String) {
    let bytes = text.utf8.span
    reserve(adding: bytes.count)
    for offset in 0..<bytes.count { append(bytes[offset]) }
  }
}

/// An open-addressing table from hashes to numbers; what a number stands for is the caller's.
///
/// While others look, numbers are added in place: whoever looks may find numbers that were given after its version.
struct HashIndex: BufferHolder {
  /// The upper half is 32 bits of the hash, the lower one the number plus one; 0 is free.
  private var slots = Buffer<UInt64>()
  private var count = 0

  @inline(__always)
  func find(_ hash: Int, where isWanted: (UInt32) -> Bool) -> UInt32? {
    guard count > 0 else { return nil }
    let tag = Self.tag(hash)
    let mask = slots.count - 1
    var position = Int(tag) & mask
    while true {
      let slot = slots.load(position)
      if slot == 0 { return nil }
      if slot >> 32 == tag {
        let number = UInt32(truncatingIfNeeded: slot) &- 1
        if isWanted(number) { return number }
      }
      position = (position + 1) & mask
    }
  }

  /// The first number with the hash, which is the right one unless 32 bits of two hashes agree.
  @inline(__always)
  func guess(_ hash: Int) -> UInt32? { find(hash) { _ in true } }

  mutating func insert(_ number: UInt32, hash: Int) {
    if (count + 1) * 4 > slots.count * 3 { rehash(slots: Swift.max(16, slots.count * 2)) }
    place(Self.tag(hash) << 32 | UInt64(number &+ 1))
    count += 1
  }

  /// Puts a number in the place of another with the same hash; nobody else looks meanwhile.
  func replace(_ old: UInt32, by new: UInt32, hash: Int) {
    let (tag, mask) = (Self.tag(hash), slots.count - 1)
    var position = Int(tag) & mask
    while slots[position] != tag << 32 | UInt64(old &+ 1) { position = (position + 1) & mask }
    slots[position] = tag << 32 | UInt64(new &+ 1)
  }

  /// Makes room for so many numbers.
  mutating func reserve(_ numbers: Int) {
    var wanted = 16
    while wanted * 3 < numbers * 4 { wanted *= 2 }
    if wanted > slots.count { rehash(slots: wanted) }
  }

  /// An index of the numbers below a limit, in memory of its own; while others add numbers from there on, which would
  /// fill it uncounted.
  func snapshot(below limit: Int) -> HashIndex {
    var copy = HashIndex()
    copy.slots = Buffer(repeating: 0, count: slots.count)
    for position in 0..<slots.count {
      let slot = slots.load(position)
      guard slot != 0, UInt32(truncatingIfNeeded: slot) <= limit else { continue }
      copy.place(slot)
      copy.count += 1
    }
    return copy
  }

  /// A slot tells where it belongs, so that growing needs no texts.
  private mutating func rehash(slots wanted: Int) {
    var old = slots
    slots = Buffer(repeating: 0, count: wanted)
    for position in 0..<old.count where old[position] != 0 { place(old[position]) }
    // Unless it is shared.
    old.deallocate()
  }

  private func place(_ slot: UInt64) {
    let mask = slots.count - 1
    var position = Int(slot >> 32) & mask
    while slots[position] != 0 { position = (position + 1) & mask }
    slots.store(slot, at: position)
  }

  private static func tag(_ hash: Int) -> UInt64 { UInt64(UInt(bitPattern: hash)) & 0xFFFF_FFFF }

  /// Forgets the numbers, and keeps the memory as long as clearing it is cheap.
  mutating func removeAll() {
    guard count > 0 else { return }
    if slots.count > 1 << 10 { slots.deallocate() }
    for position in 0..<slots.count { slots[position] = 0 }
    count = 0
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&slots)
  }
}
