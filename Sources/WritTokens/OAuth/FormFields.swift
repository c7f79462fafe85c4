// SPDX-License-Identifier: Apache-2.0

/// The fields of a body of the type `application/x-www-form-urlencoded`, read strictly (RFC 6749, section 3.2 and
/// appendix B).
///
/// Refused: a name that occurs twice, a field without a name or without `=`, an invalid escape, a byte that has to
/// be escaped, text that is not UTF-8, U+0000. Names are compared by bytes.
package struct FormFields {
  /// Bytes of the longest body that is read.
  static let maximumBytes = 131_072
  /// Fields at most.
  static let maximumCount = 32

  private var fields: [(name: String, value: String)] = []

  package init(_ body: Span<UInt8>) throws(OAuthError) {
    guard body.count <= Self.maximumBytes else {
      throw OAuthError(.invalidRequest, "the body has \(body.count) bytes, expected at most \(Self.maximumBytes)")
    }
    var start = 0
    while start < body.count {
      guard fields.count < Self.maximumCount else {
        throw OAuthError(.invalidRequest, "the body has more than \(Self.maximumCount) fields")
      }
      var end = start
      while end < body.count, body[end] != UInt8(ascii: "&") { end += 1 }
      try append(body.extracting(start..<end))
      guard end + 1 != body.count else { throw OAuthError(.invalidRequest, "the body ends with an empty field") }
      start = end + 1
    }
  }

  /// The value of a field.
  package subscript(name: String) -> String? {
    fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  private mutating func append(_ field: Span<UInt8>) throws(OAuthError) {
    guard let equals = field.indices.first(where: { field[$0] == UInt8(ascii: "=") }), equals > 0 else {
      throw OAuthError(.invalidRequest, "the body has a field without a name or without \"=\"")
    }
    let name = try Self.text(field.extracting(0..<equals))
    guard self[name] == nil else {
      throw OAuthError(.invalidRequest, "the parameter \"\(printable(name))\" occurs twice")
    }
    fields.append((name, try Self.text(field.extracting(equals + 1..<field.count))))
  }

  /// Decodes a name or a value.
  private static func text(_ text: Span<UInt8>) throws(OAuthError) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard text.count - index > 2, let high = hexadecimalValue(text[index + 1]),
          let low = hexadecimalValue(text[index + 2]), high << 4 | low != 0
        else { throw OAuthError(.invalidRequest, "the body has an invalid percent escape") }
        bytes.append(high << 4 | low)
        index += 2
      case 0x21...0x7E: bytes.append(byte)
      default: throw OAuthError(.invalidRequest, "the body has a byte that must be percent-escaped")
      }
      index += 1
    }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw OAuthError(.invalidRequest, "the body is not UTF-8")
    }
    return string
  }
}
