// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#endif

/// A place for one record: three lines of the cache, the first one with nearly all but what is kept.
struct RecordSlot: Sendable {
  /// The bytes that fit in the rest of three cache lines.
  fileprivate typealias Bytes = InlineArray<118, UInt8>
  /// Bytes of a content and its owner that lie in the slot.
  static let inlineCount = MemoryLayout<Bytes>.size

  var id = RecordID(0, 0, 0, 0)
  /// The bytes of content that does not fit.
  var overflow: [UInt8]?
  var version: UInt64 = 0
  /// The chain of records whose owners have hashes of one place.
  var ownerHash: UInt32 = 0
  var nextOfOwner: UInt32 = 0
  var previousOfOwner: UInt32 = 0
  fileprivate var storageCount: UInt16 = 0
  private(set) var ownerCount: UInt8 = 0
  private var format: UInt8 = 0
  private(set) var expires: Int64 = 0
  var kind: UInt16 = 0
  fileprivate var bytes = Bytes(repeating: 0)

  /// Whether it is this one's record that is, or was, here.
  @inline(__always)
  func holds(_ key: RecordKey) -> Bool { id == key.id && kind == key.kind.number }

  fileprivate mutating func setForm(_ content: RecordContent) {
    // INVARIANT: contents have at most 16,384 bytes and an owner of 255.
    storageCount = UInt16(truncatingIfNeeded: content.storage.count)
    ownerCount = UInt8(truncatingIfNeeded: content.owner.count)
    format = content.format
    expires = content.expires
  }

  @inline(__always)
  fileprivate func content(_ storage: [UInt8]) -> RecordContent {
    RecordContent(storage: storage, ownerCount: ownerCount, format: format, expires: expires)
  }
}

/// Slots in one piece of memory.
@safe
struct RecordSlots: ~Copyable, @unchecked Sendable {
  // Sendable: no other value has the memory, and slots are Sendable.

  /// Bytes of a large page, of which processors can find many more than of small ones.
  private static let pageBytes = 2 << 20

  let count: Int
  private let slots: UnsafeMutablePointer<RecordSlot>

  /// Vacant slots.
  ///
  /// - Parameter minimum: how many there are at least; more where that fills the last large page.
  init(count minimum: Int) {
    let slotBytes = MemoryLayout<RecordSlot>.stride
    let needed = minimum * slotBytes
    let filled = (needed + Self.pageBytes - 1) / Self.pageBytes * Self.pageBytes
    let byteCount = filled <= needed * 5 / 4 ? filled : needed
    count = byteCount / slotBytes
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount,
      alignment: byteCount < Self.pageBytes ? 64 : Self.pageBytes
    )
    #if canImport(Glibc)
      // Only a hint. Without it the translation of addresses takes as long again as the memory.
      if byteCount >= Self.pageBytes { _ = unsafe madvise(memory, byteCount, MADV_HUGEPAGE) }
    #endif
    unsafe slots = memory.bindMemory(to: RecordSlot.self, capacity: count)
    unsafe slots.initialize(repeating: RecordSlot(), count: count)
  }

  deinit {
    unsafe slots.deinitialize(count: count)
    unsafe slots.deallocate()
  }

  subscript(index: Int) -> RecordSlot {
    @inline(__always)
    unsafeAddress {
      precondition(index >= 0 && index < count)
      return unsafe UnsafePointer(slots + index)
    }
    @inline(__always)
    unsafeMutableAddress {
      precondition(index >= 0 && index < count)
      return unsafe slots + index
    }
  }

  /// Returns the content of an occupied slot.
  @inline(__always)
  func content(_ index: Int) -> RecordContent {
    if let overflow = self[index].overflow { return self[index].content(overflow) }
    // All that may be there, before there is an array for it: so no line is waited for after another.
    let bytes = self[index].bytes
    let count = min(Int(self[index].storageCount), RecordSlot.inlineCount)
    var storage: [UInt8] = []
    // Half the cost of an array that is made of bytes, whose type the standard library looks up each time.
    storage.append(addingCapacity: RecordSlot.inlineCount) { (output: inout OutputSpan<UInt8>) in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
        // INVARIANT: there is room for all bytes.
        unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(of: bytes, as: RecordSlot.Bytes.self)
        initializedCount = count
      }
    }
    return self[index].content(storage)
  }

  mutating func setContent(_ content: RecordContent, _ index: Int) {
    self[index].setForm(content)
    let isInline = content.storage.count <= RecordSlot.inlineCount
    self[index].overflow = isInline ? nil : content.storage
    let count = isInline ? content.storage.count : 0
    for offset in 0..<count { self[index].bytes[offset] = content.storage[offset] }
    for offset in count..<RecordSlot.inlineCount { self[index].bytes[offset] = 0 }
  }

  /// Forgets what was kept in a slot.
  mutating func removeContent(_ index: Int) {
    self[index].overflow = nil
    self[index].bytes = InlineArray(repeating: 0)
  }
}
