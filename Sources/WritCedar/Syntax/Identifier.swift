// SPDX-License-Identifier: Apache-2.0

/// The identifiers of Cedar: `[_a-zA-Z][_a-zA-Z0-9]*`, except the words that it reserves.
package enum Identifier {
  @inline(__always)
  static func isStart(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  @inline(__always)
  static func isContinuation(_ byte: UInt8) -> Bool { isStart(byte) || isDigit(byte) }

  /// Whether the identifier is a reserved word. (ASCII text is canonically equal to itself only.)
  package static func isReserved(_ identifier: some StringProtocol) -> Bool {
    guard identifier.utf8.count <= 7 else { return false }
    switch String(identifier) {
    case "true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar": return true
    default: return false
    }
  }

  /// Whether the text is one identifier, reserved words included.
  package static func isIdentifier(_ name: some StringProtocol) -> Bool {
    guard let first = name.utf8.first, isStart(first) else { return false }
    return name.utf8.allSatisfy { isContinuation($0) }
  }

  /// Whether the text is a normalised path: identifiers that are not reserved, joined by `::` and nothing else.
  package static func isNormalizedPath(_ name: String) -> Bool {
    var rest = Substring(name)
    while true {
      let component = rest.prefix { $0.utf8.count == 1 && isContinuation($0.utf8.first ?? 0) }
      guard isIdentifier(component), !isReserved(component) else { return false }
      rest = rest[component.endIndex...]
      if rest.isEmpty { return true }
      guard rest.utf8.starts(with: "::".utf8) else { return false }
      rest = rest.dropFirst(2)
    }
  }
}
