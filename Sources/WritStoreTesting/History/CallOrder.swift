// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

/// The search for an order of the calls for one record that explains all of their answers (linearizability).
///
/// The order keeps to time: a call that ended before another began comes first. The search is that of Wing and Gong
/// with the memory of visited states that Lowe added: "Testing for linearizability", 2017.
struct CallOrder {
  /// Calls in the order in which they began.
  private let calls: [RecordedCall]
  /// Beginnings and ends in the order of time, linked so that those of placed calls can be taken out and put back.
  private var next: [Int]
  private var previous: [Int]
  /// For each entry the number of its call, and whether it is the beginning.
  private let entries: [(call: Int, begins: Bool)]
  /// For each call the number of the entry of its end; `nil` for one that failed, which may come at any later time.
  private let ends: [Int?]

  private struct Visited: Hashable {
    let placed: [UInt64]
    let states: RecordStates
  }

  init(_ calls: [RecordedCall]) {
    let calls = calls.sorted { $0.began < $1.began }
    var moments: [(time: UInt64, call: Int, begins: Bool)] = []
    for (number, call) in calls.enumerated() {
      moments.append((call.began, number, true))
      if call.answer != .failed { moments.append((call.ended, number, false)) }
    }
    moments.sort { $0.time < $1.time }
    var ends = [Int?](repeating: nil, count: calls.count)
    for (entry, moment) in moments.enumerated() where !moment.begins { ends[moment.call] = entry + 1 }
    self.calls = calls
    self.ends = ends
    // Entry 0 is the head.
    entries = [(-1, true)] + moments.map { ($0.call, $0.begins) }
    next = Array(1...entries.count)
    previous = Array(-1..<entries.count - 1)
  }

  /// The answer that no order explains, `nil` when one explains all.
  mutating func contradiction() -> RecordedCall? {
    var states = RecordStates()
    var placed = [UInt64](repeating: 0, count: (calls.count + 63) / 64)
    var unplaced = ends.count { $0 != nil }
    var visited: Set<Visited> = []
    var trail: [(entry: Int, states: RecordStates)] = []
    var deepest = (count: -1, call: 0)
    var entry = next[0]
    while unplaced > 0 {
      let (call, begins) = entries[entry]
      if begins {
        let after = states.after(calls[call])
        var with = placed
        with[call / 64] |= 1 << (call % 64)
        if !after.isImpossible, visited.insert(Visited(placed: with, states: after)).inserted {
          trail.append((entry, states))
          (states, placed) = (after, with)
          if ends[call] != nil { unplaced -= 1 }
          take(entry)
          entry = next[0]
        } else {
          entry = next[entry]
        }
        continue
      }
      // The call has ended before all that come next, and cannot be placed: the last choice was wrong.
      if trail.count > deepest.count { deepest = (trail.count, call) }
      guard let last = trail.popLast() else { return calls[deepest.call] }
      let undone = entries[last.entry].call
      states = last.states
      placed[undone / 64] &= ~(1 << (undone % 64))
      if ends[undone] != nil { unplaced += 1 }
      putBack(last.entry)
      entry = next[last.entry]
    }
    return nil
  }

  private mutating func take(_ entry: Int) {
    unlink(entry)
    if let end = ends[entries[entry].call] { unlink(end) }
  }

  private mutating func putBack(_ entry: Int) {
    if let end = ends[entries[entry].call] { link(end) }
    link(entry)
  }

  private mutating func unlink(_ entry: Int) {
    next[previous[entry]] = next[entry]
    if next[entry] < entries.count { previous[next[entry]] = previous[entry] }
  }

  private mutating func link(_ entry: Int) {
    next[previous[entry]] = entry
    if next[entry] < entries.count { previous[next[entry]] = entry }
  }
}
