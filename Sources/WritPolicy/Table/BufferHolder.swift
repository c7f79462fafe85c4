// SPDX-License-Identifier: Apache-2.0

/// What is made of buffers, and lists them in one place.
protocol BufferHolder {
  /// Hands each buffer to the visitor.
  mutating func visitBuffers(_ visitor: inout some BufferVisitor)
}

/// Does something with each buffer of a holder.
protocol BufferVisitor {
  /// - Parameter grows: whether changes of a version append to it.
  mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool)
  mutating func visit<Element>(_ pages: inout Pages<Element>)
}

extension BufferVisitor {
  mutating func visit<Element>(_ buffer: inout Buffer<Element>) { visit(&buffer, grows: false) }
}

extension BufferHolder {
  /// The bytes of all buffers.
  var byteCount: Int {
    var holder = self
    var counter = ByteCounter()
    holder.visitBuffers(&counter)
    return counter.bytes
  }

  /// The same with memory of its own.
  func copied() -> Self {
    var copy = self
    var copier = Copier()
    copy.visitBuffers(&copier)
    return copy
  }

  /// Frees the memory of all buffers that is not shared.
  mutating func deallocate() {
    var deallocator = Deallocator()
    visitBuffers(&deallocator)
  }
}

private struct ByteCounter: BufferVisitor {
  var bytes = 0

  mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) { bytes += buffer.byteCount }
  mutating func visit<Element>(_ pages: inout Pages<Element>) { bytes += pages.byteCount }
}

private struct Deallocator: BufferVisitor {
  func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) { buffer.deallocate() }
  func visit<Element>(_ pages: inout Pages<Element>) { pages.deallocate() }
}

private struct Copier: BufferVisitor {
  func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) { buffer = buffer.copied() }
  func visit<Element>(_ pages: inout Pages<Element>) { pages = pages.copied() }
}
