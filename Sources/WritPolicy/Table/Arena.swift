// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#endif

/// One block of memory for all buffers of a version, close together, those that grow with an eighth to spare.
///
/// A large one asks for huge pages: what a decision looks at lies at random places, and with pages of 4 KB the
/// processor would spend more on finding the pages than on the memory.
@safe
struct Arena: BufferVisitor {
  /// The size of a huge page, and the smallest block that asks for them.
  private static let hugePage = 2 << 20
  private static let worthHugePages = 1 << 20
  private static let cacheLine = 64
  /// What `malloc` gives by itself, which takes a third of the time.
  private static let word = 16

  let base: UnsafeMutableRawPointer
  private let size: Int
  private var used = 0
  private let isMoving: Bool
  /// Where each buffer begins: what is copied is small, and made often.
  private var alignment: Int { isMoving ? Self.cacheLine : Self.word }

  /// Moves all buffers into a new block, which from now on owns their memory.
  init(moving holder: inout some BufferHolder) { self.init(&holder, isMoving: true, header: 0) }

  /// Copies a holder and all its buffers into a new block.
  static func copy<Holder: BufferHolder>(of holder: Holder) -> (arena: Arena, holder: UnsafePointer<Holder>) {
    var holder = holder
    let arena = Arena(&holder, isMoving: false, header: MemoryLayout<Holder>.size)
    let header = unsafe arena.base.bindMemory(to: Holder.self, capacity: 1)
    unsafe header.initialize(to: holder)
    return unsafe (arena, UnsafePointer(header))
  }

  private init(_ holder: inout some BufferHolder, isMoving: Bool, header: Int) {
    self.isMoving = isMoving
    let alignment = isMoving ? Self.cacheLine : Self.word
    used = header.roundedUp(to: alignment)
    var measure = Measure(alignment: alignment, isMoving: isMoving, size: used)
    holder.visitBuffers(&measure)
    if measure.size >= Self.worthHugePages {
      size = measure.size.roundedUp(to: Self.hugePage)
      unsafe base = .allocate(byteCount: size, alignment: Self.hugePage)
      #if canImport(Glibc)
        // Advice: without it, or where it is refused, everything works all the same.
        _ = unsafe madvise(base, size, MADV_HUGEPAGE)
      #endif
    } else {
      size = Swift.max(measure.size, 1)
      unsafe base = .allocate(byteCount: size, alignment: alignment)
    }
    holder.visitBuffers(&self)
  }

  mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
    guard buffer.count > 0 else {
      if isMoving { buffer.deallocate() } else { buffer = Buffer() }
      return
    }
    let room = Self.room(for: buffer.count, grows: grows && isMoving)
    let next = (used + room * MemoryLayout<Element>.stride).roundedUp(to: alignment)
    precondition(next <= size, "the arena is full")
    if isMoving { unsafe buffer.move(to: base + used, room: room) } else { unsafe buffer.copy(to: base + used) }
    used = next
  }

  mutating func visit<Element>(_ pages: inout Pages<Element>) {
    let next = (used + pages.byteCount).roundedUp(to: alignment)
    precondition(next <= size, "the arena is full")
    unsafe pages.move(to: base + used)
    used = next
    pages.visitTable(&self)
  }

  /// Elements that a buffer has memory for.
  private static func room(for count: Int, grows: Bool) -> Int { grows ? count + count / 8 + 64 : count }

  func deallocate() { unsafe base.deallocate() }

  private struct Measure: BufferVisitor {
    let alignment: Int
    let isMoving: Bool
    var size: Int

    mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
      guard buffer.count > 0 else { return }
      let room = Arena.room(for: buffer.count, grows: grows && isMoving)
      size += (room * MemoryLayout<Element>.stride).roundedUp(to: alignment)
    }

    mutating func visit<Element>(_ pages: inout Pages<Element>) {
      size += pages.byteCount.roundedUp(to: alignment)
      pages.visitTable(&self)
    }
  }
}

extension Int {
  /// - Parameter step: a power of two.
  fileprivate func roundedUp(to step: Int) -> Int { (self + step - 1) & ~(step - 1) }
}
