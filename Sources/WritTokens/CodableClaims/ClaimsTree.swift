// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Claims while a `Codable` encodes itself: containers may be filled in any order, also several at once.
///
/// One flat list of values, each with the place of its container and of the one after it there. Where something is
/// asked for that is no JSON, the first failure is kept, as not all that fails may throw.
final class ClaimsTree {
  enum Value {
    /// Nothing yet; an empty object if it stays so.
    case none
    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case float(Float)
    case string(String)
    /// The text of a number.
    case literal(String)
    case array, object
  }

  struct Node {
    var value = Value.none
    /// The name of a member; empty for an element.
    let name: String
    /// The number of containers around the value, the value itself counted.
    let depth: Int
    var count = 0
    var first = 0
    var last = 0
    var next = 0
  }

  /// The place of the claims themselves; no other value lies there, so that 0 also says "none".
  static let root = 0

  private(set) var nodes = [Node(name: "", depth: 1)]
  /// The first failure: an `EncodingError`, or a `TokenError` whose words may be shown.
  private(set) var failure: (any Error)?
  /// Whether there are objects in the claims, whose names have not been compared.
  private var hasObjects = false

  /// A new value at the end of a container.
  func append(to container: Int, name: String, path: @autoclosure () -> [any CodingKey]) throws -> Int {
    if let failure { throw failure }
    let depth = nodes[container].depth + 1
    // One level more than containers may have: the scalars in the innermost.
    guard depth <= CompactToken.maximumDepth + 1 else { throw fail("claims nested too deep", path()) }
    let index = nodes.count
    nodes.append(Node(name: name, depth: depth))
    if nodes[container].count == 0 {
      nodes[container].first = index
    } else {
      nodes[nodes[container].last].next = index
    }
    nodes[container].last = index
    nodes[container].count += 1
    return index
  }

  /// Gives a value to a place that has none.
  func set(_ value: Value, at index: Int, path: @autoclosure () -> [any CodingKey]) throws {
    if let failure { throw failure }
    guard case .none = nodes[index].value else { throw fail("a second value in one place", path()) }
    nodes[index].value = value
  }

  /// Makes a place an array or an object, which it may have been before.
  func open(isObject: Bool, at index: Int, path: @autoclosure () -> [any CodingKey]) {
    switch (nodes[index].value, isObject) {
    case (.array, false), (.object, true): return
    case (.none, _):
      guard nodes[index].depth <= CompactToken.maximumDepth else { _ = fail("claims nested too deep", path()); return }
      nodes[index].value = isObject ? .object : .array
      if isObject, index != Self.root { hasObjects = true }
    default: _ = fail("a second value in one place", path())
    }
  }

  func fail(_ reason: String, _ path: [any CodingKey]) -> EncodingError {
    let error = EncodingError.invalidValue(reason, EncodingError.Context(codingPath: path, debugDescription: reason))
    failure = failure ?? error
    return error
  }

  /// Keeps a failure whose words may be shown.
  func fail(_ error: TokenError) -> TokenError {
    failure = failure ?? error
    return error
  }

  // MARK: Writing

  /// Writes the members of the claims.
  func write(to claims: inout ClaimsWriter) {
    if let failure {
      return claims.fail(failure as? TokenError ?? TokenError(.claim, "the claims cannot be written as JSON"))
    }
    guard case .object = nodes[Self.root].value else {
      return claims.fail(TokenError(.claim, "the claims of the token are not an object"))
    }
    var index = nodes[Self.root].first
    for _ in 0..<nodes[Self.root].count {
      guard claims.begin(nodes[index].name) else { return }
      write(index, to: &claims.writer)
      index = nodes[index].next
    }
    if hasObjects { claims.readAgain() }
  }

  /// Writes a value; recursion is bounded by the depth that values may have.
  private func write(_ index: Int, to writer: inout JSONWriter) {
    switch nodes[index].value {
    case .none:
      writer.beginObject()
      writer.endObject()
    case .null: writer.null()
    case .boolean(let value): writer.boolean(value)
    case .integer(let value): writer.integer(value)
    case .unsigned(let value): writer.integer(value)
    case .number(let value): writer.number(value)
    case .float(let value): writer.number(value)
    case .string(let value): writer.string(value)
    case .literal(let text): writer.literal(text)
    case .array:
      writer.beginArray()
      forEachChild(of: index) { write($0, to: &writer) }
      writer.endArray()
    case .object:
      writer.beginObject()
      forEachChild(of: index) { child in
        writer.key(nodes[child].name)
        write(child, to: &writer)
      }
      writer.endObject()
    }
  }

  private func forEachChild(of index: Int, _ body: (Int) -> Void) {
    var child = nodes[index].first
    for _ in 0..<nodes[index].count {
      body(child)
      child = nodes[child].next
    }
  }
}
