// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Says which version its owner is reading, so that the version stays: for one thread at a time.
///
/// A pin writes to a cache line of its own and to nothing else, neither a reference count nor a lock. Its owner keeps the
/// gate.
@safe
struct Pin {
  private unowned(unsafe) let gate: VersionGate
  private let current: UnsafeMutablePointer<Atomic<UInt>>
  private let held: UnsafeMutablePointer<Atomic<UInt>>

  init(_ gate: VersionGate, held: UnsafeMutablePointer<Atomic<UInt>>) {
    unsafe self.gate = gate
    unsafe current = gate.current
    unsafe self.held = held
  }

  /// Whether its owner is reading.
  @inline(__always)
  var isEntered: Bool { unsafe held.pointee.load(ordering: .relaxed) != 0 }

  /// The tables of the current version, which stay until ``leave(_:)``.
  @inline(__always)
  func enter() -> UnsafePointer<VersionTables> {
    let seen = unsafe current.pointee.load(ordering: .relaxed)
    unsafe held.pointee.store(seen, ordering: .sequentiallyConsistent)
    return unsafe confirm(seen)
  }

  /// As ``enter()`` by a pin that nobody owns: `nil` while another thread is using it.
  func tryEnter() -> UnsafePointer<VersionTables>? {
    guard unsafe held.pointee.load(ordering: .relaxed) == 0 else { return nil }
    let seen = unsafe current.pointee.load(ordering: .relaxed)
    let (isMine, _) = unsafe held.pointee.compareExchange(
      expected: 0,
      desired: seen,
      ordering: .sequentiallyConsistent
    )
    guard isMine else { return nil }
    return unsafe confirm(seen)
  }

  /// The version that the pin holds, or a newer one.
  ///
  /// All stores and loads here are in one order with publishing: either the publisher sees the pin, or its owner the new
  /// version.
  @inline(__always)
  private func confirm(_ first: UInt) -> UnsafePointer<VersionTables> {
    var seen = first
    while true {
      let now = unsafe current.pointee.load(ordering: .sequentiallyConsistent)
      if now == seen { return unsafe UnsafePointer(bitPattern: seen).unsafelyUnwrapped }
      seen = now
      unsafe held.pointee.store(seen, ordering: .sequentiallyConsistent)
    }
  }

  /// Lets go of the version that ``enter()`` gave; whoever is the last to do so frees a version that was replaced.
  @inline(__always)
  func leave(_ tables: UnsafePointer<VersionTables>) {
    // In the same order: either the publisher sees the 0, or its owner the new version.
    unsafe held.pointee.store(0, ordering: .sequentiallyConsistent)
    let now = unsafe current.pointee.load(ordering: .sequentiallyConsistent)
    if now != UInt(bitPattern: tables) { unsafe gate.reclaim() }
  }

  /// Gives the pin back.
  func remove() { unsafe gate.pins.giveBack(held) }
}
