// SPDX-License-Identifier: Apache-2.0

/// The right side of `like`: text in which `*` stands for any sequence of scalars, the empty one included.
package struct Pattern: Hashable, Sendable {
  /// The UTF-8 of what stands before, between and after the wildcards: one part more than there are wildcards.
  ///
  /// UTF-8 synchronises itself, so matching bytes is matching scalars.
  package let parts: [[UInt8]]

  package init(parts: [[UInt8]]) {
    // `**` means what `*` means.
    guard parts.count > 2 else {
      self.parts = parts
      return
    }
    let inner = parts[1..<(parts.count - 1)].filter { !$0.isEmpty }
    self.parts = [parts[0]] + inner + [parts[parts.count - 1]]
  }

  /// Whether the pattern describes the whole text.
  ///
  /// Linear in the text and the pattern.
  package func matches(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = parts.first, let last = parts.last else { return bytes.isEmpty }
    guard parts.count > 1 else { return bytes == first }
    guard bytes.count >= first.count + last.count, bytes.starts(with: first),
      bytes[(bytes.count - last.count)...].elementsEqual(last)
    else { return false }
    var position = first.count
    let end = bytes.count - last.count
    // Each inner part as early as it goes: nothing later can need the room.
    for part in parts.dropFirst().dropLast() {
      guard let after = Self.firstMatch(of: part, in: bytes[position..<end]) else { return false }
      position = after
    }
    return true
  }

  /// The index after the first occurrence, by Knuth, Morris and Pratt.
  private static func firstMatch(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
    var border = [Int](repeating: 0, count: part.count)
    var length = 0
    for index in part.indices.dropFirst() {
      while length > 0, part[index] != part[length] { length = border[length - 1] }
      if part[index] == part[length] { length += 1 }
      border[index] = length
    }
    var matched = 0
    for index in text.indices {
      while matched > 0, text[index] != part[matched] { matched = border[matched - 1] }
      if text[index] == part[matched] { matched += 1 }
      if matched == part.count { return index + 1 }
    }
    return nil
  }
}

extension Pattern: CustomStringConvertible {
  /// The pattern literal in double quotes.
  package var description: String {
    let shown = parts.map { part in
      var out = ""
      for scalar in String(decoding: part, as: UTF8.self).unicodeScalars {
        if scalar == "*" { out += "\\*" } else { CedarText.appendEscaped(scalar, to: &out) }
      }
      return out
    }
    return "\"\(shown.joined(separator: "*"))\""
  }
}
