// SPDX-License-Identifier: Apache-2.0

/// A stretch of DER (X.690) values, read one after the other.
///
/// Just as much as it takes to tell one form of key from another before libcrypto decodes it.
struct DERReader {
  enum Tag: UInt8 {
    case integer = 0x02
    case bitString = 0x03
    case octetString = 0x04
    case objectIdentifier = 0x06
    case sequence = 0x30
  }

  private(set) var range: Range<Int>

  init(_ range: Range<Int>) {
    self.range = range
  }

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
}
