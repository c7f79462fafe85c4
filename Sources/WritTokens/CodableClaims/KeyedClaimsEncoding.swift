// SPDX-License-Identifier: Apache-2.0

/// The members of an object among claims that are being encoded.
struct KeyedClaimsEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ClaimsEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil(forKey key: Key) throws { try encoder.append(.null, key) }
  func encode(_ value: Bool, forKey key: Key) throws { try encoder.append(.boolean(value), key) }
  func encode(_ value: String, forKey key: Key) throws { try encoder.append(.string(value), key) }
  func encode(_ value: Double, forKey key: Key) throws { try encoder.append(try encoder.number(value, key), key) }
  func encode(_ value: Float, forKey key: Key) throws { try encoder.append(try encoder.float(value, key), key) }
  func encode(_ value: Int, forKey key: Key) throws { try encoder.append(.integer(Int64(value)), key) }
  func encode(_ value: Int8, forKey key: Key) throws { try encoder.append(.integer(Int64(value)), key) }
  func encode(_ value: Int16, forKey key: Key) throws { try encoder.append(.integer(Int64(value)), key) }
  func encode(_ value: Int32, forKey key: Key) throws { try encoder.append(.integer(Int64(value)), key) }
  func encode(_ value: Int64, forKey key: Key) throws { try encoder.append(.integer(value), key) }
  func encode(_ value: UInt, forKey key: Key) throws { try encoder.append(.unsigned(UInt64(value)), key) }
  func encode(_ value: UInt8, forKey key: Key) throws { try encoder.append(.unsigned(UInt64(value)), key) }
  func encode(_ value: UInt16, forKey key: Key) throws { try encoder.append(.unsigned(UInt64(value)), key) }
  func encode(_ value: UInt32, forKey key: Key) throws { try encoder.append(.unsigned(UInt64(value)), key) }
  func encode(_ value: UInt64, forKey key: Key) throws { try encoder.append(.unsigned(value), key) }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    try encoder.newChild(key).write(value)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    encoder.child(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.child(key).unkeyedContainer() }
  func superEncoder() -> any Encoder { encoder.child(ClaimsCodingKey.super) }
  func superEncoder(forKey key: Key) -> any Encoder { encoder.child(key) }
}
