// SPDX-License-Identifier: Apache-2.0

/// Writes compact JSON that is safe to show on a terminal.
///
/// Commas are set automatically. Escaped in strings, beyond what RFC 8259 demands: U+007F, the C1 controls, line
/// separators and the controls of direction (U+2028 to U+202E, U+2066 to U+2069). All other text is written as UTF-8.
/// That begins and ends match, and that members have names, is left to the caller.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() {}

  /// Goes on where another writer stopped after a member or an element.
  package init(resuming bytes: [UInt8], reservingCapacity capacity: Int) {
    self.bytes.reserveCapacity(capacity)
    self.bytes.append(contentsOf: bytes)
    needsComma = true
  }

  /// The text written so far.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package mutating func beginObject() { open(UInt8(ascii: "{")) }
  package mutating func endObject() { close(UInt8(ascii: "}")) }
  package mutating func beginArray() { open(UInt8(ascii: "[")) }
  package mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The name of the member whose value is written next.
  package mutating func key(_ name: String) {
    startValue()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func string(_ value: String) {
    startValue()
    quote(value)
  }

  package mutating func integer(_ value: some FixedWidthInteger) { literal(String(value)) }
  /// A finite number; others become `null`, which JSON has in their place.
  package mutating func number(_ value: Double) { literal(value.isFinite ? String(value) : "null") }
  /// A finite number; others become `null`, which JSON has in their place.
  package mutating func number(_ value: Float) { literal(value.isFinite ? String(value) : "null") }
  package mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }
  package mutating func null() { literal("null") }

  /// Ends the line, after which another value may start (JSON Lines).
  package mutating func endLine() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// Forgets what has been written and keeps the storage.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  private mutating func startValue() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    startValue()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  /// A text that stands for itself: a number as it was read or made, or a name of JSON.
  package mutating func literal(_ text: String) {
    startValue()
    append(text.utf8.span)
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    let utf8 = text.utf8.span
    if Self.isPlain(utf8) {
      append(utf8)
    } else {
      escape(text)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(_ text: Span<UInt8>) {
    unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
  }

  /// Whether nothing is to be escaped; not all text of which that is true, only ASCII.
  private static func isPlain(_ text: Span<UInt8>) -> Bool {
    var index = 0
    while index &+ 8 <= text.count {
      // INVARIANT: eight bytes are there.
      let word = unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      guard EightBytes.endsOfPlain(word) | EightBytes.beyondPrintable(word) == 0 else { return false }
      index &+= 8
    }
    while index < text.count {
      let byte = text[index]
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return false }
      index &+= 1
    }
    return true
  }

  private mutating func escape(_ text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(contentsOf: scalar.utf8)
      case "\u{08}": bytes.append(contentsOf: "\\b".utf8)
      case "\u{0C}": bytes.append(contentsOf: "\\f".utf8)
      case "\n": bytes.append(contentsOf: "\\n".utf8)
      case "\r": bytes.append(contentsOf: "\\r".utf8)
      case "\t": bytes.append(contentsOf: "\\t".utf8)
      case "\u{00}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}": escape(scalar)
      default: bytes.append(contentsOf: scalar.utf8)
      }
    }
  }

  /// `\u00XX`, for scalars of the basic multilingual plane.
  private mutating func escape(_ scalar: Unicode.Scalar) {
    let digits = String(scalar.value, radix: 16)
    bytes.append(contentsOf: "\\u".utf8)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(0, 4 - digits.utf8.count)))
    bytes.append(contentsOf: digits.utf8)
  }
}
