// SPDX-License-Identifier: Apache-2.0

/// The elements of an array among claims that are being encoded.
struct UnkeyedClaimsEncoding: UnkeyedEncodingContainer {
  let encoder: ClaimsEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.tree.nodes[encoder.index].count }
  /// The place of the next element.
  private var key: ClaimsCodingKey { ClaimsCodingKey(intValue: count) }

  /// Appends a scalar.
  @inline(__always)
  private func append(_ value: ClaimsTree.Value) throws {
    let index = try encoder.tree.append(to: encoder.index, name: "", path: codingPath + [key])
    try encoder.tree.set(value, at: index, path: codingPath + [key])
  }

  func encodeNil() throws { try append(.null) }
  func encode(_ value: Bool) throws { try append(.boolean(value)) }
  func encode(_ value: String) throws { try append(.string(value)) }
  func encode(_ value: Double) throws { try append(try encoder.number(value, key)) }
  func encode(_ value: Float) throws { try append(try encoder.float(value, key)) }
  func encode(_ value: Int) throws { try append(.integer(Int64(value))) }
  func encode(_ value: Int8) throws { try append(.integer(Int64(value))) }
  func encode(_ value: Int16) throws { try append(.integer(Int64(value))) }
  func encode(_ value: Int32) throws { try append(.integer(Int64(value))) }
  func encode(_ value: Int64) throws { try append(.integer(value)) }
  func encode(_ value: UInt) throws { try append(.unsigned(UInt64(value))) }
  func encode(_ value: UInt8) throws { try append(.unsigned(UInt64(value))) }
  func encode(_ value: UInt16) throws { try append(.unsigned(UInt64(value))) }
  func encode(_ value: UInt32) throws { try append(.unsigned(UInt64(value))) }
  func encode(_ value: UInt64) throws { try append(.unsigned(value)) }
  func encode(_ value: some Encodable) throws { try encoder.newChild(key).write(value) }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    encoder.child(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.child(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder.child(key) }
}
