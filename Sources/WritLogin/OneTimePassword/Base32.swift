// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Base32 (RFC 4648, section 6), read by one rule: letters of either case, the padding whole or left out, the bits
/// after the last byte zero; nothing else, neither white space nor hyphens, nor 0, 1 and 8 for letters that look like
/// them.
enum Base32 {
  /// Decodes base32; `nil` for a text that is not valid.
  static func decodeSecret(_ text: Span<UInt8>) -> SecretBytes? {
    // Of 8 characters the last group can have 2, 4, 5 or 7: others hold no more bytes.
    guard let count = unpaddedCount(text), [0, 2, 4, 5, 7].contains(count % 8) else { return nil }
    var isValid = true
    let bytes = SecretBytes(count: count / 8 * 5 + count % 8 * 5 / 8) { bytes in
      var group: UInt32 = 0
      var bits = 0
      var written = 0
      for index in 0..<count {
        guard let value = value(of: text[index]) else {
          isValid = false
          return
        }
        group = group << 5 | value
        bits += 5
        guard bits >= 8 else { continue }
        bits -= 8
        bytes[written] = UInt8(truncatingIfNeeded: group >> UInt32(bits))
        written += 1
        group &= 1 << UInt32(bits) - 1
      }
      isValid = group == 0
    }
    return isValid ? bytes : nil
  }

  /// The text of some bytes, without padding.
  static func encode(_ bytes: Span<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 5 * 8 + 8)
    var group: UInt32 = 0
    var bits = 0
    for index in bytes.indices {
      group = group << 8 | UInt32(bytes[index])
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(character(of: group >> UInt32(bits)))
        group &= 1 << UInt32(bits) - 1
      }
    }
    if bits > 0 { text.append(character(of: group << UInt32(5 - bits))) }
    defer { wipe(&text) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The characters before the padding, `nil` where that is not exactly what fills the last group of 8.
  private static func unpaddedCount(_ text: Span<UInt8>) -> Int? {
    var count = text.count
    while count > 0, text[count - 1] == UInt8(ascii: "=") { count -= 1 }
    let padding = text.count - count
    return padding == 0 || (padding < 8 && text.count % 8 == 0) ? count : nil
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a"))
    case UInt8(ascii: "2")...UInt8(ascii: "7"): UInt32(character - UInt8(ascii: "2")) + 26
    default: nil
    }
  }

  private static func character(of group: UInt32) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: group & 0x1F)
    return value < 26 ? UInt8(ascii: "A") + value : UInt8(ascii: "2") + (value - 26)
  }
}
