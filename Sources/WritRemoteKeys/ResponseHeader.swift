// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  internal import WritTokens

  /// The fields that are read from the header of a response, line by line.
  struct ResponseHeader {
    /// `max-age` of `Cache-Control` (RFC 9111, section 5.2.2.1).
    private(set) var maximumAge: Duration?
    /// Whether the body is encoded in a way that would have to be undone.
    private(set) var isEncoded = false
    private var byteCount = 0

    /// Takes a line with its end.
    mutating func read(_ line: [UInt8]) throws(KeyFetchError) {
      byteCount += line.count
      guard byteCount <= HTTPSJWKSSource.maximumHeaderBytes else {
        let limit = HTTPSJWKSSource.maximumHeaderBytes
        throw KeyFetchError(.tooLarge, "the header of an answer has more than \(limit) bytes")
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
      let name = Self.lowercased(line[..<colon])
      let value = Self.trimmed(line[(colon + 1)...])
      if Self.isEqual(name, "cache-control") {
        for directive in value.split(separator: UInt8(ascii: ",")) { readDirective(Self.trimmed(directive)) }
      } else if Self.isEqual(name, "content-encoding") {
        isEncoded = isEncoded || !value.isEmpty && !Self.isEqual(Self.lowercased(value), "identity")
      } else if Self.isEqual(name, "transfer-encoding") {
        isEncoded = isEncoded || !Self.isEqual(Self.lowercased(value), "chunked")
      }
    }

    /// Takes digits only; what is no number says nothing, and too large a number is the largest.
    private mutating func readDirective(_ directive: ArraySlice<UInt8>) {
      let prefix = Array("max-age=".utf8)
      guard maximumAge == nil, Self.lowercased(directive.prefix(prefix.count)) == prefix else { return }
      let digits = directive.dropFirst(prefix.count)
      guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return }
      maximumAge = .seconds(Int64(String(decoding: digits, as: UTF8.self)) ?? .max)
    }

    /// Whether a content type is JSON's, ignoring its parameters.
    static func isJSON(_ type: String) -> Bool {
      let bytes = Array(type.utf8)
      let name = lowercased(trimmed(bytes.prefix { $0 != UInt8(ascii: ";") }))
      return isEqual(name, "application/json") || isEqual(name, "application/jwk-set+json")
    }

    private static func isEqual(_ bytes: [UInt8], _ text: StaticString) -> Bool {
      unsafe bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      bytes.map { $0 &- UInt8(ascii: "A") < 26 ? $0 | 0x20 : $0 }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
      let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
      var bytes = bytes.drop(while: isSpace)
      while let last = bytes.last, isSpace(last) { bytes.removeLast() }
      return bytes
    }
  }
#endif
