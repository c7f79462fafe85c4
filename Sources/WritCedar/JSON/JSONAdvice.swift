// SPDX-License-Identifier: Apache-2.0

/// Advice on what to write instead of a text that is not JSON, for habits of other languages; computed only after an
/// error.
enum JSONAdvice {
  /// The advice on the bytes at which reading stopped.
  static func help(at offset: Int, in bytes: [UInt8]) -> String? {
    guard bytes.indices.contains(offset) else { return nil }
    switch bytes[offset] {
    case UInt8(ascii: "'"): return "strings and names stand in double quotes: `\"name\"`"
    case UInt8(ascii: "/"), UInt8(ascii: "#"): return "JSON has no comments; remove it"
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      return lastByte(before: offset, in: bytes) == UInt8(ascii: ",") ? "remove the `,` before it" : nil
    case UInt8(ascii: "="): return "a member is written `\"name\": value`"
    default: break
    }
    let word = String(
      decoding: bytes[offset...].prefix(24).prefix { Identifier.isContinuation($0) },
      as: UTF8.self
    )
    switch ForeignWord.folded(word) {
    case "true": return word == "true" ? nil : "write `true`"
    case "false": return word == "false" ? nil : "write `false`"
    case "null": return nil
    case "none", "nil", "undefined", "nan": return "leave the member out; Cedar has no null"
    case "", nil: return nil
    default:
      return Identifier.isIdentifier(word) ? "strings and names stand in double quotes: `\"\(word)\"`" : nil
    }
  }

  private static func lastByte(before offset: Int, in bytes: [UInt8]) -> UInt8? {
    bytes[..<offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }
}
