// SPDX-License-Identifier: Apache-2.0

/// A range of bytes in a source text.
public struct SourceSpan: Hashable, Sendable {
  /// The offset of the first byte.
  public let start: Int
  /// The offset after the last byte.
  public let end: Int

  package init(_ start: some BinaryInteger, _ end: some BinaryInteger) {
    self.start = Int(start)
    self.end = Int(end)
  }
}

/// A place in a source text for a person: line and column from 1, the column in Unicode scalars.
public struct SourceLocation: Hashable, Sendable {
  /// The name of the source, usually a file's.
  public let name: String
  /// The line, from 1.
  public let line: Int
  /// The column in Unicode scalars, from 1.
  public let column: Int
}

extension SourceLocation: CustomStringConvertible {
  /// `policies.cedar:3:14`.
  public var description: String { "\(CedarText.shown(name)):\(line):\(column)" }
}

/// A text that was read, with its name, kept to show places in it.
public final class SourceText: Sendable {
  /// The name of the source, usually a file's.
  public let name: String
  package let bytes: [UInt8]
  private let lineStarts: [UInt32]
  /// The number of scalars that start before each block, so that a column costs no more on a long line than on a short
  /// one.
  private let scalarsBeforeBlock: [UInt32]
  private static let blockLength = 1 << 10

  /// The longest text accepted, in bytes: spans are 32 bits wide.
  public static let maximumLength = 1 << 30

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts: [UInt32] = [0]
    let span = bytes.span
    var counts: [UInt32] = []
    var scalars: UInt32 = 0
    for index in span.indices {
      if index & (Self.blockLength - 1) == 0 { counts.append(scalars) }
      if span[index] == UInt8(ascii: "\n") { starts.append(UInt32(truncatingIfNeeded: index + 1)) }
      if span[index] & 0xC0 != 0x80 { scalars &+= 1 }
    }
    lineStarts = starts
    scalarsBeforeBlock = counts
  }

  private func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Returns the line and column of the byte at this offset.
  public func location(of offset: Int) -> SourceLocation {
    let line = lineIndex(of: offset)
    let start = Int(lineStarts[line])
    let end = Swift.min(Swift.max(offset, start), bytes.count)
    return SourceLocation(name: name, line: line + 1, column: scalars(before: end) - scalars(before: start) + 1)
  }

  /// Returns the number of scalars that start before the offset, which is at most the length; each counts at its first
  /// byte.
  private func scalars(before offset: Int) -> Int {
    let block = Swift.min(offset / Self.blockLength, scalarsBeforeBlock.count - 1)
    guard block >= 0 else { return 0 }
    let rest = bytes[(block * Self.blockLength)..<offset]
    return rest.reduce(Int(scalarsBeforeBlock[block])) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }

  /// The text of a span, with anything that is not UTF-8 replaced.
  public func text(of span: SourceSpan) -> String {
    let start = Swift.min(span.start, bytes.count)
    return String(decoding: bytes[start..<Swift.max(start, Swift.min(span.end, bytes.count))], as: UTF8.self)
  }

  /// The line on which the offset stands, without its end: all of it, or what is near where it is very long.
  ///
  /// - Returns: the bytes of the line shown, and whether they are its beginning and its end.
  package func line(at offset: Int, near limit: Int) -> (bytes: Range<Int>, isStart: Bool, isEnd: Bool) {
    let index = lineIndex(of: offset)
    let start = Int(lineStarts[index])
    var end = index + 1 < lineStarts.count ? Int(lineStarts[index + 1]) - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    let offset = Swift.min(Swift.max(offset, start), end)
    var first = Swift.max(start, offset - limit)
    var last = Swift.min(end, offset + limit)
    // Not within a scalar.
    while first < offset, bytes[first] & 0xC0 == 0x80 { first += 1 }
    while last < end, last > offset, bytes[last] & 0xC0 == 0x80 { last -= 1 }
    return (first..<last, first == start, last == end)
  }
}
