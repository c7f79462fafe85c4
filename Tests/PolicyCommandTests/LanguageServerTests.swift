// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A client that speaks the Language Server Protocol with `policy lsp` over pipes.
private final class Client {
  private let process: Process
  private let input = Pipe()
  private let output = Pipe()
  private var buffer = Data()
  private var id = 0

  init(in folder: Folder) throws {
    process = Process()
    process.executableURL = URL(filePath: try PolicyProcess.executable())
    process.arguments = ["lsp", "--stdio"]
    process.currentDirectoryURL = URL(filePath: folder.path)
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  func send(_ body: [String: Any]) throws {
    let data = try JSONSerialization.data(withJSONObject: body.merging(["jsonrpc": "2.0"]) { $1 })
    try input.fileHandleForWriting.write(contentsOf: Data("Content-Length: \(data.count)\r\n\r\n".utf8) + data)
  }

  func notify(_ method: String, _ parameters: [String: Any] = [:]) throws {
    try send(["method": method, "params": parameters])
  }

  /// The answer to a request; notifications before it are left out.
  func request(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    id += 1
    try send(["id": id, "method": method, "params": parameters])
    while true {
      let message = try next()
      if message["id"] as? Int == id { return message }
    }
  }

  /// The next message of the server.
  func next() throws -> [String: Any] {
    while true {
      if let end = buffer.range(of: Data("\r\n\r\n".utf8)) {
        let header = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        let length = try #require(Int(header.dropFirst("Content-Length: ".count)))
        let stop = end.upperBound + length
        if buffer.count >= stop - buffer.startIndex, stop <= buffer.endIndex {
          let body = buffer[end.upperBound..<stop]
          buffer = Data(buffer[stop...])
          return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
        }
      }
      let chunk = output.fileHandleForReading.availableData
      guard !chunk.isEmpty else { throw ProcessFailure(description: "the server ended") }
      buffer.append(chunk)
    }
  }

  func diagnostics() throws -> [[String: Any]] {
    while true {
      let message = try next()
      guard message["method"] as? String == "textDocument/publishDiagnostics" else { continue }
      return try #require((message["params"] as? [String: Any])?["diagnostics"] as? [[String: Any]])
    }
  }

  func end() throws -> Int32 {
    _ = try request("shutdown")
    try notify("exit")
    process.waitUntilExit()
    return process.terminationStatus
  }

  func kill() {
    if process.isRunning { process.terminate() }
  }
}

@Suite("policy lsp", .serialized)
struct LanguageServerTests {
  private static let schema = """
    entity User { nick?: String, age: Long };
    /// Pictures.
    @doc("a picture")
    entity Photo;
    action view appliesTo { principal: User, resource: Photo };
    """

  private static func position(_ line: Int, _ character: Int) -> [String: Any] {
    ["line": line, "character": character]
  }

  private static func change(_ uri: String, _ from: (Int, Int), _ to: (Int, Int), _ text: String) -> [String: Any] {
    [
      "textDocument": ["uri": uri, "version": 2],
      "contentChanges": [["range": ["start": position(from.0, from.1), "end": position(to.0, to.1)], "text": text]],
    ]
  }

  @Test("An editor gets diagnostics as one types, hover, definitions, completion, renaming and formatting")
  func session() throws {
    let folder = try Folder(["s.cedarschema": Self.schema])
    let client = try Client(in: folder)
    defer { client.kill() }
    let uri = "file://\(folder.path)/p.cedar"
    #expect((try client.request("textDocument/hover")["error"] as? [String: Any])?["code"] as? Int == -32002)
    let capabilities = try client.request("initialize", ["capabilities": [String: Any]()])
    #expect(capabilities["result"] != nil)
    let text =
      "// é😀\n@id(\"a\") permit(principal is User, action == Action::\"view\", resource is Photo)\nwhen { principal.age > 1 };\n@id(\"b\")\nforbid(principal, action, resource);\n"
    try client.notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": uri, "languageId": "cedar", "version": 1, "text": text]]
    )
    #expect(try client.diagnostics().isEmpty)

