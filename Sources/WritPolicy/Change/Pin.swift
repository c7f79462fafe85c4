// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Says which version its owner is reading, so that the version stays: for one thread at a time.
///
/// A pin writes to a cache line of its own and to nothing else, neither a reference count nor a lock.
@safe
struct Pin {
  private let gate: VersionGate
  private let current: UnsafeMutablePointer<Atomic<UInt>>
  private let held: UnsafeMutablePointer<Atomic<UInt>>

  init(_ gate: VersionGate, held: UnsafeMutablePointer<Atomic<UInt>>) {
    self.gate = gate
    unsafe current = gate.current
    unsafe self.held = held
  }

  /// The tables of the current version, which stay until ``leave(_:)``.
  @inline(__always)
  func enter() -> UnsafePointer<VersionTables> {
    var seen = unsafe current.pointee.load(ordering: .relaxed)
    while true {
      // In one order with publishing: either the publisher sees the pin, or the pin's owner the new version here.
      unsafe held.pointee.store(seen, ordering: .sequentiallyConsistent)
      let now = unsafe current.pointee.load(ordering: .sequentiallyConsistent)
      if now == seen { break }
      seen = now
    }
    return unsafe UnsafePointer(bitPattern: seen).unsafelyUnwrapped
  }

  /// Lets go of the version that ``enter()`` gave; whoever is the last to do so frees a version that was replaced.
  @inline(__always)
  func leave(_ tables: UnsafePointer<VersionTables>) {
    unsafe held.pointee.store(0, ordering: .releasing)
    let now = unsafe current.pointee.load(ordering: .sequentiallyConsistent)
    if now != UInt(bitPattern: tables) { gate.reclaim() }
  }

  /// Gives the pin back.
  func remove() { unsafe gate.pins.giveBack(held) }
}
