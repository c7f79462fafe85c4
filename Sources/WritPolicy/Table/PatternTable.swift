// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The patterns of `like`, with what matching in linear time needs.
struct PatternTable: BufferHolder {
  private struct Part: BitwiseCopyable {
    let start: UInt32
    let count: UInt32
  }

  private struct Row: BitwiseCopyable {
    let start: UInt32
    let count: UInt32
  }

  private var rows = Buffer<Row>()
  private var parts = Buffer<Part>()
  private var bytes = Buffer<UInt8>()
  /// For each byte of a part the length of the longest proper border that ends there (Knuth, Morris and Pratt).
  private var borders = Buffer<UInt32>()

  mutating func append(_ pattern: Pattern) -> UInt32 {
    rows.append(Row(start: UInt32(parts.count), count: UInt32(pattern.parts.count)))
    for part in pattern.parts {
      let start = bytes.count
      parts.append(Part(start: UInt32(start), count: UInt32(part.count)))
      bytes.append(contentsOf: part)
      borders.resize(to: bytes.count, 0)
      var length = 0
      for index in 1..<Swift.max(1, part.count) {
        while length > 0, part[index] != part[length] { length = Int(borders[start + length - 1]) }
        if part[index] == part[length] { length += 1 }
        borders[start + index] = UInt32(length)
      }
    }
    return UInt32(rows.count - 1)
  }

  /// Whether the pattern describes the whole text, which is some bytes of a buffer.
  func matches(_ pattern: UInt32, _ text: Buffer<UInt8>, _ range: Range<Int>) -> Bool {
    let row = rows[pattern]
    guard row.count > 0 else { return range.isEmpty }
    let first = parts[row.start]
    let last = parts[row.start + row.count - 1]
    if row.count == 1 { return range.count == Int(first.count) && isPart(first, in: text, at: range.lowerBound) }
    guard range.count >= Int(first.count) + Int(last.count), isPart(first, in: text, at: range.lowerBound),
      isPart(last, in: text, at: range.upperBound - Int(last.count))
    else { return false }
    var position = range.lowerBound + Int(first.count)
    let end = range.upperBound - Int(last.count)
    // Each inner part as early as it goes: nothing later can need the room.
    for index in (row.start + 1)..<(row.start + row.count - 1) {
      guard let after = firstMatch(of: parts[index], in: text, position..<end) else { return false }
      position = after
    }
    return true
  }

  private func isPart(_ part: Part, in text: Buffer<UInt8>, at start: Int) -> Bool {
    for index in 0..<Int(part.count) where text[start + index] != bytes[Int(part.start) + index] { return false }
    return true
  }

  private func firstMatch(of part: Part, in text: Buffer<UInt8>, _ range: Range<Int>) -> Int? {
    var matched = 0
    for index in range {
      let byte = text[index]
      while matched > 0, byte != bytes[Int(part.start) + matched] {
        matched = Int(borders[Int(part.start) + matched - 1])
      }
      if byte == bytes[Int(part.start) + matched] { matched += 1 }
      if matched == Int(part.count) { return index + 1 }
    }
    return nil
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&rows, grows: true)
    visitor.visit(&parts, grows: true)
    visitor.visit(&bytes, grows: true)
    visitor.visit(&borders, grows: true)
  }
}
