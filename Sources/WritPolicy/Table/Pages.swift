// SPDX-License-Identifier: Apache-2.0

/// The size of pages, in elements.
enum Page {
  static let shift = 11
  static let size = 1 << shift
}

/// A growing array in pages, so that a version shares with the one before it all pages but those that differ.
///
/// As with ``Buffer`` somebody else frees the memory, except for the pages that are new since ``disown(_:)``.
@safe
struct Pages<Element: BitwiseCopyable> {
  /// The addresses of the pages.
  private var table = Buffer<UInt>()
  private(set) var count = 0
  /// Which pages nobody else refers to; those behind the last are somebody else's.
  private var isOwn = Buffer<Bool>()

  @inline(__always)
  subscript(index: UInt32) -> Element {
    get {
      precondition(Int(index) < count, "index out of bounds")
      return unsafe page(Int(index) >> Page.shift)[Int(index) & (Page.size - 1)]
    }
    /// In place: also for others that refer to the page.
    nonmutating set {
      precondition(Int(index) < count, "index out of bounds")
      unsafe page(Int(index) >> Page.shift)[Int(index) & (Page.size - 1)] = newValue
    }
  }

  /// - Parameter number: of a page that there is, as of any element below the count.
  @inline(__always)
  private func page(_ number: Int) -> UnsafeMutablePointer<Element> {
    unsafe UnsafeMutablePointer(bitPattern: table.unchecked(number)).unsafelyUnwrapped
  }

  subscript(index: Int) -> Element {
    @inline(__always) get { self[UInt32(truncatingIfNeeded: index)] }
  }

  /// The bytes of a page.
  static var pageBytes: Int { Page.size * MemoryLayout<Element>.stride }

  /// The bytes that the elements take.
  var byteCount: Int { count * MemoryLayout<Element>.stride }

  mutating func append(_ element: Element) {
    if count & (Page.size - 1) == 0 {
      unsafe addPage(UnsafeMutablePointer.allocate(capacity: Page.size))
    } else {
      own(count >> Page.shift)
    }
    count += 1
    self[UInt32(truncatingIfNeeded: count - 1)] = element
  }

  private mutating func addPage(_ page: UnsafeMutablePointer<Element>) {
    if isOwn.count == 0, table.count > 0 { table = table.copied() }
    isOwn.resize(to: table.count, false)
    table.append(UInt(bitPattern: page))
    isOwn.append(true)
  }

  /// Changes an element for this array only: its page is copied, unless that has been done.
  mutating func update(_ element: Element, at index: UInt32) {
    own(Int(index) >> Page.shift)
    self[index] = element
  }

  private mutating func own(_ page: Int) {
    if isOwn.count == 0 { table = table.copied() }
    isOwn.resize(to: table.count, false)
    guard !isOwn[page] else { return }
    let copy = UnsafeMutablePointer<Element>.allocate(capacity: Page.size)
    unsafe copy.update(from: self.page(page), count: used(page))
    table[page] = UInt(bitPattern: copy)
    isOwn[page] = true
  }

  /// The number of elements of a page.
  private func used(_ page: Int) -> Int { Swift.min(Page.size, count - page << Page.shift) }

  // MARK: Ownership

  /// Hands each page that is new to somebody who frees it, with its number.
  mutating func disown(_ body: (Int, UnsafeMutableRawPointer) -> Void) {
    for page in 0..<isOwn.count where isOwn[page] { unsafe body(page, self.page(page)) }
    isOwn.deallocate()
  }

  /// The same elements in memory of their own.
  func copied() -> Pages {
    var copy = Pages()
    for index in 0..<count { copy.append(self[index]) }
    return copy
  }

  /// Moves all pages to memory that somebody else frees; the table remains to be moved.
  mutating func move(to memory: UnsafeMutableRawPointer) {
    // The last page no longer than it is: whoever adds to it copies it.
    var next = unsafe memory.bindMemory(to: Element.self, capacity: count)
    for page in 0..<table.count {
      unsafe next.update(from: self.page(page), count: used(page))
      if page < isOwn.count, isOwn[page] { unsafe self.page(page).deallocate() }
      table[page] = UInt(bitPattern: next)
      unsafe next += Page.size
    }
    isOwn.deallocate()
  }

  /// The table of pages, to be moved, handed on or freed.
  mutating func visitTable(_ visitor: inout some BufferVisitor) { visitor.visit(&table) }

  /// Frees what nobody else refers to.
  mutating func deallocate() {
    for page in 0..<isOwn.count where isOwn[page] { unsafe self.page(page).deallocate() }
    table.deallocate()
    isOwn.deallocate()
    count = 0
  }
}
