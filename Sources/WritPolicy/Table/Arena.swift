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

  private let base: UnsafeMutableRawPointer
  private let size: Int
  private var used = 0

  /// Moves all buffers into a new block, which from now on owns their memory.
  init(moving holder: inout some BufferHolder) {
    var measure = Measure()
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
      unsafe base = .allocate(byteCount: size, alignment: Self.cacheLine)
    }
    holder.visitBuffers(&self)
  }

  /// The memory, for the versions that refer to it.
  func block(_ ledger: MemoryLedger) -> MemoryBlock { unsafe MemoryBlock(base, size: size, ledger) }

  mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
    guard buffer.count > 0 else { return buffer.deallocate() }
    let room = Self.room(for: buffer.count, grows: grows)
    let next = (used + room * MemoryLayout<Element>.stride).roundedUp(to: Self.cacheLine)
    precondition(next <= size, "the arena is full")
    unsafe buffer.move(to: base + used, room: room)
    used = next
  }

  mutating func visit<Element>(_ pages: inout Pages<Element>) {
    let next = (used + pages.byteCount).roundedUp(to: Self.cacheLine)
    precondition(next <= size, "the arena is full")
    unsafe pages.move(to: base + used)
    used = next
    pages.visitTable(&self)
  }

  /// Elements that a buffer has memory for.
  private static func room(for count: Int, grows: Bool) -> Int { grows ? count + count / 8 + 64 : count }

  private struct Measure: BufferVisitor {
    var size = 0

    mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
      guard buffer.count > 0 else { return }
      let room = Arena.room(for: buffer.count, grows: grows)
      size += (room * MemoryLayout<Element>.stride).roundedUp(to: Arena.cacheLine)
    }

    mutating func visit<Element>(_ pages: inout Pages<Element>) {
      size += pages.byteCount.roundedUp(to: Arena.cacheLine)
      pages.visitTable(&self)
    }
  }

  // MARK: Copies

  /// Copies a holder and all its buffers into a block, which the caller frees: small ones, made often.
  static func copy<Holder: BufferHolder>(of holder: inout Holder) -> UnsafePointer<Holder> {
    let start = MemoryLayout<Holder>.size.roundedUp(to: word)
    var measure = CopyMeasure(size: start)
    holder.visitBuffers(&measure)
    let base = UnsafeMutableRawPointer.allocate(byteCount: measure.size, alignment: word)
    let header = unsafe base.bindMemory(to: Holder.self, capacity: 1)
    unsafe header.initialize(to: holder)
    var copier = unsafe Copier(base: base, size: measure.size, used: start)
    unsafe header.pointee.visitBuffers(&copier)
    return unsafe UnsafePointer(header)
  }

  private struct CopyMeasure: BufferVisitor {
    var size: Int

    @inline(__always)
    mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
      size += buffer.byteCount.roundedUp(to: Arena.word)
    }

    mutating func visit<Element>(_ pages: inout Pages<Element>) {
      size += pages.byteCount.roundedUp(to: Arena.word)
      pages.visitTable(&self)
    }
  }

  @safe
  private struct Copier: BufferVisitor {
    let base: UnsafeMutableRawPointer
    let size: Int
    var used: Int

    @inline(__always)
    mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
      guard buffer.count > 0 else {
        buffer = Buffer()
        return
      }
      let next = used + buffer.byteCount.roundedUp(to: Arena.word)
      precondition(next <= size, "the block is full")
      unsafe buffer.copy(to: base + used)
      used = next
    }

    mutating func visit<Element>(_ pages: inout Pages<Element>) {
      let next = used + pages.byteCount.roundedUp(to: Arena.word)
      precondition(next <= size, "the block is full")
      unsafe pages.move(to: base + used)
      used = next
      pages.visitTable(&self)
    }
  }
}

extension Int {
  /// - Parameter step: a power of two.
  fileprivate func roundedUp(to step: Int) -> Int { (self + step - 1) & ~(step - 1) }
}
