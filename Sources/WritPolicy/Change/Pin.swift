// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells which version its owner is reading, so that the version stays: for one thread at a time.
///
/// A pin writes to a cache line of its own and to nothing else, neither a reference count nor a lock; only after a rest
/// it says once that it is back (``PinLines/wake(_:)``). Its owner keeps the gate. Leaving a version is one store:
/// freeing versions is never a reader's work.
@safe
struct Pin {
  private unowned(unsafe) let gate: VersionGate
  private let current: UnsafeMutablePointer<Atomic<UInt>>
  private let line: PinLines.Line

  init(_ gate: VersionGate, _ line: PinLines.Line) {
    unsafe self.gate = gate
    unsafe current = gate.current
    unsafe self.line = line
  }

  /// Whether its owner is reading.
  @inline(__always)
  var isEntered: Bool { unsafe PinLine.isAddress(line.pointee.held.load(ordering: .relaxed)) }

  /// The tables of the current version, which stay until ``leave()``.
  @inline(__always)
  func enter() -> UnsafePointer<VersionTables> {
    let seen = unsafe current.pointee.load(ordering: .relaxed)
    let before = unsafe line.pointee.held.exchange(seen, ordering: .sequentiallyConsistent)
    if before == PinLine.asleep { unsafe gate.pins.wake(line) }
    return unsafe confirm(seen)
  }

  /// As ``enter()`` by a pin without an owner: `nil` while another thread is using it.
  func tryEnter() -> UnsafePointer<VersionTables>? {
    var before = unsafe line.pointee.held.load(ordering: .relaxed)
    while !PinLine.isAddress(before) {
      let seen = unsafe current.pointee.load(ordering: .relaxed)
      let (isMine, original) = unsafe line.pointee.held.compareExchange(
        expected: before,
        desired: seen,
        ordering: .sequentiallyConsistent
      )
      guard isMine else {
        before = original
        continue
      }
      if before == PinLine.asleep { unsafe gate.pins.wake(line) }
      return unsafe confirm(seen)
    }
    return nil
  }

  /// The version that the pin holds, or a newer one.
  ///
  /// All stores and loads here are in one order with publishing: either the publisher sees the pin, or its owner the
  /// new version. Each turn of the loop means that a version was published in the meantime.
  @inline(__always)
  private func confirm(_ first: UInt) -> UnsafePointer<VersionTables> {
    var seen = first
    while true {
      let now = unsafe current.pointee.load(ordering: .sequentiallyConsistent)
      if now == seen { return unsafe UnsafePointer(bitPattern: seen).unsafelyUnwrapped }
      seen = now
      unsafe line.pointee.held.store(seen, ordering: .sequentiallyConsistent)
    }
  }

  /// Lets go of the version that ``enter()`` gave.
  @inline(__always)
  func leave() {
    // Behind all that was read.
    unsafe line.pointee.held.store(PinLine.left, ordering: .releasing)
  }

  /// Gives the pin back.
  func remove() { unsafe gate.pins.giveBack(line) }
}
