// SPDX-License-Identifier: Apache-2.0

/// Where the ancestors of an entity are listed: their count, then their UIDs, sorted.
struct Ancestors: BitwiseCopyable {
  /// The bit of lists that are in the list of the walks and not in that of the entities.
  static let walked: UInt32 = 1 << 31

  var start: UInt32 = 0
  /// The ``EntityTable/summary(of:)`` of all.
  var summary: UInt64 = 0
}

extension Buffer<UInt32> {
  /// Adds a list of ancestors.
  ///
  /// Lists are filled up to whole quarters of a cache line, so that short ones are searched at once.
  mutating func appendList(_ sorted: Buffer<UInt32>) {
    append(UInt32(truncatingIfNeeded: sorted.count))
    for index in 0..<sorted.count { append(sorted[index]) }
    while count % 4 != 0 { append(UInt32.max) }
  }

  /// Whether a number is in the list that begins at an index.
  @inline(__always)
  func isListed(_ number: UInt32, at start: Int) -> Bool {
    let count = Int(self[start])
    guard count > 3 else {
      // Without branches: where in a short list it is cannot be guessed.
      let (first, second, third) = (self[start + 1] ^ number, self[start + 2] ^ number, self[start + 3] ^ number)
      return (first == 0 ? 1 : 0) | (second == 0 ? 1 : 0) | (third == 0 ? 1 : 0) != 0
    }
    var low = start + 1
    var high = low + count
    while high - low > 8 {
      let middle = (low + high) / 2
      if self[middle] <= number { low = middle } else { high = middle }
    }
    while low < high {
      if self[low] == number { return true }
      low += 1
    }
    return false
  }
}
