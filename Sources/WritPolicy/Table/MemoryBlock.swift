// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The bytes of the blocks that the versions of one compilation refer to.
final class MemoryLedger: Sendable {
  private let counted = Atomic<Int>(0)
  /// Those of blocks that are being freed in the background.
  private let leaving = Atomic<Int>(0)

  var bytes: Int { counted.load(ordering: .relaxed) }
  var isFreeing: Bool { leaving.load(ordering: .relaxed) > 0 }

  fileprivate func add(_ bytes: Int) { counted.add(bytes, ordering: .relaxed) }
  fileprivate func subtract(_ bytes: Int) { counted.subtract(bytes, ordering: .relaxed) }

  /// Frees a block in a thread of its own.
  fileprivate func freeInBackground(_ base: UnsafeMutableRawPointer, _ size: Int) {
    leaving.add(size, ordering: .relaxed)
    let address = UInt(bitPattern: base)
    BackgroundThread.run {
      if let base = unsafe UnsafeMutableRawPointer(bitPattern: address) { unsafe base.deallocate() }
      self.subtract(size)
      self.leaving.subtract(size, ordering: .relaxed)
    }
  }
}

/// Memory that several versions refer to, freed with the last of them.
@safe
final class MemoryBlock: Sendable {
  /// The smallest size that a thread of its own frees: whoever drops the last version, be it with an answer, goes on.
  private static let large = 1 << 20

  // Unsafe only by its type: nothing but `deinit` uses it.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  let size: Int
  private let ledger: MemoryLedger

  init(_ base: UnsafeMutableRawPointer, size: Int, _ ledger: MemoryLedger) {
    unsafe self.base = base
    self.size = size
    self.ledger = ledger
    ledger.add(size)
  }

  deinit {
    guard size < Self.large else { return unsafe ledger.freeInBackground(base, size) }
    unsafe base.deallocate()
    ledger.subtract(size)
  }
}
