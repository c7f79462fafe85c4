// SPDX-License-Identifier: Apache-2.0

/// A place in a document as the Language Server Protocol counts: lines from 0, and in the line UTF-16 code units from
/// 0.
struct TextPosition: Hashable {
  var line: Int
  var character: Int

  /// Returns the number of line ends of a text: `\n`, `\r\n` or `\r`.
  static func lineEnds(in bytes: [UInt8]) -> Int {
    var count = 0
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A {
        count += 1
      } else if byte == 0x0D, index + 1 == bytes.count || bytes[index + 1] != 0x0A {
        count += 1
      }
    }
    return count
  }

  /// The offset of a place in a text; behind the end of a line it is the line's end, behind the text the text's.
  func offset(in bytes: [UInt8]) -> Int {
    var index = 0
    var line = line
    while line > 0, index < bytes.count {
      if bytes[index] == 0x0A || (bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)) {
        line -= 1
      }
      index += 1
    }
    var units = character
    while units > 0, index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D {
      units -= bytes[index] >= 0xF0 ? 2 : 1
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    }
    return index
  }

  /// The place of an offset in a text.
  init(_ offset: Int, in bytes: [UInt8]) {
    line = 0
    character = 0
    var index = 0
    while index < min(offset, bytes.count) {
      let byte = bytes[index]
      if byte == 0x0A || (byte == 0x0D && (index + 1 == bytes.count || bytes[index + 1] != 0x0A)) {
        line += 1
        character = 0
      } else if byte & 0xC0 != 0x80 {
        character += byte >= 0xF0 ? 2 : 1
      }
      index += 1
    }
  }

  init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }
}
