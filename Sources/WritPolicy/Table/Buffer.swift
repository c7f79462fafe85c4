// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A growing array of plain values whose memory somebody else frees.
///
/// What a decision reads is made of these and not of Swift arrays: an array's reference count is memory that all
/// threads write, and one contended count costs more than a decision. A copy is a view of the same memory until one of
/// them grows. The owner, ``Version`` or ``Decider``, calls ``deallocate()`` once. Indices are checked.
///
/// In memory that is shared the one who changes a version appends behind what older versions see; when the room is used
/// up, the elements go to memory of their own and the old memory stays.
@safe
struct Buffer<Element: BitwiseCopyable> {
  private var base: UnsafeMutablePointer<Element>?
  private(set) var count = 0
  private var capacity = 0
  /// Whether others refer to the memory, and somebody else frees it.
  private var isShared = false

  init() {
    unsafe base = nil
  }

  init(repeating element: Element, count: Int) {
    unsafe base = nil
    resize(to: count, element)
  }

  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of bounds")
      // There is memory where the count is not 0.
      return unsafe base.unsafelyUnwrapped[index]
    }
    nonmutating set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of bounds")
      unsafe base.unsafelyUnwrapped[index] = newValue
    }
  }

  /// An element that is known to be there.
  @unsafe @inline(__always)
  func unchecked(_ index: Int) -> Element { unsafe base.unsafelyUnwrapped[index] }

  @inline(__always)
  subscript(index: UInt32) -> Element {
    get { self[Int(index)] }
    nonmutating set { self[Int(index)] = newValue }
  }

  /// The bytes that the elements take.
  var byteCount: Int { count * MemoryLayout<Element>.stride }

  mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
    if let base = unsafe base {
      unsafe larger.update(from: base, count: count)
      if !isShared { unsafe base.deallocate() }
    }
    unsafe base = larger
    capacity = wanted
    isShared = false
  }

  /// Makes room for so many elements more.
  mutating func reserve(adding more: Int) {
    if count + more > capacity { reserve(Swift.max(count + more, 16, capacity * 2)) }
  }

  mutating func append(_ element: Element) {
    if count == capacity { reserve(Swift.max(16, capacity * 2)) }
    guard let base = unsafe base else { return }
    unsafe base[count] = element
    count += 1
  }

  mutating func append(contentsOf elements: some Sequence<Element>) {
    for element in elements { append(element) }
  }

  /// Makes the count what it is told, new elements being `element`.
  mutating func resize(to wanted: Int, _ element: Element) {
    if wanted > capacity { reserve(Swift.max(wanted, capacity * 2)) }
    guard let base = unsafe base else { return }
    if wanted > count { unsafe (base + count).update(repeating: element, count: wanted - count) }
    count = wanted
  }

  /// Adds elements until there are so many.
  mutating func extend(to wanted: Int, _ element: Element) {
    if wanted > count { resize(to: wanted, element) }
  }

  /// Forgets the elements, keeps the memory.
  mutating func removeAll() { count = 0 }

  /// Copies the elements to memory that somebody else frees; the old memory remains whoever's it was.
  mutating func copy(to memory: UnsafeMutableRawPointer) {
    let copied = unsafe memory.bindMemory(to: Element.self, capacity: count)
    if let base = unsafe base { unsafe copied.update(from: base, count: count) }
    unsafe base = copied
    capacity = count
    isShared = true
  }

  /// Moves the elements to memory that somebody else frees.
  ///
  /// - Parameter room: for how many elements there is memory.
  mutating func move(to memory: UnsafeMutableRawPointer, room: Int) {
    var old = self
    unsafe copy(to: memory)
    capacity = room
    old.deallocate()
  }

  /// The memory and its bytes, when no other buffer refers to it, for an owner that frees it; from then on it is
  /// shared.
  mutating func disown() -> (base: UnsafeMutableRawPointer, size: Int)? {
    guard let base = unsafe base, !isShared else { return nil }
    isShared = true
    return (UnsafeMutableRawPointer(base), capacity * MemoryLayout<Element>.stride)
  }

  /// The same elements in memory of their own.
  func copied() -> Buffer {
    var copy = Buffer()
    copy.reserve(count)
    if let base = unsafe base, let new = unsafe copy.base { unsafe new.update(from: base, count: count) }
    copy.count = count
    return copy
  }

  /// Frees the memory, unless it is shared.
  mutating func deallocate() {
    if let base = unsafe base, !isShared { unsafe base.deallocate() }
    unsafe base = nil
    count = 0
    capacity = 0
    isShared = false
  }

  /// The memory of some elements, for reading bytes and sorting.
  func span(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
    guard let base = unsafe base else { return unsafe UnsafeMutableBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}

extension Buffer<UInt64> {
  /// An element that another thread may be writing.
  @inline(__always)
  func load(_ index: Int) -> UInt64 {
    unsafe atomic(index).pointee.load(ordering: .relaxed)
  }

  /// Writes an element that other threads may be reading.
  func store(_ element: UInt64, at index: Int) {
    unsafe atomic(index).pointee.store(element, ordering: .relaxed)
  }

  @inline(__always)
  private func atomic(_ index: Int) -> UnsafePointer<Atomic<UInt64>> {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of bounds")
    return unsafe UnsafeRawPointer(base.unsafelyUnwrapped + index).assumingMemoryBound(to: Atomic<UInt64>.self)
  }
}
