// SPDX-License-Identifier: Apache-2.0

/// All memory that a version's tables lie in.
struct VersionMemory: Sendable {
  /// Counts the memory of all versions since the tables were compiled.
  let ledger = MemoryLedger()
  /// The bytes of all blocks.
  private(set) var bytes: Int
  /// Of the tables as they were compiled.
  private let compiled: MemoryBlock
  /// Of buffers that have grown since, in the order in which they are visited.
  private var buffers: [MemoryBlock?] = []
  /// Of pages that have changed since.
  private var pages: [[MemoryBlock?]] = []
  /// Of the indexes of policies that were added since.
  private var indexes: [MemoryBlock?] = Array(repeating: nil, count: PolicyIndexes.limit)

  /// Moves all tables into one block.
  init(compiled tables: inout VersionTables) {
    compiled = Arena(moving: &tables).block(ledger)
    bytes = compiled.size
  }

  /// Takes in what has been written again since tables were taken from a version.
  mutating func adopt(_ tables: inout VersionTables) {
    var adopter = Adopter(memory: self)
    tables.visitBuffers(&adopter)
    self = adopter.memory
  }

  /// Moves the index of a level into a block, in place of the one before.
  mutating func adopt(_ index: inout PolicyIndex, level: Int) {
    replaceIndex(level, by: Arena(moving: &index).block(ledger))
  }

  /// Lets go of the indexes from a level on.
  mutating func removeIndexes(from level: Int) {
    for level in level..<indexes.count where indexes[level] != nil { replaceIndex(level, by: nil) }
  }

  private mutating func replaceIndex(_ level: Int, by new: MemoryBlock?) {
    bytes += (new?.size ?? 0) - (indexes[level]?.size ?? 0)
    indexes[level] = new
  }

  private struct Adopter: BufferVisitor {
    var memory: VersionMemory
    var buffer = 0
    var page = 0

    mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
      defer { self.buffer += 1 }
      guard let (base, size) = unsafe buffer.disown() else { return }
      while memory.buffers.count <= self.buffer { memory.buffers.append(nil) }
      let block = unsafe MemoryBlock(base, size: size, memory.ledger)
      memory.bytes += size - (memory.buffers[self.buffer]?.size ?? 0)
      memory.buffers[self.buffer] = block
    }

    mutating func visit<Element>(_ pages: inout Pages<Element>) {
      if memory.pages.count <= page { memory.pages.append([]) }
      unsafe pages.disown { number, base in
        while memory.pages[page].count <= number { memory.pages[page].append(nil) }
        let block = unsafe MemoryBlock(base, size: Pages<Element>.pageBytes, memory.ledger)
        memory.bytes += block.size - (memory.pages[page][number]?.size ?? 0)
        memory.pages[page][number] = block
      }
      page += 1
      pages.visitTable(&self)
    }
  }
}
