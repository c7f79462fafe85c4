// SPDX-License-Identifier: Apache-2.0

extension Parser {
  /// The text of the string literal at the current token, unescaped.
  mutating func stringLiteral() throws(Diagnostic) -> String {
    let start = Int(token.start) + 1
    let end = Int(token.end) - 1
    defer { advance() }
    let raw = source.bytes[start..<end]
    guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
    var out: [UInt8] = []
    out.reserveCapacity(raw.count)
    var index = start
    while index < end {
      if source.bytes[index] == UInt8(ascii: "\\") {
        let scalar = try escape(at: &index, end: end, inPattern: false)
        out.append(contentsOf: String(Character(scalar)).utf8)
      } else {
        out.append(source.bytes[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// The pattern literal at the current token: `*` is a wildcard, `\*` an asterisk.
  ///
  /// Other escapes that stand for `*`, such as `\x2a`, are wildcards too, as in the reference.
  mutating func patternLiteral() throws(Diagnostic) -> Pattern {
    var index = Int(token.start) + 1
    let end = Int(token.end) - 1
    defer { advance() }
    var parts: [[UInt8]] = [[]]
    while index < end {
      let byte = source.bytes[index]
      if byte == UInt8(ascii: "\\") {
        let isAsterisk = source.bytes[index + 1] == UInt8(ascii: "*")
        let scalar = try escape(at: &index, end: end, inPattern: true)
        if scalar == "*", !isAsterisk {
          parts.append([])
        } else {
          parts[parts.count - 1].append(contentsOf: String(Character(scalar)).utf8)
        }
      } else {
        if byte == UInt8(ascii: "*") { parts.append([]) } else { parts[parts.count - 1].append(byte) }
        index += 1
      }
    }
    return Pattern(parts: parts)
  }

  /// One escape sequence; `index` stands on the backslash and moves behind the sequence.
  private func escape(at index: inout Int, end: Int, inPattern: Bool) throws(Diagnostic) -> Unicode.Scalar {
    let start = index
    let letter = index + 1 < end ? source.bytes[index + 1] : 0
    index += 2
    switch letter {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "'"): return "'"
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "0"): return "\0"
    case UInt8(ascii: "*"):
      if inPattern { return "*" }
      throw invalidEscape(start, index, help: "only a pattern after `like` escapes `*`")
    case UInt8(ascii: "x"):
      guard index + 1 < end, let high = hexadecimal(source.bytes[index]), let low = hexadecimal(source.bytes[index + 1])
      else { throw invalidEscape(start, index, help: "`\\x` takes two hexadecimal digits") }
      index += 2
      guard high < 8 else { throw invalidEscape(start, index, help: "`\\x` goes to 7F; write `\\u{…}` beyond") }
      return Unicode.Scalar(UInt8(high << 4 | low))
    case UInt8(ascii: "u"):
      return try unicodeEscape(from: start, at: &index, end: end)
    default:
      // Take the whole scalar into the span.
      while index < end, source.bytes[index] & 0xC0 == 0x80 { index += 1 }
      throw invalidEscape(
        start,
        Swift.min(index, end),
        help: "the escapes are \\\" \\' \\\\ \\n \\r \\t \\0 \\x7F \\u{10FFFF}"
      )
    }
  }

  /// `\u{…}`: one to six hexadecimal digits, with `_` anywhere but first.
  private func unicodeEscape(from start: Int, at index: inout Int, end: Int) throws(Diagnostic) -> Unicode.Scalar {
    let help = "`\\u{…}` takes one to six hexadecimal digits"
    guard index < end, source.bytes[index] == UInt8(ascii: "{") else { throw invalidEscape(start, index, help: help) }
    index += 1
    var value: UInt32 = 0
    var digits = 0
    while index < end, source.bytes[index] != UInt8(ascii: "}") {
      let byte = source.bytes[index]
      index += 1
      if byte == UInt8(ascii: "_"), digits > 0 { continue }
      guard let digit = hexadecimal(byte), digits < 6 else { throw invalidEscape(start, index, help: help) }
      value = value << 4 | digit
      digits += 1
    }
    guard index < end, digits > 0 else { throw invalidEscape(start, index, help: help) }
    index += 1
    guard let scalar = Unicode.Scalar(value) else {
      throw invalidEscape(start, index, help: "surrogates and values above 10FFFF are not Unicode scalars")
    }
    return scalar
  }

  private func hexadecimal(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 0x30
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 0x61 + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 0x41 + 10
    default: nil
    }
  }

  private func invalidEscape(_ start: Int, _ end: Int, help: String) -> Diagnostic {
    let span = SourceSpan(start, end)
    return diagnostic("`\(source.text(of: span))` is not an escape sequence", help: help, at: span)
  }
}
