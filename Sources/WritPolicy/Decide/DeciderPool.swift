// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Deciders that nobody uses at the moment, for calls that have none of their own.
///
/// Without a lock: each place is taken and filled by one atomic exchange. Deciders beyond the places are made and let
/// go.
final class DeciderPool: Sendable {
  /// Retained deciders, or 0.
  private let places = InlineArray<64, Atomic<UInt>> { _ in Atomic(0) }

  /// Takes a decider out, `nil` when there is none.
  func take() -> Decider? {
    for index in places.indices {
      guard places[index].load(ordering: .relaxed) != 0 else { continue }
      let bits = places[index].exchange(0, ordering: .acquiring)
      if let pointer = unsafe UnsafeRawPointer(bitPattern: bits) {
        return unsafe Unmanaged<Decider>.fromOpaque(pointer).takeRetainedValue()
      }
    }
    return nil
  }

  /// Puts a decider in, which the caller uses no longer.
  func put(_ decider: Decider) {
    let retained = unsafe Unmanaged.passRetained(decider)
    let bits = unsafe UInt(bitPattern: retained.toOpaque())
    for index in places.indices {
      guard places[index].load(ordering: .relaxed) == 0 else { continue }
      if places[index].compareExchange(expected: 0, desired: bits, ordering: .releasing).exchanged {
        return
      }
    }
    unsafe retained.release()
  }

  deinit {
    while let decider = take() { withExtendedLifetime(decider) {} }
  }
}
