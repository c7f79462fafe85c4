// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Pins, each in a cache line of its own, and the next block of them: a list that only grows, without a lock.
@safe
final class PinBlock: @unchecked Sendable {
  // Sendable: what the pointer leads to is atomic, and stays as long as the block.
  private static let count = 64
  /// How many pins of the first block nobody owns, for those who read once.
  static let shared = 8

  /// A bit for each pin that has an owner.
  private let taken: Atomic<UInt64>
  /// The next block, retained, or 0.
  private let next = Atomic<UInt>(0)
  private let pins: UnsafeMutablePointer<Line>

  /// What a pin holds, with nothing else in its cache line.
  private struct Line: ~Copyable {
    static let size = 64

    /// The address of a version's tables, or 0.
    let held = Atomic<UInt>(0)
    private let rest = InlineArray<7, UInt>(repeating: 0)
  }

  init(sharing shared: Int = 0) {
    taken = Atomic((1 << UInt64(shared)) - 1)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: Self.count * MemoryLayout<Line>.stride,
      alignment: Line.size
    )
    unsafe pins = memory.bindMemory(to: Line.self, capacity: Self.count)
    for index in 0..<Self.count { unsafe (pins + index).initialize(to: Line()) }
  }

  /// A pin that nobody has, in this block or a later one.
  func take() -> UnsafeMutablePointer<Atomic<UInt>> {
    var block = self
    while true {
      if let pin = unsafe block.takeOwn() { return unsafe pin }
      block = block.following()
    }
  }

  private func takeOwn() -> UnsafeMutablePointer<Atomic<UInt>>? {
    var bits = taken.load(ordering: .relaxed)
    while bits != .max {
      let index = (~bits).trailingZeroBitCount
      let (exchanged, original) = taken.compareExchange(
        expected: bits,
        desired: bits | 1 << UInt64(index),
        ordering: .sequentiallyConsistent
      )
      if exchanged { return unsafe held(index) }
      bits = original
    }
    return nil
  }

  /// A pin of this block.
  func held(_ index: Int) -> UnsafeMutablePointer<Atomic<UInt>> {
    // The first field of a line.
    unsafe UnsafeMutableRawPointer(pins + index).assumingMemoryBound(to: Atomic<UInt>.self)
  }

  /// The block behind this one, which is made when there is none.
  private func following() -> PinBlock {
    if let block = later { return block }
    let made = unsafe Unmanaged.passRetained(PinBlock())
    let bits = unsafe UInt(bitPattern: made.toOpaque())
    // Ordered before what its pins will hold, for those who look through the blocks.
    if next.compareExchange(expected: 0, desired: bits, ordering: .sequentiallyConsistent).exchanged {
      return unsafe made.takeUnretainedValue()
    }
    unsafe made.release()
    return later ?? self
  }

  private var later: PinBlock? {
    unsafe UnsafeRawPointer(bitPattern: next.load(ordering: .sequentiallyConsistent)).map {
      unsafe Unmanaged<PinBlock>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// Frees a pin, which holds nothing, for others.
  func giveBack(_ pin: UnsafeMutablePointer<Atomic<UInt>>) {
    var candidate: PinBlock? = self
    while let block = candidate {
      let offset = unsafe UnsafeRawPointer(pin) - UnsafeRawPointer(block.pins)
      if (0..<(Self.count * MemoryLayout<Line>.stride)).contains(offset) {
        let bit = UInt64(1) << UInt64(offset / MemoryLayout<Line>.stride)
        block.taken.bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
        return
      }
      candidate = block.later
    }
  }

  /// Whether a pin holds what is at an address.
  func isHeld(_ address: UInt) -> Bool {
    var candidate: PinBlock? = self
    while let block = candidate {
      for index in 0..<Self.count
      where unsafe block.held(index).pointee.load(ordering: .sequentiallyConsistent) == address {
        return true
      }
      candidate = block.later
    }
    return false
  }

  deinit {
    for index in 0..<Self.count { unsafe (pins + index).deinitialize(count: 1) }
    unsafe pins.deallocate()
    // One after the other: the list is as long as there were deciders at once.
    var bits = next.load(ordering: .acquiring)
    while let pointer = unsafe UnsafeRawPointer(bitPattern: bits) {
      let block = unsafe Unmanaged<PinBlock>.fromOpaque(pointer).takeRetainedValue()
      bits = block.next.exchange(0, ordering: .acquiring)
    }
  }
}
