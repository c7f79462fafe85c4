// SPDX-License-Identifier: Apache-2.0

extension Tape {
  /// A string from its opening quote, and returns the offset after the closing one.
  ///
  /// Without escapes, nearly always, its text is a slice of the source.
  mutating func readString(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
    var position = Self.skipPlain(bytes, start + 1)
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        append(.string, flag: false, offset: start, length: position - start - 1)
        return position + 1
      }
      if byte == UInt8(ascii: "\\") { return try readEscapedString(bytes, at: start, firstEscape: position) }
      guard byte >= 0x20 else { throw .controlCharacter(byte, at: position) }
      position += 1
    }
    throw .unexpected(bytes, at: position, expected: "the rest of a string")
  }

  /// The next quote, backslash or control character, or the last seven bytes: eight bytes are looked at together.
  @inline(__always)
  private static func skipPlain(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position &+ 8 <= bytes.count {
      // INVARIANT: eight bytes are there.
      let word = unsafe UInt64(
        littleEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      )
      let found = EightBytes.endsOfPlain(word)
      guard found == 0 else { return position &+ found.trailingZeroBitCount / 8 }
      position &+= 8
    }
    return position
  }

  private mutating func readEscapedString(
    _ bytes: Span<UInt8>,
    at start: Int,
    firstEscape: Int
  ) throws(JSONError) -> Int {
    let text = decoded.count
    for index in start + 1..<firstEscape { appendDecoded(bytes[index]) }
    var position = firstEscape
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        append(.string, flag: true, offset: start, length: decoded.count - text, link: text)
        return position + 1
      }
      if byte == UInt8(ascii: "\\") {
        position = try readEscape(bytes, at: position)
      } else {
        guard byte >= 0x20 else { throw .controlCharacter(byte, at: position) }
        appendDecoded(byte)
        position += 1
      }
    }
    throw .unexpected(bytes, at: position, expected: "the rest of a string")
  }

  /// An escape from its backslash.
  private mutating func readEscape(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
    let expected: StaticString = "one of \" \\ / b f n r t u after a backslash"
    guard start + 1 < bytes.count else { throw .unexpected(bytes, at: start + 1, expected: expected) }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""): appendDecoded(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): appendDecoded(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): appendDecoded(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): appendDecoded(0x08)
    case UInt8(ascii: "f"): appendDecoded(0x0C)
    case UInt8(ascii: "n"): appendDecoded(0x0A)
    case UInt8(ascii: "r"): appendDecoded(0x0D)
    case UInt8(ascii: "t"): appendDecoded(0x09)
    case UInt8(ascii: "u"): return try readUnicodeEscape(bytes, at: start)
    default: throw .unexpected(bytes, at: start + 1, expected: expected, code: .invalidString)
    }
    return start + 2
  }

  /// `\uXXXX`, or two of them where the first is a high surrogate.
  private mutating func readUnicodeEscape(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> Int {
    let unit = try Self.codeUnit(bytes, at: start + 2)
    if let scalar = Unicode.Scalar(unit) {
      appendDecoded(scalar)
      return start + 6
    }
    let second = start + 6
    guard unit < 0xDC00 else { throw .loneSurrogate(unit, at: start) }
    for (index, byte) in [UInt8(ascii: "\\"), UInt8(ascii: "u")].enumerated() {
      guard second + index < bytes.count else {
        throw .unexpected(bytes, at: second + index, expected: "the second half of a surrogate pair")
      }
      guard bytes[second + index] == byte else { throw .loneSurrogate(unit, at: start) }
    }
    let low = try Self.codeUnit(bytes, at: second + 2)
    guard low & 0xFC00 == 0xDC00, let scalar = Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF) else {
      throw .loneSurrogate(unit, at: start)
    }
    appendDecoded(scalar)
    return second + 6
  }

  /// Four hexadecimal digits.
  private static func codeUnit(_ bytes: Span<UInt8>, at start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for index in start..<start + 4 {
      let digit: UInt8? = index < bytes.count ? hexadecimalValue(bytes[index]) : nil
      guard let digit else {
        throw .unexpected(bytes, at: index, expected: "four hexadecimal digits after \\u", code: .invalidString)
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
