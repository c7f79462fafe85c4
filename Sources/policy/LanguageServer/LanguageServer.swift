// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// The state of a language server: open documents, and the schema of each folder.
struct LanguageServer {
  /// The codes of errors (JSON-RPC 2.0, section 5.1, and the Language Server Protocol).
  enum ErrorCode: Int {
    case parse = -32700
    case invalidRequest = -32600
    case unknownMethod = -32601
    case invalidParameters = -32602
    case notInitialized = -32002
    case requestFailed = -32803
  }

  /// A request that cannot be answered.
  struct Refusal: Error {
    let code: ErrorCode
    let message: String
  }

  enum Document {
    case policies(PolicyDocument)
    case schema([UInt8])
  }

  private(set) var documents: [String: Document] = [:]
  /// The schema of the policies in each folder, once it is asked for.
  private var schemas: [String: SchemaIndex?] = [:]
  private var isInitialized = false
  private var isShutDown = false
  private(set) var exitStatus: Int32?
  /// Messages to send.
  private var outbox: [[UInt8]] = []

  /// Handles a message.
  ///
  /// - Returns: the bodies of the messages to send.
  mutating func answer(_ body: [UInt8]) -> [[UInt8]] {
    outbox = []
    let document: JSONDocument
    do {
      document = try JSONDocument(parsing: body, maximumDepth: MessageStream.maximumDepth)
    } catch {
      respond(nil, nil, .failure(Refusal(code: .parse, message: "the message is not JSON: \(error)")))
      return outbox
    }
    let id = document.member("id", of: document.root)
    guard let method = document.member("method", of: document.root).flatMap({ document.string(at: $0) }) else {
      // An answer to a request of ours, of which there are none.
      if id == nil || document.member("result", of: document.root) == nil {
        respond(id, document, .failure(Refusal(code: .invalidRequest, message: "the message has no method")))
      }
      return outbox
    }
    let parameters = LanguageServerParameters(document, document.member("params", of: document.root))
    if let id {
      do throws(Refusal) {
        respond(id, document, .success(try request(method, parameters)))
      } catch {
        respond(id, document, .failure(error))
      }
    } else {
      notify(method, parameters)
    }
    return outbox
  }

