// SPDX-License-Identifier: Apache-2.0

/// Encodes one value among claims.
struct ClaimsEncoder: Encoder {
  let tree: ClaimsTree
  let index: Int
  /// The path to the value; `nil` for the claims themselves.
  let path: ClaimsPath?

  init(_ tree: ClaimsTree, _ index: Int, _ path: ClaimsPath? = nil) {
    self.tree = tree
    self.index = index
    self.path = path
  }

  var codingPath: [any CodingKey] { path?.keys ?? [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    tree.open(isObject: true, at: index, path: codingPath)
    return KeyedEncodingContainer(KeyedClaimsEncoding(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    tree.open(isObject: false, at: index, path: codingPath)
    return UnkeyedClaimsEncoding(encoder: self)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  /// An encoder for a new member; for one that cannot be, an encoder that leads nowhere, as the failure is kept.
  func child(_ key: some CodingKey) -> ClaimsEncoder {
    (try? newChild(key)) ?? ClaimsEncoder(tree, index, path)
  }

  @inline(__always)
  func newChild(_ key: some CodingKey) throws -> ClaimsEncoder {
    let path = ClaimsPath(key, in: path)
    return ClaimsEncoder(tree, try tree.append(to: index, name: key.stringValue, path: path.keys), path)
  }

  /// Appends a member that is a scalar.
  @inline(__always)
  func append(_ value: ClaimsTree.Value, _ key: some CodingKey) throws {
    let index = try tree.append(to: index, name: key.stringValue, path: codingPath + [key])
    try tree.set(value, at: index, path: codingPath + [key])
  }

  /// A number, which must be finite: JSON has no other.
  func number(_ value: Double, _ key: (any CodingKey)? = nil) throws -> ClaimsTree.Value {
    guard value.isFinite else { throw tree.fail("a number that is not finite", codingPath + (key.map { [$0] } ?? [])) }
    return .number(value)
  }

  func float(_ value: Float, _ key: (any CodingKey)? = nil) throws -> ClaimsTree.Value {
    guard value.isFinite else { throw tree.fail("a number that is not finite", codingPath + (key.map { [$0] } ?? [])) }
    return .float(value)
  }
}

// MARK: Scalars

extension ClaimsEncoder: SingleValueEncodingContainer {
  private func set(_ value: ClaimsTree.Value) throws { try tree.set(value, at: index, path: codingPath) }

  func encodeNil() throws { try set(.null) }
  func encode(_ value: Bool) throws { try set(.boolean(value)) }
  func encode(_ value: String) throws { try set(.string(value)) }
  func encode(_ value: Double) throws { try set(try number(value)) }
  func encode(_ value: Float) throws { try set(try float(value)) }
  func encode(_ value: Int) throws { try set(.integer(Int64(value))) }
  func encode(_ value: Int8) throws { try set(.integer(Int64(value))) }
  func encode(_ value: Int16) throws { try set(.integer(Int64(value))) }
  func encode(_ value: Int32) throws { try set(.integer(Int64(value))) }
  func encode(_ value: Int64) throws { try set(.integer(value)) }
  func encode(_ value: UInt) throws { try set(.unsigned(UInt64(value))) }
  func encode(_ value: UInt8) throws { try set(.unsigned(UInt64(value))) }
  func encode(_ value: UInt16) throws { try set(.unsigned(UInt64(value))) }
  func encode(_ value: UInt32) throws { try set(.unsigned(UInt64(value))) }
  func encode(_ value: UInt64) throws { try set(.unsigned(value)) }
  func encode(_ value: some Encodable) throws { try write(value) }
  func encode(number text: String) throws { try set(.literal(text)) }
}
