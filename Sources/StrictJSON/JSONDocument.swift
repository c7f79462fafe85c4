// SPDX-License-Identifier: Apache-2.0

/// One JSON value, read strictly (RFC 8259) and kept flat: indices instead of nested enums.
///
/// Refused beyond the grammar: names that occur twice in an object, lone surrogates, a byte order mark, nesting deeper
/// than the caller allows. Invalid UTF-8 is looked for first, in the whole input. Reading takes time linear in the
/// input, up to the sorting of member names, and 16 bytes of memory a value. Nothing recurses over the input.
///
/// Passing an index of another document is a mistake, but a harmless one: it gives null, nil or nothing.
package struct JSONDocument: Sendable {
  /// A value in its document; also a member's name, as a string.
  package struct Index: Hashable, Sendable {
    let position: UInt32
  }

  package enum Kind: UInt8, Sendable {
    case null, boolean, number, string, array, object

    var isContainer: Bool { rawValue >= Kind.array.rawValue }
  }

  /// The depth to which arrays and objects may nest; 0 admits scalars only.
  package let maximumDepth: Int
  var source: [UInt8] = []
  var tape = Tape()

  /// A document that holds null, for `parse(_:)` and `JSONArrayStream.next(into:)` to fill.
  package init(maximumDepth: Int) {
    self.maximumDepth = maximumDepth
  }

  /// Reads one value, around which only white space may stand.
  package init(parsing source: [UInt8], maximumDepth: Int) throws(JSONError) {
    self.init(maximumDepth: maximumDepth)
    try read(source)
  }

  /// Reads another value into the storage of this document, which holds null if that fails.
  package mutating func parse(_ source: [UInt8]) throws(JSONError) {
    removeAll()
    try read(source)
  }

  /// Reads a value into a document that holds null.
  @inline(__always)
  private mutating func read(_ source: [UInt8]) throws(JSONError) {
    try Self.check(source)
    tape.reserveCapacity(forBytes: source.count)
    do throws(JSONError) {
      let bytes = source.span
      let value = try tape.readValue(bytes, at: 0, depth: 0, maximumDepth: maximumDepth)
      let end = Tape.skipWhiteSpace(bytes, value)
      guard end == bytes.count else {
        throw .unexpected(bytes, at: end, expected: "nothing after the value", code: .trailingBytes)
      }
    } catch {
      removeAll()
      throw error
    }
    self.source = source
  }

  /// Bytes of memory that the document takes.
  package var byteCount: Int { source.capacity + tape.byteCount }

  mutating func removeAll() {
    source = []
    tape.removeAll()
  }

  /// Checks what can be refused before reading: size, byte order mark, encoding.
  static func check(_ source: [UInt8]) throws(JSONError) {
    try checkSize(source.count)
    if source.count >= 3, source[0] == 0xEF, source[1] == 0xBB, source[2] == 0xBF {
      throw JSONError(.byteOrderMark, at: 0, "found a byte order mark (U+FEFF), expected JSON without one")
    }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: source.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      let byte = offset < source.count ? String(source[offset], radix: 16, uppercase: true) : ""
      throw JSONError(.invalidUTF8, at: offset, "found the byte 0x\(byte), which is not UTF-8 here, expected UTF-8")
    }
  }

  /// Offsets and indices are kept in 32 bits.
  static func checkSize(_ count: Int) throws(JSONError) {
    guard count < UInt32.max else {
      throw JSONError(.tooLarge, at: 0, "found \(count) bytes, expected fewer than \(UInt32.max)")
    }
  }
}
