// SPDX-License-Identifier: Apache-2.0

/// A stretch of DER (X.690) values, read one after the other.
///
/// The only reader of DER: libcrypto decodes no key that came from outside. Lengths must be definite and in their
/// shortest form, integers in their shortest form and not negative. It goes down one level a call, so that nested
/// values cost nothing.
struct DERReader {
  enum Tag: UInt8 {
    case integer = 0x02
    case bitString = 0x03
    case octetString = 0x04
    case null = 0x05
    case objectIdentifier = 0x06
    case sequence = 0x30
    /// Values of context-specific tags that are primitive: implicit bit strings.
    case primitive1 = 0x81
    /// Values of context-specific tags that hold others.
    case constructed0 = 0xA0
    case constructed1 = 0xA1
    case constructed2 = 0xA2
    case constructed3 = 0xA3
  }

  private(set) var range: Range<Int>

  init(_ range: Range<Int>) {
    self.range = range
  }

  var isEmpty: Bool { range.isEmpty }

  /// The tag of the next value, `nil` at the end and for other tags.
  func nextTag(_ bytes: Span<UInt8>) -> Tag? {
    range.isEmpty ? nil : Tag(rawValue: bytes[range.lowerBound])
  }

  /// The content of the next value, which must have this tag and a length in its shortest form.
  mutating func read(_ tag: Tag, _ bytes: Span<UInt8>) -> DERReader? {
    guard nextTag(bytes) == tag, range.count >= 2 else { return nil }
    var start = range.lowerBound + 2
    var count = Int(bytes[range.lowerBound + 1])
    if count >= 0x80 {
      let octets = count - 0x80
      guard (1...4).contains(octets), octets <= range.upperBound - start else { return nil }
      count = 0
      for index in start..<start + octets { count = count << 8 | Int(bytes[index]) }
      guard count >= 0x80, octets == 1 || count >> (8 * (octets - 1)) > 0 else { return nil }
      start += octets
    }
    guard count <= range.upperBound - start else { return nil }
    range = start + count..<range.upperBound
    return DERReader(start..<start + count)
  }

  /// Reads an integer that is not negative.
  ///
  /// - Returns: where its bytes are, without zeros in front; an empty range for zero.
  mutating func readInteger(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard let content = read(.integer, bytes)?.range, let first = content.first, bytes[first] < 0x80 else { return nil }
    guard bytes[first] == 0 else { return content }
    // A zero stands in front only where the next byte would make the integer negative.
    guard content.count == 1 || bytes[first + 1] >= 0x80 else { return nil }
    return first + 1..<content.upperBound
  }

  /// Reads an integer from 0 to `limit`.
  mutating func readInteger(upTo limit: Int, _ bytes: Span<UInt8>) -> Int? {
    guard let content = readInteger(bytes), content.count <= 7 else { return nil }
    let value = content.reduce(0) { $0 << 8 | Int(bytes[$1]) }
    return value <= limit ? value : nil
  }

  /// Reads a bit string of whole bytes and returns where they are.
  mutating func readBits(_ bytes: Span<UInt8>, tag: Tag = .bitString) -> Range<Int>? {
    guard let content = read(tag, bytes)?.range, let first = content.first, bytes[first] == 0 else { return nil }
    return first + 1..<content.upperBound
  }

  /// Reads an object identifier and returns where its content is.
  mutating func readIdentifier(_ bytes: Span<UInt8>) -> Range<Int>? {
    guard let content = read(.objectIdentifier, bytes)?.range, !content.isEmpty else { return nil }
    return content
  }

  /// Reads the NULL that some algorithms have as their parameters.
  mutating func readNull(_ bytes: Span<UInt8>) -> Bool {
    read(.null, bytes)?.isEmpty == true
  }
}

extension Span<UInt8> {
  /// Whether a part of the bytes equals others.
  func holds(_ bytes: [UInt8], at range: Range<Int>) -> Bool {
    range.count == bytes.count && bytes.indices.allSatisfy { self[range.lowerBound + $0] == bytes[$0] }
  }

  /// A part of the bytes in an array.
  func array(_ range: Range<Int>) -> [UInt8] { range.map { self[$0] } }
}