    // A misspelt attribute, then mended.
    try client.notify("textDocument/didChange", Self.change(uri, (2, 17), (2, 20), "agee"))
    let found = try client.diagnostics()
    #expect(found.count == 1)
    #expect(found.first?["code"] as? String == "unsafeAttributeAccess")
    #expect(((found.first?["range"] as? [String: Any])?["start"] as? [String: Any])?["line"] as? Int == 2)
    try client.notify("textDocument/didChange", Self.change(uri, (2, 17), (2, 21), "age"))
    #expect(try client.diagnostics().isEmpty)

    // A `;` that goes, and comes again.
    try client.notify("textDocument/didChange", Self.change(uri, (2, 26), (2, 27), ""))
    #expect(try client.diagnostics().count == 1)
    try client.notify("textDocument/didChange", Self.change(uri, (2, 26), (2, 26), ";"))
    #expect(try client.diagnostics().isEmpty)

    // An id that occurs twice.
    try client.notify("textDocument/didChange", Self.change(uri, (3, 5), (3, 6), "a"))
    #expect(try client.diagnostics().count == 2)
    try client.notify("textDocument/didChange", Self.change(uri, (3, 5), (3, 6), "b"))
    #expect(try client.diagnostics().isEmpty)

    func at(_ line: Int, _ character: Int) -> [String: Any] {
      ["textDocument": ["uri": uri], "position": Self.position(line, character)]
    }
    let hover = try client.request("textDocument/hover", at(1, 76))
    let contents = ((hover["result"] as? [String: Any])?["contents"] as? [String: Any])?["value"] as? String
    #expect(contents?.contains("@doc(\"a picture\")\nentity Photo") == true)
    let definition = try client.request("textDocument/definition", at(2, 18))
    let place = (definition["result"] as? [[String: Any]])?.first
    #expect((place?["uri"] as? String)?.hasSuffix("s.cedarschema") == true)
    #expect(((place?["range"] as? [String: Any])?["start"] as? [String: Any])?["character"] as? Int == 29)

    func labels(_ line: Int, _ character: Int) throws -> [String] {
      let answer = try client.request("textDocument/completion", at(line, character))
      let items = (answer["result"] as? [String: Any])?["items"] as? [[String: Any]]
      return (items ?? []).compactMap { $0["label"] as? String }
    }
    #expect(try labels(2, 18).starts(with: ["age", "nick"]))
    let names = try labels(1, 31)
    #expect(names.contains("Photo") && names.contains("Action::\"view\"") && names.contains("unless"))

    let rename = try client.request("textDocument/rename", at(3, 5).merging(["newName": "c\"d"]) { $1 })
    let edits = ((rename["result"] as? [String: Any])?["changes"] as? [String: Any])?[uri] as? [[String: Any]]
    #expect(edits?.first?["newText"] as? String == "\"c\\\"d\"")
    #expect(try client.request("textDocument/rename", at(3, 5).merging(["newName": "a"]) { $1 })["error"] != nil)
    #expect(try client.request("textDocument/prepareRename", at(2, 18))["result"] is NSNull)

    let formatted = try client.request("textDocument/formatting", ["textDocument": ["uri": uri]])
    let newText = (formatted["result"] as? [[String: Any]])?.first?["newText"] as? String
    #expect(newText?.hasPrefix("// é😀\n@id(\"a\")\npermit (\n") == true)
    #expect((try client.request("no/such")["error"] as? [String: Any])?["code"] as? Int == -32601)
    #expect(try client.end() == 0)
  }

