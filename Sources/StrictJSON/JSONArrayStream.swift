// SPDX-License-Identifier: Apache-2.0

/// Reads the elements of a top-level array, one document at a time into the same storage, so that memory beyond the
/// source does not grow with their number.
///
/// It accepts exactly what `JSONDocument(parsing:maximumDepth:)` accepts, the array itself being the first level, but
/// hands out elements before it has seen the end: act on none of them until `next(into:)` has returned false, or undo.
package struct JSONArrayStream: Sendable {
  private enum State {
    case first, following, finished
    case failed(JSONError)
  }

  private let source: [UInt8]
  private let maximumDepth: Int
  private var position: Int
  private var state = State.first

  /// Checks size and encoding of the whole source, and that it opens an array.
  package init(_ source: [UInt8], maximumDepth: Int) throws(JSONError) {
    try JSONDocument.check(source)
    let bytes = source.span
    let start = Tape.skipWhiteSpace(bytes, 0)
    guard start < bytes.count, bytes[start] == UInt8(ascii: "[") else {
      throw .unexpected(bytes, at: start, expected: "'[' to start an array")
    }
    guard maximumDepth > 0 else { throw .depthExceeded(at: start, limit: maximumDepth) }
    self.source = source
    self.maximumDepth = maximumDepth
    position = start + 1
  }

  /// Reads the next element, its offsets counted from the start of the whole source.
  ///
  /// The depth allowed is the stream's, not the document's.
  ///
  /// - Returns: false at the end of the array, having verified that only white space follows. The document holds null
  ///   then, and also when an error is thrown. After an error each call throws it again.
  package mutating func next(into document: inout JSONDocument) throws(JSONError) -> Bool {
    do throws(JSONError) {
      return try read(into: &document)
    } catch {
      document.removeAll()
      state = .failed(error)
      throw error
    }
  }

  private mutating func read(into document: inout JSONDocument) throws(JSONError) -> Bool {
    document.tape.removeAll()
    let source = source  // a span of the property itself would borrow the whole stream
    let bytes = source.span
    position = Tape.skipWhiteSpace(bytes, position)
    let byte = position < bytes.count ? bytes[position] : 0
    switch state {
    case .failed(let error): throw error
    case .first where byte == UInt8(ascii: "]"), .following where byte == UInt8(ascii: "]"):
      position = Tape.skipWhiteSpace(bytes, position + 1)
      guard position == bytes.count else {
        throw .unexpected(bytes, at: position, expected: "nothing after the array", code: .trailingBytes)
      }
      state = .finished
      document.removeAll()
      return false
    case .finished:
      document.removeAll()
      return false
    case .first: state = .following
    case .following:
      guard byte == UInt8(ascii: ",") else { throw .unexpected(bytes, at: position, expected: "',' or ']'") }
      position += 1
    }
    position = try document.tape.readValue(bytes, at: position, depth: 1, maximumDepth: maximumDepth)
    document.source = source
    return true
  }
}
