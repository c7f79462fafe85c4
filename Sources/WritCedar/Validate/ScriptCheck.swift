// SPDX-License-Identifier: Apache-2.0

/// Tells texts that can pass for others, by Unicode's security mechanisms (UTS #39).
enum ScriptCheck {
  /// Whether a character changes the direction of the text around it (the property `Bidi_Control`).
  static func controlsDirection(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// Whether a character may stand in identifiers: the General Security Profile of Unicode, and all of ASCII that
  /// prints.
  static func isAllowedInIdentifiers(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 { return scalar.value >= 0x20 && scalar.value < 0x7F }
    return upperBound(of: scalar.value, in: UnicodeTables.identifierChanges) % 2 == 1
  }

  /// Whether all letters are of one script, or of scripts that one language writes together (UTS #39, section 5.1).
  static func isSingleScript(_ text: String) -> Bool {
    var common = [UInt64](repeating: .max, count: UnicodeTables.scriptWords)
    for scalar in text.unicodeScalars {
      let run = upperBound(of: scalar.value, in: UnicodeTables.scriptStarts) - 1
      guard UnicodeTables.scriptSetNumbers.indices.contains(run) else { continue }
      let first = Int(UnicodeTables.scriptSetNumbers[run]) * UnicodeTables.scriptWords
      var isEmpty = true
      for word in common.indices {
        common[word] &= UnicodeTables.scriptSets[first + word]
        if common[word] != 0 { isEmpty = false }
      }
      if isEmpty { return false }
    }
    return true
  }

  /// Returns the number of values, which are in order, that are not greater.
  private static func upperBound(of value: UInt32, in values: [UInt32]) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
