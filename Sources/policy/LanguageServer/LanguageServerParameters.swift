// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The parameters of a message.
struct LanguageServerParameters {
  /// A change of a document: of a range, or of the whole text.
  struct Change {
    let range: (start: TextPosition, end: TextPosition)?
    let text: [UInt8]
  }

  private let document: JSONDocument
  private let root: JSONDocument.Index?

  init(_ document: JSONDocument, _ root: JSONDocument.Index?) {
    self.document = document
    self.root = root
  }

  private func find(_ path: [String]) -> JSONDocument.Index? {
    var index = root
    for name in path { index = index.flatMap { document.member(name, of: $0) } }
    return index
  }

  func text(_ path: String...) -> [UInt8]? { find(path).flatMap { document.string(at: $0) }.map { Array($0.utf8) } }

  func string(_ path: String...) -> String? { find(path).flatMap { document.string(at: $0) } }

  func integer(_ path: String...) -> Int? {
    find(path).flatMap { document.integer(at: $0) }.flatMap { Int(exactly: $0) }
  }

  var uri: String? { string("textDocument", "uri") }

  var position: TextPosition? { find(["position"]).flatMap { position($0) } }

  private func position(_ index: JSONDocument.Index) -> TextPosition? {
    func number(_ name: String) -> Int? {
      document.member(name, of: index).flatMap { document.integer(at: $0) }.flatMap { Int32(exactly: $0) }.flatMap {
        $0 < 0 ? nil : Int($0)
      }
    }
    guard let line = number("line"), let character = number("character") else { return nil }
    return TextPosition(line: line, character: character)
  }

  /// The changes in the order in which they are made; ones that are none are left out.
  var changes: [Change] {
    guard let list = find(["contentChanges"]) else { return [] }
    return document.elements(of: list).compactMap { index in
      guard let text = document.member("text", of: index).flatMap({ document.string(at: $0) }) else { return nil }
      guard let range = document.member("range", of: index) else { return Change(range: nil, text: Array(text.utf8)) }
      guard let start = document.member("start", of: range).flatMap({ position($0) }),
        let end = document.member("end", of: range).flatMap({ position($0) })
      else { return nil }
      return Change(range: (start, end), text: Array(text.utf8))
    }
  }
}

/// The addresses of documents: URIs with the scheme `file` (RFC 8089).
enum DocumentAddress {
  /// The path of a file, `nil` for other addresses.
  static func path(of uri: String) -> String? {
    let scheme = "file://"
    guard uri.hasPrefix(scheme) else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(uri.utf8.dropFirst(scheme.utf8.count))[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard bytes.first == UInt8(ascii: "/"), !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  static func uri(ofPath path: String) -> String { "file://\(CheckReport.reference(to: path))" }

  /// The last part of the path.
  static func name(of uri: String) -> String {
    let path = path(of: uri) ?? uri
    return path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
