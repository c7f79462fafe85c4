// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// The kinds of files that a decision follows from.
enum InputKind: CaseIterable {
  case policies, schema, entities

  /// The kind that a directory's file of this name is read as: `*.cedar` and `*.cedar.json`, `*.cedarschema` and
  /// `*.cedarschema.json`, `entities.json`.
  init?(readAs name: String) {
    func ends(_ suffix: String) -> Bool { name.utf8.reversed().starts(with: suffix.utf8.reversed()) }
    if name.utf8.first == UInt8(ascii: ".") { return nil }
    if ends(".cedar") || ends(".cedar.json") {
      self = .policies
    } else if ends(".cedarschema") || ends(".cedarschema.json") {
      self = .schema
    } else if name.hasSameScalars(as: "entities.json") {
      self = .entities
    } else {
      return nil
    }
  }

  // MARK: By name

  private static let words: [String: InputKind] = [
    "policy": .policies, "policies": .policies, "schema": .schema, "schemas": .schema, "entity": .entities,
    "entities": .entities,
  ]
  /// Extensions of files that hold data rather than prose, pictures or programs.
  private static let dataExtensions: Set<String> = [
    "json", "jsonc", "json5", "jsonl", "ndjson", "yaml", "yml", "toml", "txt", "bak", "old", "orig", "save",
  ]

  /// The kind that a name speaks of, read or not: `.cedar` or `.cedarschema` anywhere behind its beginning, in any case
  /// and with anything behind it, or a name of data whose last word is that of a kind (`my.entities.json`).
  init?(named name: String) {
    let plain = name.lowercased().trimmingPrefix { $0 == "#" }
    var parts = plain.split(separator: ".", omittingEmptySubsequences: true).map { part in
      String(part.reversed().drop { $0 == "~" || $0 == "#" }.reversed())
    }
    let extensions = plain.first == "." ? parts[...] : parts.dropFirst()
    if extensions.contains(where: { $0.hasPrefix("cedarschema") }) {
      self = .schema
      return
    }
    if extensions.contains(where: { $0.hasPrefix("cedar") }) {
      self = .policies
      return
    }
    let count = parts.count
    while let last = parts.last, parts.count > 1, Self.dataExtensions.contains(last) { parts.removeLast() }
    let word = parts.last?.split { !$0.isLetter }.last.map(String.init)
    guard parts.count < count, let kind = word.flatMap({ Self.words[$0] }) else { return nil }
    self = kind
  }

  // MARK: By content

  /// The bytes of a file that are looked at, unless it is JSON.
  static let lookedAt = 1 << 16
  /// The longest JSON that is looked through.
  static let maximumJSON = 64 << 20

  /// Whether the text may be JSON, and so must be known whole.
  static func isJSON(_ bytes: [UInt8]) -> Bool {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let first = bytes[start...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// The kind that JSON looks like: a set of policies or one, a schema, an array of entities or one.
  init?(json bytes: [UInt8]) {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    if let document = try? JSONDocument(parsing: bytes, maximumDepth: JSONLimits.tests) {
      guard let kind = Self.kind(document.root, of: document) else { return nil }
      self = kind
      return
    }
    // A value a line, or something broken, which still holds the names.
    let line = Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
    if let document = try? JSONDocument(parsing: line, maximumDepth: JSONLimits.tests) {
      guard let kind = Self.kind(document.root, of: document) else { return nil }
      self = kind
      return
    }
    func holds(_ name: String) -> Bool { bytes.firstRange(of: Array("\"\(name)\"".utf8)) != nil }
    if holds("staticPolicies") || holds("templateLinks") || holds("effect") {
      self = .policies
    } else if holds("entityTypes") {
      self = .schema
    } else if holds("uid") {
      self = .entities
    } else {
      return nil
    }
  }

  private static func kind(_ index: JSONDocument.Index, of document: JSONDocument) -> InputKind? {
    func has(_ name: String, _ index: JSONDocument.Index) -> Bool { document.member(name, of: index) != nil }
    switch document.kind(of: index) {
    case .array:
      for element in document.elements(of: index) where document.kind(of: element) == .object {
        if has("uid", element) { return .entities }
        if has("effect", element) { return .policies }
      }
    case .object:
      if has("uid", index) { return .entities }
      if ["effect", "staticPolicies", "templates", "templateLinks"].contains(where: { has($0, index) }) {
        return .policies
      }
      for (_, value) in document.members(of: index) where document.kind(of: value) == .object {
        if has("entityTypes", value) { return .schema }
        if has("effect", value) { return .policies }
      }
    default: break
    }
    return nil
  }

  /// The kind that text in Cedar's syntax looks like from its beginning, behind comments and annotations.
  init?(text bytes: [UInt8]) {
    var text = TextBeginning(bytes)
    guard let kind = text.kind() else { return nil }
    self = kind
  }
}
