// SPDX-License-Identifier: Apache-2.0

/// The beginning of a text, to tell policies and schemas from anything else.
struct TextBeginning {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The kind that the text looks like, if it begins as policies or a schema do.
  mutating func kind() -> InputKind? {
    skipAnnotations()
    switch word() {
    case "permit", "forbid": return next == UInt8(ascii: "(") ? .policies : nil
    case "namespace":
      while !word().isEmpty || take(":") {}
      guard take("{") else { return nil }
      skipAnnotations()
      return take("}") || ["entity", "action", "type"].contains(word()) ? .schema : nil
    case "entity": return declares([",", ";", "{", "="], ["in", "tags", "enum"]) ? .schema : nil
    case "action": return declares([",", ";"], ["in", "appliesto", "attributes"]) ? .schema : nil
    default: return nil
    }
  }

  /// Whether a name follows, and behind it one of these.
  private mutating func declares(_ signs: [Unicode.Scalar], _ words: [String]) -> Bool {
    guard skipString() || !word().isEmpty else { return false }
    return signs.contains { take($0) } || words.contains(word())
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard let next, next == UInt8(ascii: scalar) else { return false }
    position += 1
    skipSpace()
    return true
  }

  /// The word that comes next in lower case, empty when there is none.
  private mutating func word() -> String {
    var word: [UInt8] = []
    while let next,
      next == UInt8(ascii: "_") || next | 0x20 >= UInt8(ascii: "a") && next | 0x20 <= UInt8(ascii: "z")
        || !word.isEmpty && next >= UInt8(ascii: "0") && next <= UInt8(ascii: "9")
    {
      word.append(next == UInt8(ascii: "_") ? next : next | 0x20)
      position += 1
    }
    if !word.isEmpty { skipSpace() }
    return String(decoding: word, as: UTF8.self)
  }

  private mutating func skipSpace() {
    while let next {
      if [0x20, 0x09, 0x0A, 0x0D, 0x0B, 0x0C].contains(next) {
        position += 1
      } else if bytes[position...].starts(with: "//".utf8) {
        while let next = self.next, next != UInt8(ascii: "\n"), next != UInt8(ascii: "\r") { position += 1 }
      } else {
        return
      }
    }
  }

  private mutating func skipAnnotations() {
    skipSpace()
    while take("@") {
      _ = word()
      guard take("(") else { continue }
      _ = skipString()
      _ = take(")")
    }
  }

  private mutating func skipString() -> Bool {
    guard next == UInt8(ascii: "\"") else { return false }
    position += 1
    while let next, next != UInt8(ascii: "\"") { position += next == UInt8(ascii: "\\") ? 2 : 1 }
    position += 1
    skipSpace()
    return true
  }
}
