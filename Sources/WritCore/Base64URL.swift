// SPDX-License-Identifier: Apache-2.0

package import LibCrypto

/// Base64url as JOSE has it (RFC 4648, section 5; RFC 7515, section 2), read strictly: only the 64 characters, no
/// padding, no white space, the bits after the last byte zero.
///
/// So every sequence of bytes has exactly one text, and a token cannot be changed without changing what it says.
package enum Base64URL {
  /// Returns the number of bytes that a text of so many characters encodes; `nil` where there is no such text.
  @inline(__always)
  package static func decodedCount(_ count: Int) -> Int? {
    count % 4 == 1 ? nil : count / 4 * 3 + max(0, count % 4 - 1)
  }

  package static func encodedCount(_ count: Int) -> Int {
    count / 3 * 4 + (count % 3 == 0 ? 0 : count % 3 + 1)
  }

  /// Decodes base64url; `nil` for a text that is not valid.
  package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard let count = decodedCount(text.count) else { return nil }
    // Appending nothing would write to the one empty array that all threads share.
    guard count > 0 else { return [] }
    var isValid = false
    var bytes: [UInt8] = []
    // Half the cost of an array of zeros, whose type the standard library looks up each time.
    bytes.append(addingCapacity: count) { (output: inout OutputSpan<UInt8>) in
      unsafe output.withUnsafeMutableBufferPointer { buffer, initializedCount in
        // INVARIANT: `decode` writes `count` bytes, or says no.
        isValid = unsafe decode(text, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initializedCount = isValid ? count : 0
      }
    }
    return isValid ? bytes : nil
  }

  /// The same for secret bytes.
  package static func decodeSecret(_ text: Span<UInt8>) -> SecretBytes? {
    guard let count = decodedCount(text.count) else { return nil }
    var isValid = false
    let bytes = SecretBytes(count: count) { bytes in
      isValid = unsafe bytes.withUnsafeMutableBufferPointer { unsafe decode(text, into: $0) }
    }
    return isValid ? bytes : nil
  }

  /// The value of each ASCII character; bit 6 is set for those that have none.
  private static let values: StaticString =
    "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@>@@456789:;<=@@@@@@@\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{E}\u{F}\u{10}\u{11}\u{12}\u{13}\u{14}\u{15}\u{16}\u{17}\u{18}\u{19}@@@@?@\u{1A}\u{1B}\u{1C}\u{1D}\u{1E}\u{1F} !\"#$%&'()*+,-./0123@@@@@"

  /// Writes what the text stands for.
  ///
  /// - Parameter output: as long as `decodedCount` says, or longer.
  /// - Returns: whether the text is base64url.
  @inline(__always)
  package static func decode(_ text: Span<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    guard let count = decodedCount(text.count), count <= output.count else { return false }
    guard let output = output.baseAddress else { return true }
    // INVARIANT: `values` has 128 bytes, and is asked for characters below 128; what lies above is refused at the end.
    let values = unsafe values.utf8Start
    var found: UInt32 = 0
    var characters: UInt32 = 0
    @inline(__always)
    func value(_ character: UInt32) -> UInt32 {
      let value = unsafe UInt32(values[Int(character & 0x7F)])
      found |= value
      return value
    }
    var read = 0
    var written = 0
    // Sixteen characters at a time while there is room to write two bytes more than they stand for.
    var known = Base64URLBlock.Characters(repeating: .max)
    while read &+ 16 <= text.count, written &+ 14 <= count {
      // INVARIANT: sixteen bytes are there.
      let block = unsafe text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: read, as: SIMD16<UInt8>.self)
      let groups = Base64URLBlock.decoded(block, known: &known)
      let start = unsafe UnsafeMutableRawPointer(output + written)
      unsafe start.storeBytes(of: groups[0].bigEndian, as: UInt64.self)
      unsafe (start + 6).storeBytes(of: groups[1].bigEndian, as: UInt64.self)
      read &+= 16
      written &+= 12
    }
    while read &+ 4 <= text.count {
      // INVARIANT: four bytes are there; three are written for four that are read.
      let word = unsafe UInt32(
        littleEndian: text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: read, as: UInt32.self)
      )
      characters |= word
      let group = value(word) << 18 | value(word >> 8) << 12 | value(word >> 16) << 6 | value(word >> 24)
      unsafe output[written] = UInt8(truncatingIfNeeded: group >> 16)
      unsafe output[written &+ 1] = UInt8(truncatingIfNeeded: group >> 8)
      unsafe output[written &+ 2] = UInt8(truncatingIfNeeded: group)
      read &+= 4
      written &+= 3
    }
    @inline(__always)
    func last(_ index: Int) -> UInt32 {
      let character = UInt32(text[read + index])
      characters |= character
      return value(character)
    }
    switch text.count - read {
    case 2:
      let group = last(0) << 6 | last(1)
      unsafe output[written] = UInt8(truncatingIfNeeded: group >> 4)
      guard group & 0xF == 0 else { return false }
    case 3:
      let group = last(0) << 12 | last(1) << 6 | last(2)
      unsafe output[written] = UInt8(truncatingIfNeeded: group >> 10)
      unsafe output[written + 1] = UInt8(truncatingIfNeeded: group >> 2)
      guard group & 0x3 == 0 else { return false }
    default: break
    }
    let unknown = unsafe ~unsafeBitCast(known, to: SIMD2<UInt64>.self)
    return unknown[0] | unknown[1] == 0 && found & 0x40 == 0 && characters & 0x8080_8080 == 0
  }

  /// The 32 bytes of a text of 43 characters, as identifiers have them; `nil` for an invalid text.
  @inline(__always)
  package static func decode32(_ text: Span<UInt8>) -> InlineArray<32, UInt8>? {
    guard text.count == 43 else { return nil }
    var known = Base64URLBlock.Characters(repeating: .max)
    @inline(__always)
    func characters(_ offset: Int) -> UInt128 {
      // INVARIANT: 43 bytes are there.
      unsafe UInt128(littleEndian: text.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt128.self))
    }
    // Of the last sixteen, eleven are new; behind them come letters A, which are zeros.
    let last = characters(27) &>> 40 | 0x4141_4141_41 &<< 88
    let one = Base64URLBlock.decoded(Base64URLBlock.characters(characters(0)), known: &known)
    let two = Base64URLBlock.decoded(Base64URLBlock.characters(characters(16)), known: &known)
    let three = Base64URLBlock.decoded(Base64URLBlock.characters(last), known: &known)
    var words = InlineArray<4, UInt64>(repeating: 0)
    words[0] = UInt64(bigEndian: one[0] | one[1] &>> 48)
    words[1] = UInt64(bigEndian: one[1] &<< 16 | two[0] &>> 32)
    words[2] = UInt64(bigEndian: two[0] &<< 32 | two[1] &>> 16)
    words[3] = UInt64(bigEndian: three[0] | three[1] &>> 48)
    let unknown = unsafe ~unsafeBitCast(known, to: SIMD2<UInt64>.self)
    // The bits after the last byte are zero.
    guard unknown[0] | unknown[1] == 0, three[1] &<< 16 == 0 else { return nil }
    return unsafe unsafeBitCast(words, to: InlineArray<32, UInt8>.self)
  }

  private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

  /// Writes the text of some bytes.
  ///
  /// - Parameter output: as long as `encodedCount` says, or longer.
  @inline(__always)
  package static func encode(_ bytes: Span<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) {
    guard encodedCount(bytes.count) <= output.count else { return }
    // INVARIANT: `alphabet` has 64 bytes, and is asked for 6 bits.
    let alphabet = unsafe alphabet.utf8Start
    @inline(__always)
    func character(_ group: UInt32, _ shift: UInt32) -> UInt8 { unsafe alphabet[Int(group >> shift & 0x3F)] }
    @inline(__always)
    func byte(_ index: Int) -> UInt32 { unsafe UInt32(bytes[unchecked: index]) }
    var read = 0
    var written = 0
    // Twelve bytes at a time while two more can be read.
    while read &+ 14 <= bytes.count {
      // INVARIANT: fourteen bytes are there, and room for the sixteen characters that twelve become.
      let first = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: read, as: UInt64.self)
      let second = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: read &+ 6, as: UInt64.self)
      let block = Base64URLBlock.encoded(SIMD2(first.bigEndian, second.bigEndian))
      if let start = output.baseAddress {
        unsafe UnsafeMutableRawPointer(start + written).storeBytes(of: block, as: SIMD16<UInt8>.self)
      }
      read &+= 12
      written &+= 16
    }
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

  package static func encode(_ bytes: Span<UInt8>) -> String {
    let count = encodedCount(bytes.count)
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      unsafe encode(bytes, into: buffer)
      return count
    }
  }
}