  @Test("A schema that is open counts as it stands in the editor, and its own mistakes are shown")
  func openSchema() throws {
    let folder = try Folder(["s.cedarschema": Self.schema])
    let client = try Client(in: folder)
    defer { client.kill() }
    _ = try client.request("initialize")
    let policies = "file://\(folder.path)/p.cedar"
    let schema = "file://\(folder.path)/s.cedarschema"
    let text = "permit(principal, action, resource) when { principal.age > 1 };"
    try client.notify("textDocument/didOpen", ["textDocument": ["uri": policies, "text": text]])
    #expect(try client.diagnostics().isEmpty)
    try client.notify("textDocument/didOpen", ["textDocument": ["uri": schema, "text": Self.schema]])
    #expect(try client.diagnostics().isEmpty)
    #expect(try client.diagnostics().isEmpty)
    try client.notify("textDocument/didChange", Self.change(schema, (0, 29), (0, 32), "size"))
    #expect(try client.diagnostics().isEmpty)
    #expect(try client.diagnostics().count == 1)
    try client.notify("textDocument/didChange", Self.change(schema, (0, 0), (0, 6), "entty"))
    #expect(try client.diagnostics().count >= 1)
    #expect(try client.end() == 0)
  }

  @Test(
    "A message whose header is wrong, too long or cut short ends the server with 1 and a line",
    arguments: [
      "Content-Length: x\r\n\r\n{}", "Content-Length: -1\r\n\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
      "\r\n",
      "Content-Length: 99999999999\r\n\r\n", "Content-Length: 10\r\n\r\n{}", "X: 1\r\n\r\n",
      "Content-Length 2\r\n\r\n{}",
      "Content-Length: 2",
    ]
  )
  func framing(_ input: String) async throws {
    let outcome = try await policy("lsp", input: input, in: Folder())
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasPrefix("error: "))
    let long = try await policy("lsp", input: "X: " + String(repeating: "x", count: 10_000), in: Folder())
    #expect(long.status == 1)
  }

  @Test("A body that is not JSON, or no request, gets an error and the server goes on")
  func badBodies() throws {
    let client = try Client(in: Folder())
    defer { client.kill() }
    try client.send(["x": 1])
    #expect((try client.next()["error"] as? [String: Any])?["code"] as? Int == -32600)
    _ = try client.request("initialize")
    #expect(try client.end() == 0)
  }

  @Test("Random changes leave the same diagnostics as opening the text that they lead to", arguments: 0..<4)
  func randomChanges(_ seed: Int) throws {
    let folder = try Folder(["s.cedarschema": Self.schema])
    let client = try Client(in: folder)
    defer { client.kill() }
    _ = try client.request("initialize")
    let uri = "file://\(folder.path)/p.cedar"
    var lines = (0..<30).map { "@id(\"p\($0)\") permit(principal, action, resource) when { principal.age > \($0) };" }
    try client.notify("textDocument/didOpen", ["textDocument": ["uri": uri, "text": lines.joined(separator: "\n")]])
    _ = try client.diagnostics()
    var state = UInt64(seed) &+ 88_172_645_463_325_252
    func random(_ limit: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(limit))
    }
    for _ in 0..<60 {
      let line = random(lines.count)
      let start = random(lines[line].utf16.count + 1)
      let end = min(lines[line].utf16.count, start + random(3))
      let text = ["", "x", "\"", "; ", "}", "// c", "1"][random(7)]
      try client.notify("textDocument/didChange", Self.change(uri, (line, start), (line, end), text))
      _ = try client.diagnostics()
      var units = Array(lines[line].utf16)
      units.replaceSubrange(start..<end, with: Array(text.utf16))
      lines[line] = String(decoding: units, as: UTF16.self)
    }
    // Mending every line brings back a text without diagnostics.
    var last = 0
    for line in lines.indices {
      let good = "@id(\"p\(line)\") permit(principal, action, resource) when { principal.age > \(line) };"
      try client.notify("textDocument/didChange", Self.change(uri, (line, 0), (line, lines[line].utf16.count), good))
      last = try client.diagnostics().count
    }
    #expect(last == 0)
    #expect(try client.end() == 0)
  }
}
