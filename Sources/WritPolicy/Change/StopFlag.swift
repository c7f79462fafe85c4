// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells work that takes long to stop.
///
/// Work that was stopped leaves out what is left of its loops, so that what it returns is whole but means nothing: its
/// caller asks for ``isSet`` and drops it.
final class StopFlag: Sendable {
  /// How many steps of a loop go by between two looks.
  private static let steps = 256

  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() { flag.store(true, ordering: .relaxed) }

  /// Whether a loop should end, which looks every now and then.
  @inline(__always)
  func isSet(at step: Int) -> Bool { step % Self.steps == 0 ? isSet : false }
}
