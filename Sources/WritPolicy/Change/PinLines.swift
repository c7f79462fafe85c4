// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The pins of a gate, and which of them are awake.
///
/// A pin that was asleep puts itself on a stack when its reader comes back (``wake(_:)``), and the thread that looks
/// for versions to free takes the whole stack over. So looking costs what has been read lately, and not how many
/// readers there are.
@safe
final class PinLines: @unchecked Sendable {
  // Sendable: what the pointers lead to is atomic, and stays as long as these.
  typealias Line = UnsafeMutablePointer<PinLine>

  /// How many pins have no owner, for those who read once.
  static let shared = 8
  /// How many pins are made at once.
  private static let block = 64

  /// The pins without an owner.
  private let sharedLines: Line
  private let owned = Guarded(Owned())
  /// The address of the line that woke last, or 0; each leads to the next.
  private let woken = Atomic<UInt>(0)

  private struct Owned {
    // Addresses: of the blocks that were made, and of their pins that have no owner at the moment.
    var blocks: [UInt] = []
    var free: [UInt] = []
  }

  init() { unsafe sharedLines = Self.makeBlock(PinLines.shared) }

  private static func makeBlock(_ count: Int) -> Line {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<PinLine>.stride,
      alignment: PinLine.size
    )
    let lines = unsafe memory.bindMemory(to: PinLine.self, capacity: count)
    for index in 0..<count { unsafe (lines + index).initialize(to: PinLine()) }
    return unsafe lines
  }

  private static func free(_ lines: Line, _ count: Int) {
    for index in 0..<count { unsafe (lines + index).deinitialize(count: 1) }
    unsafe lines.deallocate()
  }

  // MARK: Owners

  /// A pin for one owner, in constant time.
  func take() -> Line {
    let address = owned.withLock { owned in
      if let address = owned.free.popLast() { return address }
      let made = unsafe UInt(bitPattern: Self.makeBlock(Self.block))
      owned.blocks.append(made)
      for index in 1..<Self.block { owned.free.append(made + UInt(index * MemoryLayout<PinLine>.stride)) }
      return made
    }
    // Of a line, and so not 0.
    return unsafe Line(bitPattern: address).unsafelyUnwrapped
  }

  /// Takes a pin back, which holds nothing.
  func giveBack(_ line: Line) {
    let address = UInt(bitPattern: line)
    owned.withLock { $0.free.append(address) }
  }

  /// The number of pins for owners.
  var count: Int { owned.withLock { $0.blocks.count } * Self.block }

  /// A pin without an owner.
  func line(shared index: Int) -> Line { unsafe sharedLines + index }

  // MARK: Sleep

  /// Says that a pin is back, which was asleep and now holds something.
  ///
  /// Ordered before its owner's next look at the current version: a writer that has taken the stack without this pin
  /// has published before, which the owner sees.
  @inline(never)
  func wake(_ line: Line) {
    var head = woken.load(ordering: .relaxed)
    while true {
      unsafe line.pointee.next.store(head, ordering: .relaxed)
      let (exchanged, original) = woken.compareExchange(
        expected: head,
        desired: UInt(bitPattern: line),
        ordering: .sequentiallyConsistent
      )
      if exchanged { return }
      head = original
    }
  }

  /// Hands each pin over that has come back since the last call.
  func takeWoken(_ body: (Line) -> Void) {
    var address = woken.exchange(0, ordering: .sequentiallyConsistent)
    while let line = unsafe Line(bitPattern: address) {
      // Read first: whoever puts the pin to sleep lets it come back to the stack.
      address = unsafe line.pointee.next.load(ordering: .relaxed)
      unsafe body(line)
    }
  }

  deinit {
    unsafe Self.free(sharedLines, Self.shared)
    for address in owned.withLock({ $0.blocks }) {
      if let lines = unsafe Line(bitPattern: address) { unsafe Self.free(lines, Self.block) }
    }
  }
}
