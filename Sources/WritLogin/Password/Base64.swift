// SPDX-License-Identifier: Apache-2.0

/// Base64 without padding, as PHC strings have it (RFC 4648, section 4), read as strictly as ``Base64URL``.
enum Base64 {
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var other: [UInt8] = []
    for character in text {
      switch character {
      case UInt8(ascii: "+"): other.append(UInt8(ascii: "-"))
      case UInt8(ascii: "/"): other.append(UInt8(ascii: "_"))
      case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
      default: other.append(character)
      }
    }
    return Base64URL.decode(other.span)
  }

  static func encode(_ bytes: [UInt8]) -> String {
    let other = Base64URL.encode(bytes.span).utf8.map { character in
      switch character {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: character
      }
    }
    return String(decoding: other, as: UTF8.self)
  }
}
