// SPDX-License-Identifier: Apache-2.0

extension UnsafeMutableBufferPointer {
  /// Sorts without allocating, which the standard library's sort does: by insertion the few, by a heap the many.
  mutating func sortInPlace(by areInOrder: (Element, Element) -> Bool) {
    guard count > 16 else {
      for next in indices.dropFirst() {
        var hole = next
        while hole > 0, unsafe areInOrder(self[hole], self[hole - 1]) {
          unsafe swapAt(hole, hole - 1)
          hole -= 1
        }
      }
      return
    }
    for root in (0..<count / 2).reversed() { unsafe siftDown(root, end: count, areInOrder) }
    for end in (1..<count).reversed() {
      unsafe swapAt(0, end)
      unsafe siftDown(0, end: end, areInOrder)
    }
  }

  private func siftDown(_ start: Int, end: Int, _ areInOrder: (Element, Element) -> Bool) {
    var root = start
    while true {
      var largest = root
      for child in (2 * root + 1)...(2 * root + 2) where child < end {
        if unsafe areInOrder(self[largest], self[child]) { largest = child }
      }
      if largest == root { return }
      unsafe swapAt(root, largest)
      root = largest
    }
  }
}
