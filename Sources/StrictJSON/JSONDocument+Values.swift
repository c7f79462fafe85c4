// SPDX-License-Identifier: Apache-2.0

extension JSONDocument {
  package var root: Index { Index(position: 0) }

  package func kind(of index: Index) -> Kind {
    tape.nodes.node(index.position).kind
  }

  /// Returns the offset of the value in bytes from the start of the source; for a string, of its opening quote.
  package func offset(of index: Index) -> Int {
    Int(truncatingIfNeeded: tape.nodes.node(index.position).offset)
  }

  /// Returns the end of the value in bytes from the start of the source.
  ///
  /// - Complexity: O(length of the value) for containers and strings with escapes, otherwise O(1)
  package func end(of index: Index) -> Int {
    let node = tape.nodes.node(index.position)
    let start = Int(truncatingIfNeeded: node.offset)
    let length = Int(truncatingIfNeeded: node.length)
    if node.kind == .string, !node.flag { return start + length + 2 }
    guard node.kind == .string || node.kind.isContainer else { return start + length }
    let bytes = source.span
    var position = start
    var depth = 0
    var inString = false
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): inString.toggle()
      case UInt8(ascii: "\\") where inString: position += 1
      case UInt8(ascii: "{") where !inString, UInt8(ascii: "[") where !inString: depth += 1
      case UInt8(ascii: "}") where !inString, UInt8(ascii: "]") where !inString: depth -= 1
      default: continue
      }
      if depth == 0, !inString { break }
    }
    return position
  }

  package func boolean(at index: Index) -> Bool? {
    let node = tape.nodes.node(index.position)
    return node.kind == .boolean ? node.flag : nil
  }

  /// The number if it is written as an integer and fits, otherwise nil: `1.0`, `1e2`, and `-0` are no integers.
  package func integer(at index: Index) -> Int64? {
    let node = tape.nodes.node(index.position)
    guard node.kind == .number, node.flag else { return nil }
    let literal = slice(of: node)
    let bytes = source.span
    let isNegative = bytes[literal.lowerBound] == UInt8(ascii: "-")
    if !isNegative, literal.count <= 18 {
      // INVARIANT: digits only; fewer than 10^18.
      var value: Int64 = 0
      for index in literal { value = value &* 10 &+ Int64(bytes[index] &- UInt8(ascii: "0")) }
      return value
    }
    // Counted downwards: Int64.min has no positive counterpart.
    var value: Int64 = 0
    for index in literal.lowerBound + (isNegative ? 1 : 0)..<literal.upperBound {
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (difference, underflowed) = product.subtractingReportingOverflow(Int64(bytes[index] &- UInt8(ascii: "0")))
      guard !overflowed, !underflowed else { return nil }
      value = difference
    }
    if isNegative { return value == 0 ? nil : value }
    return value == .min ? nil : -value
  }

  /// A number's literal as written.
  package func numberText(at index: Index) -> String? {
    let node = tape.nodes.node(index.position)
    guard node.kind == .number else { return nil }
    return String(decoding: source[slice(of: node)], as: UTF8.self)
  }

  /// A string or a member's name, its escapes decoded.
  package func string(at index: Index) -> String? {
    let node = tape.nodes.node(index.position)
    guard node.kind == .string else { return nil }
    return String(decoding: node.flag ? tape.decoded[slice(of: node)] : source[slice(of: node)], as: UTF8.self)
  }

  /// Whether the value is a string of exactly these bytes of UTF-8; "é" and "e\u{301}" differ.
  package func string(at index: Index, equals text: String) -> Bool {
    string(at: index, equals: text.utf8.span)
  }

  @inline(__always)
  func string(at index: Index, equals other: Span<UInt8>) -> Bool {
    let node = tape.nodes.node(index.position)
    guard node.kind == .string, Int(truncatingIfNeeded: node.length) == other.count else { return false }
    let slice = slice(of: node)
    let bytes = (node.flag ? tape.decoded.span : source.span).extracting(slice)
    var index = 0
    // Eight at a time.
    while index &+ 8 <= other.count {
      // INVARIANT: both have so many bytes.
      let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      let otherWord = unsafe other.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      guard word == otherWord else { return false }
      index &+= 8
    }
    while index < other.count {
      guard bytes[index] == other[index] else { return false }
      index &+= 1
    }
    return true
  }

  /// A string of seven bytes or fewer as a number, to be told from a few others at once: its bytes, the last one
  /// lowest, and above them how many; 0 for other values.
  package func packedString(at index: Index) -> UInt64 {
    let node = tape.nodes.node(index.position)
    guard node.kind == .string, node.length < 8 else { return 0 }
    let bytes = node.flag ? tape.decoded.span : source.span
    let slice = slice(of: node)
    var packed: UInt64 = 0
    if slice.lowerBound &+ 8 <= bytes.count {
      // INVARIANT: eight bytes are there; those that are not of the string are shifted out, all of them where it is
      // empty.
      let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: slice.lowerBound, as: UInt64.self)
      packed = word.bigEndian >> (64 - 8 * UInt64(node.length))
    } else {
      for index in slice { packed = packed << 8 | UInt64(bytes[index]) }
    }
    return packed | UInt64(node.length) << 56
  }

  /// The decoded bytes of a string without a copy, always valid UTF-8; nil for other values.
  package func withStringBytes<Result, Failure: Error>(
    at index: Index,
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let node = tape.nodes.node(index.position)
    guard node.kind == .string else { return nil }
    return node.flag
      ? try body(tape.decoded.span.extracting(slice(of: node)))
      : try body(source.span.extracting(slice(of: node)))
  }

  /// Returns the range of a scalar's text: in `decoded` for a string with escapes, otherwise in the source.
  private func slice(of node: Tape.Node) -> Range<Int> {
    let start =
      switch (node.kind, node.flag) {
      case (.string, true): Int(truncatingIfNeeded: node.link)
      case (.string, false): Int(truncatingIfNeeded: node.offset) + 1
      default: Int(truncatingIfNeeded: node.offset)
      }
    return start..<start + Int(truncatingIfNeeded: node.length)
  }
}
