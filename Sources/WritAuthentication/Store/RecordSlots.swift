// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#endif

/// A place for one record: four lines of the cache.
///
/// A search asks for what is in the first and in the last one, so that all are fetched at the same time, and not the content
/// after the rest.
struct RecordSlot: Sendable {
  enum State: UInt8 {
    /// Nothing was here since the slots were made.
    case vacant
    case taken
    /// What was here has been removed.
    case left
  }

  /// Bytes of a content and its owner that lie in the slot.
  static let inlineCount = 181

  var id = RecordID(0, 0, 0, 0)
  /// What is longer.
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
  fileprivate var bytes = InlineArray<181, UInt8>(repeating: 0)
  var state = State.vacant
  var kind: UInt16 = 0

  /// Whether a record is here, and it is this one's.
  @inline(__always)
  func holds(_ key: RecordKey) -> Bool {
    // Without branches: both lines are fetched at the same time.
    let first = (id.first ^ key.id.first) | (id.second ^ key.id.second)
    let second = (id.third ^ key.id.third) | (id.fourth ^ key.id.fourth)
    return first | second | UInt64(kind ^ key.kind.number) | UInt64(state.rawValue ^ State.taken.rawValue) == 0
  }

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
  // Sendable: nobody else has the memory, and slots are.

  /// Bytes of a large page, of which processors can find many more than of small ones.
  private static let pageBytes = 2 << 20

  let count: Int
  private let slots: UnsafeMutablePointer<RecordSlot>

  /// Vacant slots.
  init(count: Int) {
    self.count = count
    let byteCount = count * MemoryLayout<RecordSlot>.stride
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

  /// The slot after another; after the last one comes the first.
  @inline(__always)
  func following(_ index: Int) -> Int { index + 1 < count ? index + 1 : 0 }

  /// What is kept in a slot that is taken.
  @inline(__always)
  func content(_ index: Int) -> RecordContent {
    if let overflow = self[index].overflow { return self[index].content(overflow) }
    // All that may be there is copied, so that nothing waits for the count before the next line is fetched.
    let count = min(Int(self[index].storageCount), RecordSlot.inlineCount)
    // INVARIANT: the index was checked above, and these are the bytes of the slot.
    var storage: [UInt8] = []
    // Half the cost of an array that is made of bytes, whose type the standard library looks up each time.
    storage.append(addingCapacity: RecordSlot.inlineCount) { (output: inout OutputSpan<UInt8>) in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
        unsafe withUnsafeBytes(of: &slots[index].bytes) { bytes in
          unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        }
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
