// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Public keys of Ed25519 and Ed448 that libcrypto accepts and that must be refused.
///
/// Under a point of small order many messages share one signature (RFC 8032, section 8.9, has the equation; Chalkias et
/// al., "Taming the many EdDSAs", 2020, the consequences).
enum EdwardsPoint {
  /// Refuses points of small order, and y coordinates that are not reduced.
  static func check(_ key: [UInt8], curve: Curve) throws(KeyError) {
    guard curve == .ed25519 || curve == .ed448 else { return }
    var y = key
    // The topmost bit is the sign of x (RFC 8032, 5.1.2 and 5.2.2).
    y[y.count - 1] &= 0x7F
    let prime = prime(curve)
    guard isLess(y, prime) else {
      throw KeyError(.mismatched, "a public key of \(JSONWebCurve(curve).rawValue) is not reduced")
    }
    var one = [UInt8](repeating: 0, count: y.count)
    let zero = one
    one[0] = 1
    var minusOne = prime
    minusOne[0] -= 1
    var small = [zero, one, minusOne]
    if curve == .ed25519 { small += orderEight }
    guard !small.contains(y) else {
      throw KeyError(.weak, "a public key of \(JSONWebCurve(curve).rawValue) is a point of small order")
    }
  }

  /// 2^255 - 19, or 2^448 - 2^224 - 1 with the byte for the sign; the least significant byte first.
  private static func prime(_ curve: Curve) -> [UInt8] {
    var prime = [UInt8](repeating: 0xFF, count: curve.byteCount)
    if curve == .ed25519 {
      prime[0] = 0xED
      prime[31] = 0x7F
    } else {
      prime[28] = 0xFE
      prime[56] = 0
    }
    return prime
  }

  /// The y coordinates of Ed25519's points of order 8, one the negative of the other; a test derives them.
  static let orderEight: [[UInt8]] = [
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
      0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
      0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
  ]

  private static func isLess(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    for index in one.indices.reversed() where one[index] != other[index] { return one[index] < other[index] }
    return false
  }
}
