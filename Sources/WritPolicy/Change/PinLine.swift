// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory of one pin, with nothing else in its cache line.
struct PinLine: ~Copyable {
  static let size = 64

  // In place of an address, while the pin holds no version. A reader that leaves writes `left`; the thread that looks
  // for versions to free turns that into `seen`, and `seen` into `asleep` the next time: then the reader has not been
  // there between two looks.
  /// The reader has left since the pin was looked at.
  static let left: UInt = 0
  /// The pin held nothing when it was looked at last.
  static let seen: UInt = 1
  /// The pin is not looked at until its reader says that it is back.
  static let asleep: UInt = 2

  /// The address of a version's tables, or ``left``, ``seen`` or ``asleep``.
  let held = Atomic<UInt>(PinLine.asleep)
  /// The address of the next line of ``PinLines/woken``.
  let next = Atomic<UInt>(0)
  private let rest = InlineArray<6, UInt>(repeating: 0)

  /// Whether a word of ``held`` is an address.
  static func isAddress(_ word: UInt) -> Bool { word > asleep }
}
