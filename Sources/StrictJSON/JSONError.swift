// SPDX-License-Identifier: Apache-2.0

/// An error in an input that is not JSON that Writ accepts, with its place.
package struct JSONError: Error, Sendable, Equatable {
  package enum Code: Sendable, Hashable, CaseIterable {
    /// A byte that RFC 8259 does not allow where it stands.
    case syntax
    /// Bytes that are not UTF-8: overlong forms, surrogates, cut-off sequences, stray continuation bytes.
    case invalidUTF8
    /// The input starts with U+FEFF, which RFC 8259, section 8.1, forbids to add.
    case byteOrderMark
    /// An object has two members of one name, compared as decoded bytes.
    case duplicateMember
    /// Arrays and objects are nested deeper than the caller allows.
    case depthExceeded
    /// The input has more bytes than a document can address.
    case tooLarge
    /// An unknown or incomplete escape, a lone surrogate, or a raw control character in a string.
    case invalidString
    /// A number that breaks the grammar: a leading zero or plus, no digit before or after the point.
    case invalidNumber
    /// Something other than white space follows the value.
    case trailingBytes
    /// The input ends within the value, or is empty.
    case unexpectedEnd
  }

  package let code: Code

  /// The message: what was found and what was expected, with at most 40 bytes of the input, printable ASCII only.
  package let message: String

  /// The place in bytes from the start of the input.
  package let offset: Int

  package init(_ code: Code, at offset: Int, _ message: String) {
    self.code = code
    self.message = message
    self.offset = offset
  }

  /// Line and column of the error in the input it was thrown for, both from 1.
  ///
  /// - Complexity: O(`offset`)
  package func position(in bytes: [UInt8]) -> (line: Int, column: Int) {
    Self.position(of: offset, in: bytes)
  }

  /// Line and column of a byte offset, both from 1; lines end with U+000A, columns count Unicode scalars.
  package static func position(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    var line = 1
    var column = 1
    for byte in bytes.prefix(max(0, offset)) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return (line, column)
  }
}

extension JSONError {
  /// "found X, expected Y"; at the end of the input the code becomes `unexpectedEnd`.
  static func unexpected(
    _ bytes: Span<UInt8>,
    at offset: Int,
    expected: StaticString,
    code: Code = .syntax
  ) -> JSONError {
    guard offset < bytes.count else {
      let found = bytes.isEmpty ? "the input is empty" : "the input ends here"
      return JSONError(.unexpectedEnd, at: bytes.count, "\(found), expected \(expected)")
    }
    return JSONError(code, at: offset, "found \(excerpt(of: bytes, at: offset)), expected \(expected)")
  }

  /// A word as it stands ("'NaN'"), any other visible ASCII character alone ("']'"), all else by number ("U+00E9").
  private static func excerpt(of bytes: Span<UInt8>, at offset: Int) -> String {
    var end = offset
    while end < bytes.count, end - offset < 20, isWordByte(bytes[end]) { end += 1 }
    if end == offset, bytes[offset] > 0x20, bytes[offset] < 0x7F { end += 1 }
    guard end == offset else {
      return "'\(String(decoding: (offset..<end).map { bytes[$0] }, as: UTF8.self))'"
    }
    return scalarName(scalar(of: bytes, at: offset))
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// The scalar that starts at `offset` of valid UTF-8.
  private static func scalar(of bytes: Span<UInt8>, at offset: Int) -> UInt32 {
    let lead = bytes[offset]
    guard lead >= 0xC0 else { return UInt32(lead) }
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for index in offset + 1..<min(offset + length, bytes.count) {
      value = value << 6 | UInt32(bytes[index] & 0x3F)
    }
    return value
  }

  /// The usual notation, as "U+000A".
  static func scalarName(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }
}

extension JSONError {
  static func depthExceeded(at offset: Int, limit: Int) -> JSONError {
    JSONError(.depthExceeded, at: offset, "found arrays and objects nested deeper than the limit of \(limit)")
  }

  static func controlCharacter(_ byte: UInt8, at offset: Int) -> JSONError {
    let name = scalarName(UInt32(byte))
    return JSONError(.invalidString, at: offset, "found \(name) in a string, expected control characters escaped")
  }

  static func loneSurrogate(_ unit: UInt32, at offset: Int) -> JSONError {
    let message = "found an escape for half of a surrogate pair, \(scalarName(unit)), expected both halves"
    return JSONError(.invalidString, at: offset, message)
  }
}
