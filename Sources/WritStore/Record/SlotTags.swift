// SPDX-License-Identifier: Apache-2.0

/// A byte for each slot of a table: whether it is taken, and seven bits of the hash of what is there.
///
/// A search looks at eight at once, and goes to the slot itself only where it will nearly always find what it looks
/// for. A million tags are a megabyte, their slots 192.
struct SlotTags: Sendable {
  /// Tags that are looked at together.
  static let groupCount = 8
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// The tag of a slot where nothing was since the tags were made: a search ends there.
  static let vacant: UInt8 = 0
  /// That of a slot whose record has been removed: a search goes on behind it.
  static let left: UInt8 = 1

  /// The tag of a slot that is taken.
  @inline(__always)
  static func taken(_ hash: UInt64) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: hash) }

  let count: Int
  // The first group stands behind the last tag again: a group that begins near the end goes on at the beginning.
  private var bytes: [UInt8]

  /// - Parameter count: a group at least.
  init(count: Int) {
    self.count = count
    bytes = [UInt8](repeating: Self.vacant, count: count + Self.groupCount)
  }

  subscript(index: Int) -> UInt8 {
    @inline(__always)
    get { bytes[index] }
    set {
      bytes[index] = newValue
      if index < Self.groupCount { bytes[count + index] = newValue }
    }
  }

  @inline(__always)
  func isTaken(_ index: Int) -> Bool { bytes[index] >= 0x80 }

  /// The place so many behind another; after the last one comes the first.
  @inline(__always)
  func place(_ index: Int, plus distance: Int) -> Int {
    let sum = index + distance
    return sum < count ? sum : sum - count
  }

  /// The tags from a place on, the first one lowest.
  @inline(__always)
  func group(_ index: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  /// The highest bits of those tags that are this one; behind the first one there may be others, that differ in the
  /// lowest bit: if this one is of slots that are taken, so are those.
  @inline(__always)
  static func matches(_ group: UInt64, _ tag: UInt8) -> UInt64 {
    let differences = group ^ (ones &* UInt64(tag))
    return (differences &- ones) & ~differences & highBits
  }

  /// The highest bits of those tags that are not taken.
  @inline(__always)
  static func free(_ group: UInt64) -> UInt64 { ~group & highBits }
}
