// SPDX-License-Identifier: Apache-2.0

extension HostCookie {
  /// The value of the cookie.
  ///
  /// - Parameter fields: the values of all Cookie fields of a request; of HTTP/2 there may be several (RFC 9113, section 8.2.3).
  /// - Returns: the value as it stands there; `nil` when the cookie is not there.
  /// - Throws: ``SessionError`` with the code `cookie` when it is there twice or under a name that looks like its own, when a field
  ///   has control characters, or when a limit is passed.
  public func value(in fields: [String]) throws(SessionError) -> String? {
    var found: String?
    var reading = CookieReading()
    for field in fields {
      let field = field.utf8.span
      if let range = try range(in: field, &reading) {
        found = String(decoding: range.map { field[$0] }, as: UTF8.self)
      }
    }
    return found
  }

  /// Where the value is in one field.
  func range(in field: Span<UInt8>, _ reading: inout CookieReading) throws(SessionError) -> Range<Int>? {
    let (sum, overflow) = reading.bytes.addingReportingOverflow(field.count)
    guard !overflow, sum <= Self.maximumBytes else {
      throw SessionError(.cookie, "the cookies of a request have more than \(Self.maximumBytes) bytes")
    }
    reading.bytes = sum
    var found: Range<Int>?
    var start = 0
    while start <= field.count {
      let (equals, end) = try Self.nextCookie(start, field)
      let name = Self.trimmed(start..<(equals ?? end), field)
      let value = equals.map { Self.trimmed($0 + 1..<end, field) } ?? end..<end
      start = end + 1
      guard !name.isEmpty || !value.isEmpty else { continue }
      reading.count += 1
      guard reading.count <= Self.maximumCount, value.count <= Self.maximumValueBytes else {
        throw SessionError(.cookie, "a request has too many cookies, or one that is too long")
      }
      guard isOwn(name, field) else {
        guard !resemblesOwn(name, field) else {
          throw SessionError(.cookie, "a request has a cookie whose name looks like that of the session")
        }
        continue
      }
      guard !reading.isFound, equals != nil else {
        throw SessionError(.cookie, "a request has the cookie of the session twice, or without a value")
      }
      reading.isFound = true
      found = value
    }
    return found
  }

  /// Where a cookie that begins at a place ends, and its first equals sign before that.
  private static func nextCookie(_ start: Int, _ field: Span<UInt8>) throws(SessionError) -> (equals: Int?, end: Int) {
    var equals: Int?
    var index = start
    while index < field.count {
      if index + 8 <= field.count {
        // Eight bytes at once, up to the first that ends the cookie or is a control character.
        let word = CookieWord(field, index)
        let plain = word.plainCount
        if equals == nil, word.equalsIndex < plain { equals = index + word.equalsIndex }
        index += plain
        if plain == 8 { continue }
      }
      let byte = field[index]
      if byte == UInt8(ascii: ";") { break }
      guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
        throw SessionError(.cookie, "the cookies of a request have control characters")
      }
      if byte == UInt8(ascii: "="), equals == nil { equals = index }
      index += 1
    }
    return (equals, index)
  }

  private func isOwn(_ name: Range<Int>, _ field: Span<UInt8>) -> Bool {
    guard name.count == nameBytes.count else { return false }
    for index in 0..<name.count where field[name.lowerBound + index] != nameBytes[index] { return false }
    return true
  }

  /// Whether the most careless reader could take a name for this one: without whatever may pass for white space or quotes at its
  /// ends, and without regard to capital letters, those included that Unicode folds to ASCII.
  private func resemblesOwn(_ name: Range<Int>, _ field: Span<UInt8>) -> Bool {
    // Most names are shorter, or of the same characters and of another length.
    guard name.count >= nameBytes.count else { return false }
    var folded: [UInt8] = []
    var index = name.lowerBound
    while index < name.upperBound {
      if field[index] == 0xC5, index + 1 < name.upperBound, field[index + 1] == 0xBF {
        folded.append(UInt8(ascii: "s"))  // U+017F, the long s
        index += 2
      } else if field[index] == 0xE2, index + 2 < name.upperBound, field[index + 1] == 0x84, field[index + 2] == 0xAA {
        folded.append(UInt8(ascii: "k"))  // U+212A, the Kelvin sign
        index += 3
      } else {
        folded.append(Self.folded(field[index]))
        index += 1
      }
    }
    let ends = folded.drop { !Self.isNameByte($0) }
    guard let last = ends.lastIndex(where: Self.isNameByte) else { return false }
    return ends[...last].elementsEqual(nameBytes.lazy.map(Self.folded))
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static func trimmed(_ range: Range<Int>, _ field: Span<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, field[start] == 0x20 || field[start] == 0x09 { start += 1 }
    while end > start, field[end - 1] == 0x20 || field[end - 1] == 0x09 { end -= 1 }
    return start..<end
  }
}

/// What was read of the cookies of a request so far.
struct CookieReading {
  var bytes = 0
  var count = 0
  var isFound = false
}

/// Eight bytes of a Cookie field; what is found is the highest bit of its byte, exact up to the first that is found.
private struct CookieWord {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080
  /// The first byte lowest.
  private let word: UInt64

  /// - Parameter index: eight bytes begin there.
  @inline(__always)
  init(_ field: Span<UInt8>, _ index: Int) {
    word = unsafe UInt64(littleEndian: field.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  @inline(__always)
  private func found(_ byte: UInt8) -> UInt64 {
    let zeros = word ^ (Self.ones &* UInt64(byte))
    return (zeros &- Self.ones) & ~zeros & Self.highBits
  }

  /// How many bytes come before the first semicolon or control character.
  @inline(__always)
  var plainCount: Int {
    let controls = (word &- (Self.ones &* 0x20)) & ~word & Self.highBits
    return (controls | found(0x7F) | found(UInt8(ascii: ";"))).trailingZeroBitCount / 8
  }

  /// Where the first equals sign is; 8 when there is none.
  @inline(__always)
  var equalsIndex: Int { found(UInt8(ascii: "=")).trailingZeroBitCount / 8 }
}
