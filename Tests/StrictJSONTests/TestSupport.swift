// SPDX-License-Identifier: Apache-2.0

import StrictJSON

/// A representative input: every kind of value, every kind of escape, nesting, white space.
let sampleText = #"""
  [{"uid": {"type": "Photo::Album", "id": "summer \"24\" \\ \/ \u00e9\uD83D\ude00"}, "attrs":
   {"name":"Zo\u00eb ‹é› 😀", "size" : -120, "ratio":0.5e-3, "big": 1E+9, "none":null, "tags":["a", "", "\b\f\n\r\t"],
    "yes":true,"no":false, "nested": {"empty":{}, "list": [ ], "deep":[[[0]]]}}, "parents":[]}, "tail", 0]

  """#

func refusal(parsing bytes: [UInt8], maximumDepth: Int = 64) -> JSONError? {
  do throws(JSONError) {
    _ = try JSONDocument(parsing: bytes, maximumDepth: maximumDepth)
    return nil
  } catch {
    return error
  }
}

func refusal(streaming bytes: [UInt8], maximumDepth: Int = 64) -> JSONError? {
  do throws(JSONError) {
    var stream = try JSONArrayStream(bytes, maximumDepth: maximumDepth)
    var document = JSONDocument(maximumDepth: maximumDepth)
    while try stream.next(into: &document) {}
    return nil
  } catch {
    return error
  }
}

/// Writes a value as its document understands it, numbers as text in a marked string; for shallow test inputs.
func rewrite(_ index: JSONDocument.Index, of document: JSONDocument, into writer: inout JSONWriter) {
  switch document.kind(of: index) {
  case .null: writer.null()
  case .boolean: writer.boolean(document.boolean(at: index) ?? false)
  case .string: writer.string(document.string(at: index) ?? "")
  case .number:
    if let integer = document.integer(at: index) {
      writer.integer(integer)
    } else {
      writer.string("number " + (document.numberText(at: index) ?? ""))
    }
  case .array:
    writer.beginArray()
    for element in document.elements(of: index) { rewrite(element, of: document, into: &writer) }
    writer.endArray()
  case .object:
    writer.beginObject()
    for (key, value) in document.members(of: index) {
      writer.key(document.string(at: key) ?? "")
      rewrite(value, of: document, into: &writer)
    }
    writer.endObject()
  }
}

func rewritten(_ document: JSONDocument) -> String {
  var writer = JSONWriter()
  rewrite(document.root, of: document, into: &writer)
  return writer.text
}

/// A small generator with a fixed seed, so that a failure can be repeated (xorshift).
struct RepeatableGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
