// SPDX-License-Identifier: Apache-2.0

/// Scalars that begin no token of Cedar, and what to write instead.
///
/// Asked only after the lexer has met one.
enum ForeignScalar {
  /// Advises what to write instead of the scalar.
  static func help(for scalar: Unicode.Scalar) -> String? {
    if let ascii = asciiSpelling[scalar] { return "write `\(ascii)`" }
    switch scalar {
    case "$": return "names have no `$`; the variables are principal, action, resource and context"
    case "^", "~": return "Cedar has no operators on bits"
    case "\\": return "remove the `\\`: outside a string nothing is escaped"
    case "\u{FF01}"..."\u{FF5E}":
      // The full-width forms stand in the order of ASCII.
      return Unicode.Scalar(scalar.value - 0xFF01 + 0x21).map { "write the ASCII character `\($0)`" }
    default: break
    }
    if CedarText.needsEscape(scalar) { return "the character does not show; remove it" }
    if scalar.properties.isAlphabetic { return "a name outside quotes consists of ASCII letters, digits and `_`" }
    return nil
  }

  /// Whether text editors put the scalar in place of a straight quotation mark.
  static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "'", "`", "\u{2018}", "\u{2019}", "\u{201A}", "\u{201B}", "\u{201C}", "\u{201D}", "\u{201E}", "\u{201F}",
      "\u{AB}", "\u{BB}", "\u{2039}", "\u{203A}", "\u{FF02}", "\u{FF07}", "\u{300C}", "\u{300D}":
      return true
    default: return false
    }
  }

  private static let asciiSpelling: [Unicode.Scalar: String] = [
    "\u{2010}": "-", "\u{2011}": "-", "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-", "\u{2212}": "-",
    "\u{2260}": "!=", "\u{2264}": "<=", "\u{2265}": ">=", "\u{2261}": "==", "\u{D7}": "*", "\u{22C5}": "*",
    "\u{2227}": "&&", "\u{2228}": "||", "\u{AC}": "!", "\u{2208}": "in", "\u{2209}": "!(… in …)",
    "\u{3001}": ",", "\u{3002}": ".", "\u{2026}": "...", "\u{2192}": ".", "\u{21D2}": "then",
  ]
}
