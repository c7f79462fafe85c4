// SPDX-License-Identifier: Apache-2.0

/// The two forms of an ECDSA signature: r and s of full length, as JOSE has them (RFC 7518, 3.4), and the DER of
/// libcrypto (RFC 3279, 2.2.3).
enum ECDSASignature {
  /// Bytes of the longest DER, of P-521: two integers of 67 bytes, and a length of two bytes.
  static let maximumDERCount = 3 + 2 * (2 + 67)

  /// Writes r and s as DER, and returns how many bytes that took; 0 when one of them is zero.
  static func writeDER(_ raw: Span<UInt8>, into der: inout InlineArray<160, UInt8>) -> Int {
    let half = raw.count / 2
    guard raw.count == 2 * half, (1...66).contains(half) else { return 0 }
    var count = 0
    for start in [0, half] {
      let first = start + leadingZeros(raw, start..<start + half)
      guard first < start + half else { return 0 }
      count += 2 + start + half - first + (raw[first] >= 0x80 ? 1 : 0)
    }
    var position = 0
    func append(_ byte: UInt8) {
      der[position] = byte
      position += 1
    }
    append(0x30)
    if count >= 0x80 { append(0x81) }
    append(UInt8(truncatingIfNeeded: count))
    for start in [0, half] {
      let first = start + leadingZeros(raw, start..<start + half)
      let needsZero = raw[first] >= 0x80
      append(0x02)
      append(UInt8(truncatingIfNeeded: start + half - first + (needsZero ? 1 : 0)))
      if needsZero { append(0) }
      for index in first..<start + half { append(raw[index]) }
    }
    return position
  }

  /// r and s of full length from the DER that libcrypto has just written; `nil` when it is none.
  static func raw(_ der: Span<UInt8>, curve: Curve) -> [UInt8]? {
    var outer = DERReader(0..<der.count)
    guard var pair = outer.read(.sequence, der), outer.range.isEmpty else { return nil }
    var raw: [UInt8] = []
    raw.reserveCapacity(2 * curve.byteCount)
    for _ in 0..<2 {
      guard let significant = pair.readInteger(der) else { return nil }
      guard significant.count <= curve.byteCount else { return nil }
      raw.append(contentsOf: repeatElement(0, count: curve.byteCount - significant.count))
      for index in significant { raw.append(der[index]) }
    }
    return pair.range.isEmpty ? raw : nil
  }

  private static func leadingZeros(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    var count = 0
    for index in range {
      guard bytes[index] == 0 else { break }
      count += 1
    }
    return count
  }
}
