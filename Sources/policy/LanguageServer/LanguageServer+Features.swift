// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// Answers about a place in a document.
extension LanguageServer {
  typealias Answer = (inout JSONWriter) -> Void

  /// A place in a document: the text around it, and the line at which that begins.
  private struct Place {
    let uri: String
    let bytes: [UInt8]
    let offset: Int
    let firstLine: Int

    var symbol: (symbol: SourceSymbol, span: SourceSpan)? { SourceSymbol.find(at: offset, in: bytes) }

    func range(_ span: SourceSpan) -> (TextPosition, TextPosition) {
      var start = TextPosition(span.start, in: bytes)
      var end = TextPosition(span.end, in: bytes)
      start.line += firstLine
      end.line += firstLine
      return (start, end)
    }
  }

  private func place(_ parameters: LanguageServerParameters) throws(Refusal) -> Place {
    guard let uri = parameters.uri, let position = parameters.position else {
      throw Refusal(code: .invalidParameters, message: "a document and a position are wanted")
    }
    switch documents[uri] {
    case .policies(let document):
      let found = document.find(position)
      guard document.pieces.indices.contains(found.piece) else {
        return Place(uri: uri, bytes: [], offset: 0, firstLine: 0)
      }
      return Place(
        uri: uri,
        bytes: document.pieces[found.piece].bytes,
        offset: found.offset,
        firstLine: document.firstLine(of: found.piece)
      )
    case .schema(let bytes): return Place(uri: uri, bytes: bytes, offset: position.offset(in: bytes), firstLine: 0)
    case nil: throw Refusal(code: .invalidParameters, message: "the document is not open")
    }
  }

  // MARK: Hover and definition

  mutating func hover(_ parameters: LanguageServerParameters) throws(Refusal) -> Answer {
    let place = try place(parameters)
    guard let found = place.symbol, let index = index(of: place.uri) else { return { $0.null() } }
    var isAttribute = false
    if case .attribute = found.symbol { isAttribute = true }
    let texts = index.places(of: found.symbol).prefix(5).map { index.declaration(at: $0, isAttribute: isAttribute) }
    guard !texts.isEmpty else { return { $0.null() } }
    let (start, end) = place.range(found.span)
    return { writer in
      writer.object {
        $0.member("contents") {
          $0.object {
            $0.member("kind") { $0.string("markdown") }
            $0.member("value") { $0.string("```cedarschema\n\(texts.joined(separator: "\n"))\n```") }
          }
        }
        $0.member("range") { $0.range(start, end) }
      }
    }
  }

  mutating func definition(_ parameters: LanguageServerParameters) throws(Refusal) -> Answer {
    let place = try place(parameters)
    guard let found = place.symbol, let index = index(of: place.uri) else { return { $0.null() } }
    let places = index.places(of: found.symbol)
    return { writer in
      writer.beginArray()
      for place in places {
        let source = index.source(of: place)
        writer.object {
          $0.member("uri") { $0.string(source.name) }
          $0.member("range") {
            $0.range(TextPosition(place.span.start, in: source.bytes), TextPosition(place.span.end, in: source.bytes))
          }
        }
      }
      writer.endArray()
    }
  }

  // MARK: Completion

  private static let keywords = [
    "permit", "forbid", "when", "unless", "principal", "action", "resource", "context", "in", "is", "has", "like", "if",
    "then",
    "else", "true", "false",
  ]
  private static let schemaKeywords = [
    "entity", "action", "type", "namespace", "in", "appliesTo", "principal", "resource", "context", "tags", "enum",
    "Long",
    "String", "Bool", "Set", "ipaddr", "decimal", "datetime", "duration",
  ]
  private static let methods =
    ["contains", "containsAll", "containsAny", "isEmpty", "hasTag", "getTag"]
    + ExtensionFunction.allCases.filter { !$0.isConstructor }.map(\.name)

