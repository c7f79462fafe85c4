// SPDX-License-Identifier: Apache-2.0

/// Where the ancestors of an entity are listed.
struct Ancestors: BitwiseCopyable {
  /// The bit of lists that are in the list of the walks and not in that of the entities.
  static let walked: UInt32 = 1 << 31

  /// The bit of lists that are in the request's overlay.
  static let overlaid: UInt32 = 1 << 30

  var start: UInt32 = 0
  /// The ``EntityTable/summary(of:)`` of all.
  var summary: UInt64 = 0
}

/// An ancestor in a list, or the list's head.
struct Ancestor: BitwiseCopyable {
  /// The ancestor; in a head how many follow, sorted.
  let uid: UInt32
  /// The tables of the first index that it may lead in: a bit for each (``LeadFilter/mark(of:)``).
  ///
  /// All, until it is known better: of a list that a walk has gathered.
  var marks = UInt32.max
}

extension Buffer<Ancestor> {
  /// Adds a list of ancestors.
  ///
  /// Lists are filled up to whole halves of a cache line, so that short ones are searched at once.
  mutating func appendList(_ sorted: Buffer<UInt32>) {
    append(Ancestor(uid: UInt32(truncatingIfNeeded: sorted.count)))
    for index in 0..<sorted.count { append(Ancestor(uid: sorted[index])) }
    endList()
  }

  /// Adds a list of ancestors with their marks.
  mutating func appendList(_ sorted: Buffer<Ancestor>) {
    append(Ancestor(uid: UInt32(truncatingIfNeeded: sorted.count)))
    for index in 0..<sorted.count { append(sorted[index]) }
    endList()
  }

  /// Puts gathered ancestors in order, each once, with the marks that it has everywhere.
  ///
  /// - Returns: the ``EntityTable/summary(of:)`` of all.
  mutating func sortAndUnique() -> UInt64 {
    var sorted = unsafe span(0..<count)
    unsafe sorted.sortInPlace { $0.uid < $1.uid }
    var kept = 0
    var summary: UInt64 = 0
    for index in 0..<count {
      let ancestor = self[index]
      if kept > 0, self[kept - 1].uid == ancestor.uid {
        self[kept - 1].marks &= ancestor.marks
      } else {
        self[kept] = ancestor
        kept += 1
        summary |= EntityTable.summary(of: ancestor.uid)
      }
    }
    resize(to: kept, Ancestor(uid: 0))
    return summary
  }

  private mutating func endList() {
    while count % 4 != 0 { append(Ancestor(uid: UInt32.max)) }
  }

  /// Whether a UID is in the list that begins at an index.
  @inline(__always)
  func isListed(_ uid: UInt32, at start: Int) -> Bool {
    let count = Int(self[start].uid)
    guard count > 3 else {
      // Without branches: where in a short list it is cannot be guessed.
      let (first, second, third) = (self[start + 1].uid ^ uid, self[start + 2].uid ^ uid, self[start + 3].uid ^ uid)
      return (first == 0 ? 1 : 0) | (second == 0 ? 1 : 0) | (third == 0 ? 1 : 0) != 0
    }
    var low = start + 1
    var high = low + count
    while high - low > 8 {
      let middle = (low + high) / 2
      if self[middle].uid <= uid { low = middle } else { high = middle }
    }
    while low < high {
      if self[low].uid == uid { return true }
      low += 1
    }
    return false
  }
}
