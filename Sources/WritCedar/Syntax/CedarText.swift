// SPDX-License-Identifier: Apache-2.0

/// Writing text in Cedar's syntax.
package enum CedarText {
  /// A string literal that reads back to the same scalars: quotes, backslashes, control characters and scalars that
  /// do not show or reorder their surroundings are escaped.
  package static func quoted(_ string: String) -> String {
    var out = "\""
    appendEscaped(string, to: &out)
    out += "\""
    return out
  }

  package static func appendEscaped(_ string: String, to out: inout String) {
    for scalar in string.unicodeScalars { appendEscaped(scalar, to: &out) }
  }

  package static func appendEscaped(_ scalar: Unicode.Scalar, to out: inout String) {
    switch scalar {
    case "\"": out += "\\\""
    case "\\": out += "\\\\"
    case "\n": out += "\\n"
    case "\r": out += "\\r"
    case "\t": out += "\\t"
    case "\0": out += "\\0"
    default:
      if needsEscape(scalar) {
        out += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
  }

  /// Control, format, separator and unassigned characters would act on a terminal or hide from a reader.
  package static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
    default: return false
    }
  }

  /// Text with what a terminal would act on shown as an escape; quotes and backslashes stay as they are.
  package static func shown(_ string: String) -> String {
    var out = ""
    for scalar in string.unicodeScalars {
      if needsEscape(scalar) {
        appendEscaped(scalar, to: &out)
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

extension CedarText {
  /// Returns the number of columns of a terminal that a text takes: combining marks none, ideographs, Hangul,
  /// full-width forms and emoji two.
  package static func columns(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
  }

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default: return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }

  /// A record key or attribute name: as it is where it is an identifier, otherwise in quotes.
  package static func key(_ name: String) -> String { isPlain(name) ? name : quoted(name) }

  /// Whether the name may stand without quotes.
  package static func isPlain(_ name: String) -> Bool {
    Identifier.isIdentifier(name) && !Identifier.isReserved(name)
  }
}
