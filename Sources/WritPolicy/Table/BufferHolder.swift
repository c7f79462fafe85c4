// SPDX-License-Identifier: Apache-2.0

/// What is made of buffers, and lists them in one place.
protocol BufferHolder {
  /// Hands each buffer to the visitor.
  mutating func visitBuffers(_ visitor: inout some BufferVisitor)
}

/// Does something with each buffer of a holder.
protocol BufferVisitor {
  mutating func visit<Element>(_ buffer: inout Buffer<Element>)
}

extension BufferHolder {
  /// The bytes of all buffers.
  var byteCount: Int {
    var holder = self
    var counter = ByteCounter()
    holder.visitBuffers(&counter)
    return counter.bytes
  }

  /// Frees the memory of all buffers.
  mutating func deallocate() {
    var deallocator = Deallocator()
    visitBuffers(&deallocator)
  }
}

private struct ByteCounter: BufferVisitor {
  var bytes = 0

  mutating func visit<Element>(_ buffer: inout Buffer<Element>) { bytes += buffer.byteCount }
}

private struct Deallocator: BufferVisitor {
  func visit<Element>(_ buffer: inout Buffer<Element>) { buffer.deallocate() }
}