  private mutating func respond(
    _ id: JSONDocument.Index?,
    _ document: JSONDocument?,
    _ result: Result<(inout JSONWriter) -> Void, Refusal>
  ) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("jsonrpc")
    writer.string("2.0")
    writer.key("id")
    if let id, let document { writer.value(id, of: document) } else { writer.null() }
    switch result {
    case .success(let write):
      writer.key("result")
      write(&writer)
    case .failure(let refusal):
      writer.key("error")
      writer.beginObject()
      writer.key("code")
      writer.integer(refusal.code.rawValue)
      writer.key("message")
      writer.string(refusal.message)
      writer.endObject()
    }
    writer.endObject()
    outbox.append(writer.bytes)
  }

  // MARK: Requests

  private mutating func request(
    _ method: String,
    _ parameters: LanguageServerParameters
  ) throws(Refusal) -> (inout JSONWriter) -> Void {
    if method == "initialize" {
      isInitialized = true
      return Self.writeCapabilities
    }
    guard isInitialized else { throw Refusal(code: .notInitialized, message: "`initialize` comes first") }
    if isShutDown { throw Refusal(code: .invalidRequest, message: "the server is shut down") }
    switch method {
    case "shutdown":
      isShutDown = true
      return { $0.null() }
    case "textDocument/hover": return try hover(parameters)
    case "textDocument/definition": return try definition(parameters)
    case "textDocument/completion": return try completion(parameters)
    case "textDocument/prepareRename": return try prepareRename(parameters)
    case "textDocument/rename": return try rename(parameters)
    case "textDocument/formatting": return try formatting(parameters)
    default: throw Refusal(code: .unknownMethod, message: "there is no method `\(CedarText.shown(method))`")
    }
  }

  private static func writeCapabilities(_ writer: inout JSONWriter) {
    writer.object {
      $0.member("capabilities") {
        $0.object {
          // 2: changes are ranges.
          $0.member("textDocumentSync") {
            $0.object {
              $0.member("openClose") { $0.boolean(true) }
              $0.member("change") { $0.integer(2) }
            }
          }
          $0.member("hoverProvider") { $0.boolean(true) }
          $0.member("definitionProvider") { $0.boolean(true) }
          $0.member("documentFormattingProvider") { $0.boolean(true) }
          $0.member("renameProvider") { $0.object { $0.member("prepareProvider") { $0.boolean(true) } } }
          $0.member("completionProvider") {
            $0.object {
              $0.member("triggerCharacters") {
                $0.beginArray()
                $0.string(".")
                $0.string(":")
                $0.endArray()
              }
            }
          }
        }
      }
      $0.member("serverInfo") { $0.object { $0.member("name") { $0.string("policy") } } }
    }
  }

  // MARK: Notifications

  private mutating func notify(_ method: String, _ parameters: LanguageServerParameters) {
    if method == "exit" {
      exitStatus = isShutDown ? 0 : 1
      return
    }
    guard isInitialized, !isShutDown, let uri = parameters.uri else { return }
    switch method {
    case "textDocument/didOpen":
      guard let text = parameters.text("textDocument", "text") else { return }
      open(uri, text)
    case "textDocument/didChange":
      guard documents[uri] != nil else { return }
      for change in parameters.changes { apply(change, to: uri) }
      changed(uri)
    case "textDocument/didClose":
      documents[uri] = nil
      publish(uri, [])
      if Self.isSchema(uri) { schemaChanged(Self.folder(of: uri)) }
    case "textDocument/didSave":
      if Self.isSchema(uri) { schemaChanged(Self.folder(of: uri)) }
    default: break
    }
  }

  private mutating func open(_ uri: String, _ text: [UInt8]) {
    if Self.isSchema(uri) {
      documents[uri] = .schema(text)
    } else {
      documents[uri] = .policies(PolicyDocument(text, index(of: uri)?.schema))
    }
    changed(uri)
  }

  private mutating func apply(_ change: LanguageServerParameters.Change, to uri: String) {
    guard let range = change.range else { return open(uri, change.text) }
    switch documents[uri] {
    case .policies(var document):
      // The only copy, so that the change is made in place.
      documents[uri] = nil
      document.replace(range.start, range.end, with: change.text, index(of: uri)?.schema)
      documents[uri] = .policies(document)
    case .schema(let bytes):
      let start = range.start.offset(in: bytes)
      let end = max(start, range.end.offset(in: bytes))
      documents[uri] = .schema(Array(bytes[..<start]) + change.text + Array(bytes[end...]))
    case nil: break
    }
  }

  private mutating func changed(_ uri: String) {
    if Self.isSchema(uri) { return schemaChanged(Self.folder(of: uri)) }
    publishPolicies(uri)
  }

  // MARK: Schemas

  static func isSchema(_ uri: String) -> Bool { InputKind(readAs: DocumentAddress.name(of: uri)) == .schema }

  static func folder(of uri: String) -> String {
    uri.lastIndex(of: "/").map { String(uri[..<$0]) } ?? ""
  }

  private func schemaSources(in folder: String) -> [(uri: String, source: SourceInput)] {
    var sources: [String: SourceInput] = [:]
    if let path = DocumentAddress.path(of: folder) {
      for name in (try? Directory.names(in: path)) ?? [] where InputKind(readAs: name) == .schema {
        let uri = DocumentAddress.uri(ofPath: "\(path)/\(name)")
        if let contents = try? InputFile.contents(of: "\(path)/\(name)") {
          sources[uri] = SourceInput(name: uri, bytes: contents.bytes)
        }
      }
    }
    for case (let uri, .schema(let bytes)) in documents where Self.folder(of: uri) == folder {
      let path = DocumentAddress.path(of: uri).map(DocumentAddress.uri(ofPath:))
      if let path { sources[path] = nil }
      sources[uri] = SourceInput(name: uri, bytes: bytes)
    }
    return sources.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The schema of a document's folder, `nil` where there is none that can be read.
  mutating func index(of uri: String) -> SchemaIndex? {
    let folder = Self.folder(of: uri)
    if let known = schemas[folder] { return known }
    let sources = schemaSources(in: folder).map(\.source)
    let found = sources.isEmpty ? nil : (try? Schema(parsing: sources)).map { SchemaIndex($0) }
    schemas[folder] = .some(found)
    return found
  }

  /// Reads the schema of a folder again, and validates the policies in it.
  private mutating func schemaChanged(_ folder: String) {
    schemas[folder] = nil
    let sources = schemaSources(in: folder)
    var remarks: [String: [Remark]] = [:]
    do {
      schemas[folder] = sources.isEmpty ? .some(nil) : SchemaIndex(try Schema(parsing: sources.map(\.source)))
    } catch {
      schemas[folder] = .some(nil)
      for diagnostic in error.diagnostics { remarks[diagnostic.source.name, default: []].append(Remark(diagnostic)) }
    }
    for case (let uri, .schema(let bytes)) in documents where Self.folder(of: uri) == folder {
      publish(
        uri,
        (remarks[uri] ?? []).map { (TextPosition($0.span.start, in: bytes), TextPosition($0.span.end, in: bytes), $0) }
      )
    }
    for case (let uri, .policies(var document)) in documents where Self.folder(of: uri) == folder {
      document.checkAll(index(of: uri)?.schema)
      documents[uri] = .policies(document)
      publishPolicies(uri)
    }
  }

  // MARK: Diagnostics

  /// The most diagnostics that are sent of a document.
  static let maximumDiagnostics = 1000

  private mutating func publishPolicies(_ uri: String) {
    guard case .policies(let document)? = documents[uri] else { return }
    var found: [(TextPosition, TextPosition, Remark)] = []
    var line = 0
    let hasDuplicates = document.policiesByID.values.contains { $0 > 1 }
    for piece in document.pieces {
      defer { line += piece.lines }
      var remarks = piece.remarks
      if hasDuplicates {
        for (id, span) in piece.ids where (document.policiesByID[id] ?? 0) > 1 {
          remarks.append(Remark(duplicate: id.string, at: span))
        }
      }
      for remark in remarks where found.count < Self.maximumDiagnostics {
        var start = TextPosition(remark.span.start, in: piece.bytes)
        var end = TextPosition(remark.span.end, in: piece.bytes)
        start.line += line
        end.line += line
        found.append((start, end, remark))
      }
    }
    publish(uri, found)
  }

  private mutating func publish(_ uri: String, _ remarks: [(TextPosition, TextPosition, Remark)]) {
    var writer = JSONWriter()
    writer.object {
      $0.member("jsonrpc") { $0.string("2.0") }
      $0.member("method") { $0.string("textDocument/publishDiagnostics") }
      $0.member("params") {
        $0.object {
          $0.member("uri") { $0.string(uri) }
          $0.member("diagnostics") {
            $0.beginArray()
            for (start, end, remark) in remarks {
              $0.object {
                $0.member("range") { $0.range(start, end) }
                // 1: error, 2: warning.
                $0.member("severity") { $0.integer(remark.isError ? 1 : 2) }
                if let code = remark.code { $0.member("code") { $0.string(code) } }
                $0.member("source") { $0.string("policy") }
                $0.member("message") { $0.string(remark.message) }
              }
            }
            $0.endArray()
          }
        }
      }
    }
    outbox.append(writer.bytes)
  }
}

extension JSONWriter {
  mutating func object(_ members: (inout JSONWriter) -> Void) {
    beginObject()
    members(&self)
    endObject()
  }

  mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
    key(name)
    value(&self)
  }

  mutating func range(_ start: TextPosition, _ end: TextPosition) {
    object {
      $0.member("start") { $0.position(start) }
      $0.member("end") { $0.position(end) }
    }
  }

  private mutating func position(_ position: TextPosition) {
    object {
      $0.member("line") { $0.integer(position.line) }
      $0.member("character") { $0.integer(position.character) }
    }
  }
}
