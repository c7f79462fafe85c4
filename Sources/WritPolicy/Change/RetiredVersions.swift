// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The versions of a gate that were replaced and may still be read, for the thread that has the gate's lock.
///
/// A pass looks at each pin that has been in use lately, ``ReclaimLimits/pins`` at a time; versions that were replaced
/// before it began, and that no pin was seen to hold, are free then. A pin that comes later cannot hold one of them:
/// its owner looks whether its version is still the current one.
@safe
struct RetiredVersions {
  private struct Entry {
    let address: UInt
    var isHeld = false
  }

  /// Versions that were replaced since the running pass began.
  private var awaiting: [UInt] = []
  /// The versions of the running pass.
  private var examined: [Entry] = []
  /// The pins that are looked at, those of the running pass up to `position`.
  private var awake: [PinLines.Line] = unsafe []
  private var position = 0
  private(set) var isPassing = false
  /// The number of pins looked at, ever.
  private(set) var looks = 0
  /// Whether a thread looks for these versions while nothing changes.
  var isWatched = false

  /// The number of versions.
  var count: Int { awaiting.count + examined.count }

  /// Takes a version in, which is not the current one any more.
  mutating func append(_ address: UInt) { awaiting.append(address) }

  /// Goes on with the running pass, or begins one.
  ///
  /// - Parameters:
  ///   - limit: how many pins to look at at most.
  ///   - free: takes each version that is not read any more.
  mutating func examine(_ pins: PinLines, atMost limit: Int, _ free: (UInt) -> Void) {
    if !isPassing {
      guard count > 0 else { return }
      begin(pins)
    }
    let end = Swift.max(0, position - limit)
    looks += position - end
    while position > end {
      position -= 1
      look(at: position)
    }
    if position == 0 { endPass(free) }
  }

  private mutating func begin(_ pins: PinLines) {
    isPassing = true
    examined.append(contentsOf: awaiting.map { Entry(address: $0) })
    awaiting.removeAll(keepingCapacity: true)
    unsafe pins.takeWoken { unsafe awake.append($0) }
    position = unsafe awake.count
  }

  private mutating func look(at index: Int) {
    let line = unsafe awake[index]
    let word = unsafe line.pointee.held.load(ordering: .sequentiallyConsistent)
    switch word {
    case PinLine.left:
      _ = unsafe line.pointee.held.compareExchange(
        expected: PinLine.left,
        desired: PinLine.seen,
        ordering: .sequentiallyConsistent
      )
    case PinLine.seen:
      let (isAsleep, _) = unsafe line.pointee.held.compareExchange(
        expected: PinLine.seen,
        desired: PinLine.asleep,
        ordering: .sequentiallyConsistent
      )
      // From now on its owner may put it on the stack. Those behind it have been looked at.
      if isAsleep {
        unsafe awake.swapAt(index, awake.count - 1)
        unsafe awake.removeLast()
      }
    default:
      for place in examined.indices where examined[place].address == word { examined[place].isHeld = true }
    }
  }

  private mutating func endPass(_ free: (UInt) -> Void) {
    isPassing = false
    for entry in examined where !entry.isHeld { free(entry.address) }
    examined.removeAll { !$0.isHeld }
    for place in examined.indices { examined[place].isHeld = false }
  }

  /// Frees all versions, when no pin is left.
  mutating func freeAll(_ free: (UInt) -> Void) {
    for entry in examined { free(entry.address) }
    for address in awaiting { free(address) }
    examined.removeAll()
    awaiting.removeAll()
  }
}
