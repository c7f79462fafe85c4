// SPDX-License-Identifier: Apache-2.0

extension HostCookie {
  /// The value of the cookie.
  ///
  /// - Parameter fields: the values of all Cookie fields of a request; of HTTP/2 there may be several (RFC 9113,
  ///   section 8.2.3).
  /// - Returns: the value as it stands there; `nil` when the cookie is not there.
  /// - Throws: ``SessionError`` with the code `cookie` when it is there twice or under a name that looks like its own,
  ///   when a field has control characters, or when a limit is passed.
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

  /// Finds the range of the value in one field.
  func range(in field: Span<UInt8>, _ reading: inout CookieReading) throws(SessionError) -> Range<Int>? {
    let (sum, overflow) = reading.bytes.addingReportingOverflow(field.count)
    guard !overflow, sum <= Self.maximumBytes else {
      throw SessionError(.cookie, "the cookies of a request have more than \(Self.maximumBytes) bytes")
    }
    reading.bytes = sum
    var found: Range<Int>?
    var start = 0
    while start <= field.count {
      let cookie = try cookie(from: start, in: field)
      start = cookie.end + 1
      guard !cookie.name.isEmpty || !cookie.value.isEmpty else { continue }
      reading.count += 1
      guard reading.count <= Self.maximumCount, cookie.value.count <= Self.maximumValueBytes else {
        throw SessionError(.cookie, "a request has too many cookies, or one that is too long")
      }
      guard cookie.isOwn else {
        guard !resemblesOwn(cookie.name, field) else {
          throw SessionError(.cookie, "a request has a cookie whose name looks like that of the session")
        }
        continue
      }
      guard !reading.isFound, cookie.hasValue else {
        throw SessionError(.cookie, "a request has the cookie of the session twice, or without a value")
      }
      reading.isFound = true
      found = cookie.value
    }
    return found
  }

  /// One of the cookies of a field.
  private struct Cookie {
    let name: Range<Int>
    /// The range behind the first equals sign.
    let value: Range<Int>
    /// Whether there is an equals sign.
    var hasValue = true
    let isOwn: Bool
    /// The place of the next semicolon, or the end of the field.
    let end: Int
  }

  @inline(__always)
  private func cookie(from start: Int, in field: Span<UInt8>) throws(SessionError) -> Cookie {
    var start = start
    while start < field.count, Self.isBlank(field[start]) { start += 1 }
    let ownEnd = start + nameBytes.count
    if ownEnd < field.count, field[ownEnd] == UInt8(ascii: "="), isOwnName(at: start, in: field) {
      // Its name need not be looked through.
      let end = try Self.end(from: ownEnd + 1, in: field)
      return Cookie(name: start..<ownEnd, value: Self.trimmed(ownEnd + 1..<end, field), isOwn: true, end: end)
    }
    let nameEnd = try Self.end(from: start, in: field, orEquals: true)
    let name = Self.trimmed(start..<nameEnd, field)
    let isOwn = name.count == nameBytes.count && isOwnName(at: name.lowerBound, in: field)
    guard nameEnd < field.count, field[nameEnd] == UInt8(ascii: "=") else {
      return Cookie(name: name, value: nameEnd..<nameEnd, hasValue: false, isOwn: isOwn, end: nameEnd)
    }
    let end = try Self.end(from: nameEnd + 1, in: field)
    return Cookie(name: name, value: Self.trimmed(nameEnd + 1..<end, field), isOwn: isOwn, end: end)
  }

  /// Finds the end of a cookie, or of its name.
  private static func end(
    from start: Int,
    in field: Span<UInt8>,
    orEquals: Bool = false
  ) throws(SessionError) -> Int {
    var index = start
    while index < field.count {
      let plain = CookieBlock(field, index).plainCount(orEquals: orEquals)
      index += plain
      if plain == CookieBlock.count { continue }
      guard index < field.count else { break }
      let byte = field[index]
      if byte == UInt8(ascii: ";") || byte == UInt8(ascii: "=") { break }
      guard byte == 0x09 else {
        throw SessionError(.cookie, "the cookies of a request have control characters")
      }
      index += 1
    }
    return index
  }

  /// Whether our name is there, with as many bytes to the end of the field.
  @inline(__always)
  private func isOwnName(at start: Int, in field: Span<UInt8>) -> Bool {
    let name = nameBytes.span
    var (difference, offset) = (UInt64(0), 0)
    @inline(__always)
    func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
      unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    while offset + 8 < name.count {
      difference |= word(field, start + offset) ^ word(name, offset)
      offset += 8
    }
    // A name has eight bytes at least; the last eight may have been compared in part before.
    difference |= word(field, start + name.count - 8) ^ word(name, name.count - 8)
    return difference == 0
  }

  /// Whether the most careless reader could take a name for this one: without whatever may pass for white space or
  /// quotes at its ends, and without regard to capital letters, those included that Unicode folds to ASCII.
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
    while start < end, isBlank(field[start]) { start += 1 }
    while end > start, isBlank(field[end - 1]) { end -= 1 }
    return start..<end
  }

  /// Whether it is a space or a horizontal tab.
  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// The state of reading the cookies of a request.
struct CookieReading {
  var bytes = 0
  var count = 0
  var isFound = false
}

/// Sixteen bytes of a Cookie field looked at together.
private struct CookieBlock {
  typealias Bytes = SIMD16<UInt8>
  static let count = 16
  private let bytes: Bytes

  /// - Parameter index: where they begin; what lies behind the field is semicolons.
  @inline(__always)
  init(_ field: Span<UInt8>, _ index: Int) {
    let rest = field.count - index
    if rest >= Self.count {
      bytes = unsafe field.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: Bytes.self)
      return
    }
    // The last sixteen, of which some were looked at before.
    var word: UInt128 = 0
    if field.count >= Self.count {
      let last = unsafe field.bytes.unsafeLoadUnaligned(fromByteOffset: field.count - Self.count, as: UInt128.self)
      word = UInt128(littleEndian: last) >> (8 * (Self.count - rest))
    } else {
      for offset in 0..<rest { word |= UInt128(field[index + offset]) << (8 * offset) }
    }
    let semicolons: UInt128 = 0x3B3B_3B3B_3B3B_3B3B_3B3B_3B3B_3B3B_3B3B
    word |= semicolons << (8 * rest)
    bytes = unsafe unsafeBitCast(word.littleEndian, to: Bytes.self)
  }

  /// Returns the number of bytes before the first that is a semicolon, a control character (tabs are among them) or, if
  /// asked for, an equals sign.
  @inline(__always)
  func plainCount(orEquals: Bool) -> Int {
    var ends = bytes .< Bytes(repeating: 0x20)
    ends .|= bytes .== Bytes(repeating: 0x7F)
    ends .|= bytes .== Bytes(repeating: UInt8(ascii: ";"))
    if orEquals { ends .|= bytes .== Bytes(repeating: UInt8(ascii: "=")) }
    // INVARIANT: a mask has as many bytes, each of ones or zeros.
    return unsafe UInt128(littleEndian: unsafeBitCast(ends, to: UInt128.self)).trailingZeroBitCount / 8
  }
}
