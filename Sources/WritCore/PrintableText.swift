// SPDX-License-Identifier: Apache-2.0

/// Text of a key or a token as a message may show it: 64 bytes at most, everything but visible ASCII and space as "?".
package func printable(_ text: String) -> String {
  let bytes = text.utf8.prefix(64).map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }
  return String(decoding: bytes, as: UTF8.self) + (text.utf8.count > 64 ? "..." : "")
}
