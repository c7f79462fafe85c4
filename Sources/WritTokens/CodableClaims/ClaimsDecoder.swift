// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Decodes one value of a token's claims.
///
/// Small enough to lie in an existential without an allocation. What it can descend is bounded by the depth at which
/// the document was read.
struct ClaimsDecoder: Decoder {
  let token: CheckedToken
  let index: JSONDocument.Index
  /// The path to the value; `nil` for the claims themselves.
  let path: ClaimsPath?

  init(_ token: CheckedToken) {
    self.init(token, token.document.root, nil)
  }

  init(_ token: CheckedToken, _ index: JSONDocument.Index, _ path: ClaimsPath?) {
    self.token = token
    self.index = index
    self.path = path
  }

  var document: JSONDocument {
    @inline(__always) _read { yield token.document }
  }
  var codingPath: [any CodingKey] { path?.keys ?? [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard document.kind(of: index) == .object else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(KeyedClaimsDecoding(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard document.kind(of: index) == .array else { throw mismatch([Any].self) }
    return UnkeyedClaimsDecoding(decoder: self)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func mismatch(_ type: Any.Type) -> DecodingError {
    let context = DecodingError.Context(codingPath: codingPath, debugDescription: "a claim of another type")
    return document.kind(of: index) == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }
}

/// The keys on the way to a value, the last one first.
final class ClaimsPath: Sendable {
  private let key: any CodingKey
  private let outer: ClaimsPath?

  init(_ key: any CodingKey, in outer: ClaimsPath?) {
    self.key = key
    self.outer = outer
  }

  var keys: [any CodingKey] { (outer?.keys ?? []) + [key] }
}

// MARK: Scalars

extension ClaimsDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { document.kind(of: index) == .null }

  @inline(__always)
  func decode(_ type: Bool.Type) throws -> Bool {
    guard let value = document.boolean(at: index) else { throw mismatch(type) }
    return value
  }

  @inline(__always)
  func decode(_ type: String.Type) throws -> String {
    guard let value = document.string(at: index) else { throw mismatch(type) }
    return value
  }

  func decode(_ type: Double.Type) throws -> Double { try number(type) }
  func decode(_ type: Float.Type) throws -> Float { try number(type) }
  func decode(_ type: Int.Type) throws -> Int { try integer(type) }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
  func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }

  @inline(__always)
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value(type) }

  /// An integer, written as one, in the range of the type.
  @inline(__always)
  private func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
    if let integer = document.integer(at: index) {
      guard let value = Value(exactly: integer) else { throw mismatch(type) }
      return value
    }
    // Beyond Int64 there may be a UInt64; `-0`, `1.0` and `1e2` are no integers.
    guard let text = document.numberText(at: index), let value = Value(text), value != 0 else { throw mismatch(type) }
    return value
  }

  /// The number nearest to the one written, which is finite; an integer is never rounded, nor anything to 0.
  private func number<Value: BinaryFloatingPoint & LosslessStringConvertible>(_ type: Value.Type) throws -> Value {
    if let integer = document.integer(at: index) {
      guard let value = Value(exactly: integer) else { throw mismatch(type) }
      return value
    }
    guard let text = document.numberText(at: index), let value = Value(text), value.isFinite,
      value != 0 || Self.isZero(text), !Self.isInteger(text) || text == "-0"
    else { throw mismatch(type) }
    return value
  }

  private static func isZero(_ literal: String) -> Bool {
    literal.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.allSatisfy { !(UInt8(ascii: "1")...UInt8(ascii: "9") ~= $0) }
  }

  /// Whether it is written as an integer; those that fit `Int64` were taken before, and the others cannot be told to be
  /// exact.
  private static func isInteger(_ literal: String) -> Bool {
    literal.utf8.allSatisfy { $0 == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
  }
}
