// SPDX-License-Identifier: Apache-2.0

extension Tape {
  /// Appends the value that starts at `start` or after white space there, and returns the offset after it.
  ///
  /// `depth` containers are open around it. Nothing recurses: `container` is the innermost open one, the others hang on
  /// its link.
  mutating func readValue(
    _ bytes: Span<UInt8>,
    at start: Int,
    depth outermost: Int,
    maximumDepth: Int
  ) throws(JSONError) -> Int {
    var position = start
    var depth = outermost
    var container = 0
    var count = 0
    var inObject = false

    while true {
      position = Self.skipWhiteSpace(bytes, position)
      guard position < bytes.count else { throw .unexpected(bytes, at: position, expected: "a value") }
      let byte = bytes[position]
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        guard depth < maximumDepth else { throw .depthExceeded(at: position, limit: maximumDepth) }
        if depth > outermost { suspend(container, count: count) }
        depth += 1
        inObject = byte == UInt8(ascii: "{")
        let opened = nodes.count
        append(inObject ? .object : .array, flag: false, offset: position, length: 0, link: container)
        container = opened
        count = 0
        position = Self.skipWhiteSpace(bytes, position + 1)
        let isEmpty = position < bytes.count && bytes[position] == byte + 2  // "{}" and "[]" are two apart in ASCII
        if !isEmpty {
          if inObject { position = try readName(bytes, at: position, expected: "a member name or '}'") }
          continue
        }
      } else {
        position = try readScalar(bytes, at: position, byte)
        count += 1
      }

      // A value has ended, or the container just opened is empty. Close containers until the next value.
      while true {
        guard depth > outermost else { return position }
        position = Self.skipWhiteSpace(bytes, position)
        let next = position < bytes.count ? bytes[position] : 0
        if next == UInt8(ascii: ",") {
          position += 1
          if inObject {
            position = Self.skipWhiteSpace(bytes, position)
            position = try readName(bytes, at: position, expected: "a member name")
          }
          break
        }
        guard next == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw .unexpected(bytes, at: position, expected: inObject ? "',' or '}'" : "',' or ']'")
        }
        position += 1
        if inObject, count > 1 { try checkNames(of: container, count: count, bytes) }
        container = close(container, count: count)
        depth -= 1
        if depth > outermost {
          count = Int(truncatingIfNeeded: nodes[container].length) + 1
          inObject = nodes[container].kind == .object
        }
      }
    }
  }

  /// A name and its colon.
  private mutating func readName(
    _ bytes: Span<UInt8>,
    at start: Int,
    expected: StaticString
  ) throws(JSONError) -> Int {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "\"") else {
      throw .unexpected(bytes, at: start, expected: expected)
    }
    let position = Self.skipWhiteSpace(bytes, try readString(bytes, at: start))
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
      throw .unexpected(bytes, at: position, expected: "':' after the member name")
    }
    return position + 1
  }

  private mutating func readScalar(_ bytes: Span<UInt8>, at start: Int, _ byte: UInt8) throws(JSONError) -> Int {
    switch byte {
    case UInt8(ascii: "\""):
      return try readString(bytes, at: start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try readNumber(bytes, at: start)
    case UInt8(ascii: "t"):
      return try readLiteral(bytes, at: start, "true", .boolean, true)
    case UInt8(ascii: "f"):
      return try readLiteral(bytes, at: start, "false", .boolean, false)
    case UInt8(ascii: "n"):
      return try readLiteral(bytes, at: start, "null", .null, false)
    case UInt8(ascii: "+"), UInt8(ascii: "."):
      throw .unexpected(bytes, at: start, expected: "a digit or '-' to start a number", code: .invalidNumber)
    default:
      throw .unexpected(bytes, at: start, expected: "a value")
    }
  }

  private mutating func readLiteral(
    _ bytes: Span<UInt8>,
    at start: Int,
    _ literal: String,
    _ kind: JSONDocument.Kind,
    _ flag: Bool
  ) throws(JSONError) -> Int {
    var position = start
    for byte in literal.utf8 {
      guard position < bytes.count else { throw .unexpected(bytes, at: position, expected: "the rest of a literal") }
      guard bytes[position] == byte else { throw .unexpected(bytes, at: start, expected: "a value") }
      position += 1
    }
    append(kind, flag: flag, offset: start, length: position - start)
    return position
  }

  @inline(__always)
  static func skipWhiteSpace(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let byte = bytes[position]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      position += 1
    }
    return position
  }
}
