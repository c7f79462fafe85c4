// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The members of an object among the claims, found by the bytes of their names.
struct KeyedClaimsDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
  private let decoder: ClaimsDecoder
  private let last: LastMember?

  init(decoder: ClaimsDecoder) {
    self.decoder = decoder
    let isLarge = decoder.document.count(of: decoder.index) > LastMember.comparedCount
    last = isLarge ? LastMember() : nil
  }

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    decoder.document.members(of: decoder.index).compactMap { name, _ in
      decoder.document.string(at: name).flatMap(Key.init(stringValue:))
    }
  }

  @inline(__always)
  private func find(_ key: some CodingKey) -> JSONDocument.Index? {
    guard let last else { return decoder.document.member(key.stringValue, of: decoder.index) }
    return last.find(key.stringValue, decoder)
  }

  /// The value of a key, to be read as a scalar; how it was reached is only noted when it cannot be.
  @inline(__always)
  private func scalar<Value>(_ key: Key, _ read: (ClaimsDecoder) throws -> Value) throws -> Value {
    guard let index = find(key) else { throw missing(key) }
    do {
      return try read(ClaimsDecoder(decoder.token, index, nil))
    } catch {
      return try read(ClaimsDecoder(decoder.token, index, ClaimsPath(key, in: decoder.path)))
    }
  }

  private func value(_ key: some CodingKey) throws -> ClaimsDecoder {
    guard let index = find(key) else { throw missing(key) }
    return ClaimsDecoder(decoder.token, index, ClaimsPath(key, in: decoder.path))
  }

  private func missing(_ key: some CodingKey) -> DecodingError {
    .keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: "a claim that is missing"))
  }

  func contains(_ key: Key) -> Bool { find(key) != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try scalar(key) { $0.decodeNil() } }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try scalar(key) { try $0.decode(type) } }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try scalar(key) { try $0.decode(type) } }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try value(key).value(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try value(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try value(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try value(ClaimsCodingKey.super) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}

/// The member of a large object that was found last: the next to be asked for is usually the one after it, so that a
/// dictionary is read in linear time.
private final class LastMember {
  /// Members among which a name is looked for from the first.
  static let comparedCount = 16

  private var value: JSONDocument.Index?

  func find(_ name: String, _ decoder: ClaimsDecoder) -> JSONDocument.Index? {
    let (document, object) = (decoder.document, decoder.index)
    let found =
      if let value { document.member(name, of: object, from: value) } else { document.member(name, of: object) }
    if let found { value = found }
    return found
  }
}
