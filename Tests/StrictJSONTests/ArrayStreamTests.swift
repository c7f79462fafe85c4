// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing

@Suite("Streaming an array equals reading it whole")
struct ArrayStreamTests {
  private func streamed(_ bytes: [UInt8], maximumDepth: Int = 16) throws(JSONError) -> [String] {
    var stream = try JSONArrayStream(bytes, maximumDepth: maximumDepth)
    var document = JSONDocument(maximumDepth: maximumDepth)
    var elements: [String] = []
    while try stream.next(into: &document) { elements.append(rewritten(document)) }
    return elements
  }

  @Test(
    "Its elements",
    arguments: ["[]", " [ ] ", "[1]", "[[],{},[{}]]", #"["\u0061",{"a":"\n"} , null]"#, sampleText]
  )
  func elements(text: String) throws {
    let bytes = Array(text.utf8)
    let whole = rewritten(try JSONDocument(parsing: bytes, maximumDepth: 16))
    #expect("[" + (try streamed(bytes)).joined(separator: ",") + "]" == whole)
  }

  @Test("Its offsets count from the start of the source")
  func offsets() throws {
    var stream = try JSONArrayStream(Array(#" [10, {"a":[true]}]"#.utf8), maximumDepth: 4)
    var document = JSONDocument(maximumDepth: 4)
    #expect(try stream.next(into: &document))
    #expect(document.offset(of: document.root) == 2)
    #expect(try stream.next(into: &document))
    #expect(document.offset(of: document.root) == 6)
    #expect(document.member("a", of: document.root).map { document.offset(of: $0) } == 11)
  }

  @Test(
    "Its refusals, code, place and message",
    arguments: [
      "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "[1]]", "[1] x", "[1],", "[01]", "[{\"a\":1,\"a\":2}]", "[{]",
      "[\"\\ud800\"]", "[1,[[[[2]]]]]", "[[[[[", "[]1", "[1,2,3,nul]", "\u{FEFF}[]", "[\"\n\"]", "", "  ",
    ]
  )
  func refusals(text: String) throws {
    let bytes = Array(text.utf8)
    let whole = try #require(refusal(parsing: bytes, maximumDepth: 4))
    let streamed = try #require(refusal(streaming: bytes, maximumDepth: 4))
    #expect(streamed.code == whole.code)
    #expect(streamed.offset == whole.offset)
  }

  @Test("Only arrays are streamed", arguments: ["{}", "1", "\"[]\"", "null"])
  func onlyArrays(text: String) {
    let error = refusal(streaming: Array(text.utf8))
    #expect(error?.code == .syntax)
    #expect(error?.offset == 0)
  }

  @Test("The array itself is the first level", arguments: [0, 1, 2, 3])
  func depth(limit: Int) {
    for text in ["[]", "[1]", "[[]]", "[[[1]]]", #"[{"a":[]}]"#] {
      let bytes = Array(text.utf8)
      #expect(refusal(streaming: bytes, maximumDepth: limit) == refusal(parsing: bytes, maximumDepth: limit))
    }
  }

  @Test("After the end it stays at the end, after an error it throws it again, and the document holds null")
  func afterwards() throws {
    var document = JSONDocument(maximumDepth: 4)
    var stream = try JSONArrayStream(Array("[7] ".utf8), maximumDepth: 4)
    #expect(try stream.next(into: &document))
    for _ in 0..<2 {
      #expect(try !stream.next(into: &document))
      #expect(document.kind(of: document.root) == .null)
    }
    var broken = try JSONArrayStream(Array("[7,x,8]".utf8), maximumDepth: 4)
    #expect(try broken.next(into: &document))
    for _ in 0..<2 {
      let error = #expect(throws: JSONError.self) { try broken.next(into: &document) }
      #expect(error?.offset == 3)
      #expect(document.kind(of: document.root) == .null)
    }
  }

  @Test("An element kept by copying its document outlives the next one")
  func copies() throws {
    var stream = try JSONArrayStream(Array(#"[["\u0061"],["\u0062"]]"#.utf8), maximumDepth: 4)
    var document = JSONDocument(maximumDepth: 4)
    #expect(try stream.next(into: &document))
    let kept = document
    #expect(try stream.next(into: &document))
    #expect(rewritten(kept) == #"["a"]"#)
    #expect(rewritten(document) == #"["b"]"#)
  }
}
