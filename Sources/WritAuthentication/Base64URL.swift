// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Base64url as JOSE has it (RFC 4648, section 5; RFC 7515, section 2), read strictly: only the 64 characters, no padding,
/// no white space, the bits after the last byte zero.
///
/// So every sequence of bytes has exactly one text, and a token cannot be changed without changing what it says.
enum Base64URL {
  /// How many bytes a text of so many characters stands for; `nil` where there is no such text.
  @inline(__always)
  static func decodedCount(_ count: Int) -> Int? {
    count % 4 == 1 ? nil : count / 4 * 3 + max(0, count % 4 - 1)
  }

  static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  /// What the text stands for, `nil` when it is not base64url.
  static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard let count = decodedCount(text.count) else { return nil }
    var isValid = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      isValid = unsafe decode(text, into: buffer)
      initialized = isValid ? count : 0
    }
    return isValid ? bytes : nil
  }

  /// The same for bytes that nobody may see.
  static func decodeSecret(_ text: Span<UInt8>) -> SecretBytes? {
    guard let count = decodedCount(text.count) else { return nil }
    var isValid = false
    let bytes = SecretBytes(count: count) { bytes in
      isValid = unsafe bytes.withUnsafeMutableBufferPointer { unsafe decode(text, into: $0) }
    }
    return isValid ? bytes : nil
  }

  /// The value of each ASCII character with bit 6 set; bit 6 is not set for those that have none.
  private static let values: StaticString =
    "                                             ~  tuvwxyz{|}       @ABCDEFGHIJKLMNOPQRSTUVWXY    \u{7F} Z[\\]^_`abcdefghijklmnopqrs     "

  /// Writes what the text stands for.
  ///
  /// - Parameter output: as long as `decodedCount` says, or longer.
  /// - Returns: whether the text is base64url.
  @inline(__always)
  static func decode(_ text: Span<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    guard let count = decodedCount(text.count), count <= output.count else { return false }
    // INVARIANT: `values` has 128 bytes, and is asked for characters below 128; what lies above is refused at the end.
    let values = unsafe values.utf8Start
    var all: UInt8 = 0x40
    var any: UInt8 = 0
    @inline(__always)
    func value(_ index: Int) -> UInt32 {
      let character = unsafe text[unchecked: index]
      let value = unsafe values[Int(character & 0x7F)]
      all &= value
      any |= character
      return UInt32(value & 0x3F)
    }
    var read = 0
    var written = 0
    while read &+ 4 <= text.count {
      let group = value(read) << 18 | value(read &+ 1) << 12 | value(read &+ 2) << 6 | value(read &+ 3)
      unsafe output[written] = UInt8(truncatingIfNeeded: group >> 16)
      unsafe output[written &+ 1] = UInt8(truncatingIfNeeded: group >> 8)
      unsafe output[written &+ 2] = UInt8(truncatingIfNeeded: group)
      read &+= 4
      written &+= 3
    }
    switch text.count - read {
    case 2:
      let group = value(read) << 6 | value(read + 1)
      unsafe output[written] = UInt8(truncatingIfNeeded: group >> 4)
      guard group & 0xF == 0 else { return false }
    case 3:
      let group = value(read) << 12 | value(read + 1) << 6 | value(read + 2)
      unsafe output[written] = UInt8(truncatingIfNeeded: group >> 10)
      unsafe output[written + 1] = UInt8(truncatingIfNeeded: group >> 2)
      guard group & 0x3 == 0 else { return false }
    default: break
    }
    return all & 0x40 != 0 && any < 0x80
  }

  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

  /// Writes the text of some bytes.
  ///
  /// - Parameter output: as long as `encodedCount` says, or longer.
  @inline(__always)
  static func encode(_ bytes: Span<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) {
    guard encodedCount(bytes.count) <= output.count else { return }
    // INVARIANT: `alphabet` has 64 bytes, and is asked for 6 bits.
    let alphabet = unsafe alphabet.utf8Start
    @inline(__always)
    func character(_ group: UInt32, _ shift: UInt32) -> UInt8 { unsafe alphabet[Int(group >> shift & 0x3F)] }
    @inline(__always)
    func byte(_ index: Int) -> UInt32 { unsafe UInt32(bytes[unchecked: index]) }
    var read = 0
    var written = 0
    while read &+ 3 <= bytes.count {
      let group = byte(read) << 16 | byte(read &+ 1) << 8 | byte(read &+ 2)
      unsafe output[written] = character(group, 18)
      unsafe output[written &+ 1] = character(group, 12)
      unsafe output[written &+ 2] = character(group, 6)
      unsafe output[written &+ 3] = character(group, 0)
      read &+= 3
      written &+= 4
    }
    switch bytes.count - read {
    case 1:
      let group = byte(read) << 4
      unsafe output[written] = character(group, 6)
      unsafe output[written + 1] = character(group, 0)
    case 2:
      let group = byte(read) << 10 | byte(read + 1) << 2
      unsafe output[written] = character(group, 12)
      unsafe output[written + 1] = character(group, 6)
      unsafe output[written + 2] = character(group, 0)
    default: break
    }
  }

  static func encode(_ bytes: Span<UInt8>) -> String {
    let count = encodedCount(bytes.count)
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      unsafe encode(bytes, into: buffer)
      return count
    }
  }
}
