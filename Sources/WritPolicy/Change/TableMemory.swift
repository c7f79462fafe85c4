// SPDX-License-Identifier: Apache-2.0

/// The memory of an engine's current version, and what replaced versions keep beyond it.
struct TableMemory {
  private var current: MemoryLedger
  /// The bytes of the current version.
  private(set) var bytes: Int
  /// Of tables that were compiled before, as long as there is something left of them.
  private var earlier: [MemoryLedger] = []

  init(_ memory: VersionMemory) {
    current = memory.ledger
    bytes = memory.bytes
  }

  /// Counts the memory of a new version.
  mutating func become(_ memory: VersionMemory) {
    if memory.ledger !== current {
      earlier.removeAll { $0.bytes == 0 }
      earlier.append(current)
      current = memory.ledger
    }
    bytes = memory.bytes
  }

  /// Bytes that the current version does not refer to.
  var unreclaimed: Int { Swift.max(0, current.bytes - bytes) + earlier.reduce(0) { $0 + $1.bytes } }

  /// Whether some of them are being freed.
  var isFreeing: Bool { current.isFreeing || earlier.contains { $0.isFreeing } }
}
