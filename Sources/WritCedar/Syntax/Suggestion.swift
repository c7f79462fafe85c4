// SPDX-License-Identifier: Apache-2.0

/// The name that was probably meant by one that does not exist.
enum Suggestion {
  /// Names longer than this are not compared: the cost grows with the product of the lengths.
  private static let longest = 64

  /// The nearest of the names, `nil` when none is near: one edit in three letters, two at most, ignoring case.
  static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= longest else { return nil }
    var best: (distance: Int, name: String)?
    for candidate in names {
      let length = candidate.utf8.count
      guard length <= longest, abs(length - wanted.count) <= 2, !candidate.hasSameScalars(as: name) else { continue }
      let distance = editDistance(wanted, folded(candidate))
      guard distance <= Swift.min(2, Swift.max(wanted.count, length) / 3) else { continue }
      // Of names equally near the first by its bytes, so that the answer does not hang on the order of a dictionary.
      if let known = best, (known.distance, 0) < (distance, known.name.scalarOrder(comparedTo: candidate)) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { UInt8(ascii: "A") <= $0 && $0 <= UInt8(ascii: "Z") ? $0 | 0x20 : $0 }
  }

  /// The edits from one to the other, a row at a time: a letter inserted, removed, replaced, or two swapped.
  private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (index, byte) in left.enumerated() {
      var row = [index + 1]
      for column in right.indices {
        let replaced = last[column] + (right[column] == byte ? 0 : 1)
        var distance = Swift.min(replaced, last[column + 1] + 1, row[column] + 1)
        if index > 0, column > 0, byte == right[column - 1], left[index - 1] == right[column] {
          distance = Swift.min(distance, beforeLast[column - 1] + 1)
        }
        row.append(distance)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