  mutating func completion(_ parameters: LanguageServerParameters) throws(Refusal) -> Answer {
    let place = try place(parameters)
    let index = index(of: place.uri)
    // What stands before the word that is being written.
    var before = place.bytes[..<place.offset]
    while let byte = before.last, byte == UInt8(ascii: "_") || byte.isLetterOrDigit { before.removeLast() }
    while before.last == UInt8(ascii: " ") { before.removeLast() }
    let isMember = before.last == UInt8(ascii: ".")
    let isHas = before.suffix(4).elementsEqual(" has".utf8)
    // The kinds of items: 5 field, 2 method, 7 class, 20 enumeration member, 14 keyword.
    var items: [(label: String, kind: Int)] = []
    if isMember || isHas {
      items = (index?.attributeNames ?? []).filter { CedarText.isPlain($0) }.map { ($0, 5) }
      if isMember { items += Self.methods.map { ($0, 2) } }
    } else {
      let names = index?.entityTypeNames ?? []
      items = names.map { ($0, 7) }
      if !Self.isSchema(place.uri) { items += (index?.actionLiterals ?? []).map { ($0, 20) } }
      items += (Self.isSchema(place.uri) ? Self.schemaKeywords : Self.keywords).map { ($0, 14) }
    }
    return { writer in
      writer.object {
        $0.member("isIncomplete") { $0.boolean(false) }
        $0.member("items") {
          $0.beginArray()
          for item in items {
            $0.object {
              $0.member("label") { $0.string(item.label) }
              $0.member("kind") { $0.integer(item.kind) }
            }
          }
          $0.endArray()
        }
      }
    }
  }

  // MARK: Rename

  private func identifier(_ place: Place) -> (id: String, span: SourceSpan)? {
    guard case .id(let id, let span)? = place.symbol?.symbol else { return nil }
    return (id, span)
  }

  func prepareRename(_ parameters: LanguageServerParameters) throws(Refusal) -> Answer {
    let place = try place(parameters)
    guard let found = identifier(place) else { return { $0.null() } }
    let (start, end) = place.range(SourceSpan(found.span.start + 1, found.span.end - 1))
    return { writer in
      writer.object {
        $0.member("range") { $0.range(start, end) }
        $0.member("placeholder") { $0.string(found.id) }
      }
    }
  }

  func rename(_ parameters: LanguageServerParameters) throws(Refusal) -> Answer {
    let place = try place(parameters)
    guard let name = parameters.string("newName"), !name.isEmpty else {
      throw Refusal(code: .invalidParameters, message: "the new id is empty")
    }
    guard let found = identifier(place) else {
      throw Refusal(code: .requestFailed, message: "only the value of an `@id` can be renamed")
    }
    if case .policies(let document)? = documents[place.uri], document.policiesByID[ScalarText(name)] != nil,
      ScalarText(name) != ScalarText(found.id)
    {
      throw Refusal(code: .requestFailed, message: "another policy has the id `\(CedarText.shown(name))`")
    }
    let (start, end) = place.range(found.span)
    return { writer in
      writer.object {
        $0.member("changes") {
          $0.object {
            $0.member(place.uri) {
              $0.beginArray()
              $0.object {
                $0.member("range") { $0.range(start, end) }
                $0.member("newText") { $0.string(CedarText.quoted(name)) }
              }
              $0.endArray()
            }
          }
        }
      }
    }
  }

  // MARK: Formatting

  func formatting(_ parameters: LanguageServerParameters) throws(Refusal) -> Answer {
    guard let uri = parameters.uri, let document = documents[uri] else {
      throw Refusal(code: .invalidParameters, message: "the document is not open")
    }
    let bytes: [UInt8]
    let formatted: [UInt8]
    do throws(SyntaxError) {
      switch document {
      case .policies(let document):
        bytes = document.bytes
        formatted = try CedarFormatter().format(policies: SourceInput(name: "", bytes: bytes))
      case .schema(let text):
        bytes = text
        formatted = try CedarFormatter().format(schema: SourceInput(name: "", bytes: bytes))
      }
    } catch {
      throw Refusal(code: .requestFailed, message: "what cannot be read is not formatted: \(error)")
    }
    return { writer in
      writer.beginArray()
      if formatted != bytes {
        writer.object {
          $0.member("range") { $0.range(TextPosition(line: 0, character: 0), TextPosition(bytes.count, in: bytes)) }
          $0.member("newText") { $0.string(String(decoding: formatted, as: UTF8.self)) }
        }
      }
      writer.endArray()
    }
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
