// SPDX-License-Identifier: Apache-2.0

// The fuzzer of the JSON reader; Scripts/fuzz compiles it together with the sources of StrictJSON.

/// Writes JSON that is read, and reads it again; as an element of an array it reads as it does alone.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let document = try? JSONDocument(parsing: bytes, maximumDepth: 32)
  if let document {
    let text = written(document)
    guard let again = try? JSONDocument(parsing: text, maximumDepth: 32), written(again) == text else {
      fatalError("what was written does not read as the same: \(String(decoding: text, as: UTF8.self))")
    }
  }
  // One level more is open around it.
  let array = [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")]
  var element = JSONDocument(maximumDepth: 32)
  var elements: [[UInt8]] = []
  var isWhole = false
  if var stream = try? JSONArrayStream(array, maximumDepth: 32) {
    do {
      while try stream.next(into: &element) { elements.append(written(element)) }
      isWhole = true
    } catch {}
  }
  if let document, isWhole, elements != [written(document)] { fatalError("in an array it is something else") }
  if document != nil, !isWhole, count > 0, (try? JSONDocument(parsing: array, maximumDepth: 32)) != nil {
    fatalError("in an array it is refused")
  }
  return 0
}

private func written(_ document: JSONDocument) -> [UInt8] {
  var writer = JSONWriter()
  writer.value(document.root, of: document)
  return writer.bytes
}
