// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The elements of an array among the claims, one after the other.
struct UnkeyedClaimsDecoding: UnkeyedDecodingContainer {
  private let decoder: ClaimsDecoder
  private var elements: JSONDocument.ElementSequence
  private(set) var currentIndex = 0
  let count: Int?

  init(decoder: ClaimsDecoder) {
    self.decoder = decoder
    elements = decoder.document.elements(of: decoder.index)
    count = decoder.document.count(of: decoder.index)
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var isAtEnd: Bool { elements.underestimatedCount == 0 }

  /// The next element; it counts as read only once it could be.
  private mutating func next<Value>(_ type: Any.Type, _ read: (ClaimsDecoder) throws -> Value) throws -> Value {
    var following = elements
    guard let index = following.next() else {
      let context = DecodingError.Context(codingPath: codingPath, debugDescription: "an array that has ended")
      throw DecodingError.valueNotFound(type, context)
    }
    let path = ClaimsPath(ClaimsCodingKey(intValue: currentIndex), in: decoder.path)
    let value = try read(ClaimsDecoder(decoder.token, index, path))
    elements = following
    currentIndex += 1
    return value
  }

  /// The next element as a scalar; where it lies is only noted when it cannot be read.
  private mutating func scalar<Value>(_ type: Any.Type, _ read: (ClaimsDecoder) throws -> Value) throws -> Value {
    var following = elements
    guard let index = following.next(), let value = try? read(ClaimsDecoder(decoder.token, index, nil)) else {
      return try next(type, read)
    }
    elements = following
    currentIndex += 1
    return value
  }

  mutating func decodeNil() throws -> Bool {
    var following = elements
    guard let index = following.next(), decoder.document.kind(of: index) == .null else {
      if isAtEnd { return try next(Any?.self) { $0.decodeNil() } }
      return false
    }
    elements = following
    currentIndex += 1
    return true
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: String.Type) throws -> String { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Double.Type) throws -> Double { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Float.Type) throws -> Float { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Int.Type) throws -> Int { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar(type) { try $0.decode(type) } }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar(type) { try $0.decode(type) } }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next(type) { try $0.value(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try next(type) { try $0.container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next([Any].self) { try $0.unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try next((any Decoder).self) { $0 } }
}
