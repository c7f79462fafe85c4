// SPDX-License-Identifier: Apache-2.0

/// JSON with a line for each member and element.
enum IndentedJSON {
  /// The text with line breaks and two spaces for each level; empty arrays and objects stay as they are.
  ///
  /// - Parameter compact: valid JSON without white space between its tokens.
  static func text(of compact: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(compact.count * 2)
    var depth = 0
    var isInString = false
    var isEscaped = false
    func lineBreak(_ out: inout [UInt8]) {
      out.append(UInt8(ascii: "\n"))
      out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }
    for (index, byte) in compact.enumerated() {
      if isInString {
        out.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        out.append(byte)
        depth += 1
        let next = index + 1 < compact.count ? compact[index + 1] : 0
        if next != UInt8(ascii: "}"), next != UInt8(ascii: "]") { lineBreak(&out) }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth = max(0, depth - 1)
        let previous = index > 0 ? compact[index - 1] : 0
        if previous != UInt8(ascii: "{"), previous != UInt8(ascii: "[") { lineBreak(&out) }
        out.append(byte)
      case UInt8(ascii: ","):
        out.append(byte)
        lineBreak(&out)
      case UInt8(ascii: ":"):
        out.append(byte)
        out.append(UInt8(ascii: " "))
      default:
        if byte == UInt8(ascii: "\"") { isInString = true }
        out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\n"))
    return out
  }
}
