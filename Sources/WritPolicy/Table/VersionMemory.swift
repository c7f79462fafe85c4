// SPDX-License-Identifier: Apache-2.0

/// Memory that several versions refer to, freed with the last of them.
@safe
final class MemoryBlock: Sendable {
  // Unsafe only by its type: nothing but `deinit` uses it.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

  deinit { unsafe base.deallocate() }
}

/// All memory that a version's tables lie in.
struct VersionMemory: Sendable {
  /// Of the tables as they were compiled.
  private let compiled: MemoryBlock
  /// Of buffers that have grown since, in the order in which they are visited.
  private var buffers: [MemoryBlock?] = []
  /// Of pages that have changed since.
  private var pages: [[MemoryBlock?]] = []
  /// Of the indexes of policies that were added since.
  private var indexes: [MemoryBlock?] = Array(repeating: nil, count: PolicyIndexes.limit)

  /// Moves all tables into one block.
  init(compiled tables: inout VersionTables) { compiled = unsafe MemoryBlock(Arena(moving: &tables).base) }

  /// Takes in what has been written anew since tables were taken from a version.
  mutating func adopt(_ tables: inout VersionTables) {
    var adopter = Adopter(memory: self)
    tables.visitBuffers(&adopter)
    self = adopter.memory
  }

  /// Moves the index of a level into a block, in place of the one before.
  mutating func adopt(_ index: inout PolicyIndex, level: Int) {
    indexes[level] = unsafe MemoryBlock(Arena(moving: &index).base)
  }

  private struct Adopter: BufferVisitor {
    var memory: VersionMemory
    var buffer = 0
    var page = 0

    mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
      defer { self.buffer += 1 }
      guard let base = unsafe buffer.disown() else { return }
      while memory.buffers.count <= self.buffer { memory.buffers.append(nil) }
      memory.buffers[self.buffer] = unsafe MemoryBlock(base)
    }

    mutating func visit<Element>(_ pages: inout Pages<Element>) {
      if memory.pages.count <= page { memory.pages.append([]) }
      unsafe pages.disown { number, base in
        while memory.pages[page].count <= number { memory.pages[page].append(nil) }
        memory.pages[page][number] = unsafe MemoryBlock(base)
      }
      page += 1
      pages.visitTable(&self)
    }
  }
}
