// SPDX-License-Identifier: Apache-2.0

/// Sixteen characters of base64url, which are twelve bytes, at once.
///
/// Without tables: how long it takes does not depend on what is read, which may be a key.
enum Base64URLBlock {
  typealias Characters = SIMD16<UInt8>
  /// Each half holds six bytes from its highest bit downwards; two zeros follow.
  typealias Groups = SIMD2<UInt64>

  /// Sixteen characters, the first one lowest.
  @inline(__always)
  static func characters(_ number: UInt128) -> Characters {
    unsafe unsafeBitCast(number.littleEndian, to: Characters.self)
  }

  /// Decodes characters; bits of those outside the alphabet are taken from `known`.
  @inline(__always)
  static func decoded(_ characters: Characters, known: inout Characters) -> Groups {
    let zeros = Characters.zero
    var values = zeros
    var found = zeros
    @inline(__always)
    func take(_ first: UInt8, _ count: UInt8, as value: UInt8) {
      let offsets = characters &- Characters(repeating: first)
      let isHere = offsets .< Characters(repeating: count)
      values |= zeros.replacing(with: offsets &+ Characters(repeating: value), where: isHere)
      found.replace(with: Characters(repeating: .max), where: isHere)
    }
    take(UInt8(ascii: "A"), 26, as: 0)
    take(UInt8(ascii: "a"), 26, as: 26)
    take(UInt8(ascii: "0"), 10, as: 52)
    take(UInt8(ascii: "-"), 1, as: 62)
    take(UInt8(ascii: "_"), 1, as: 63)
    known &= found
    // Neighbours are joined, the first above the second: 12 bits, then 24, then 48.
    let pairs = unsafe unsafeBitCast(values, to: SIMD8<UInt16>.self)
    let twelve = (pairs & 0xFF) &<< 6 | pairs &>> 8
    let fours = unsafe unsafeBitCast(twelve, to: SIMD4<UInt32>.self)
    let twentyFour = (fours & 0xFFFF) &<< 12 | fours &>> 16
    let eights = unsafe unsafeBitCast(twentyFour, to: Groups.self)
    return eights &<< 40 | (eights &>> 32) &<< 16
  }

  /// The characters of six bytes in each half, from its highest bit downwards; the two bytes below them do not count.
  @inline(__always)
  static func encoded(_ groups: Groups) -> Characters {
    let eights = groups &>> 40 | (groups &>> 16 & 0xFF_FFFF) &<< 32
    let fours = unsafe unsafeBitCast(eights, to: SIMD4<UInt32>.self)
    let twelve = fours &>> 12 | (fours & 0xFFF) &<< 16
    let pairs = unsafe unsafeBitCast(twelve, to: SIMD8<UInt16>.self)
    let values = unsafe unsafeBitCast(pairs &>> 6 | (pairs & 0x3F) &<< 8, to: Characters.self)
    let zeros = Characters.zero
    // From one run of the alphabet to the next the distance to ASCII changes.
    var characters = values &+ Characters(repeating: UInt8(ascii: "A"))
    @inline(__always)
    func shift(_ isHere: SIMDMask<SIMD16<Int8>>, by distance: Int8) {
      characters &+= zeros.replacing(with: Characters(repeating: UInt8(bitPattern: distance)), where: isHere)
    }
    shift(values .>= Characters(repeating: 26), by: 6)
    shift(values .>= Characters(repeating: 52), by: -75)
    shift(values .== Characters(repeating: 62), by: -13)
    shift(values .== Characters(repeating: 63), by: 36)
    return characters
  }
}
