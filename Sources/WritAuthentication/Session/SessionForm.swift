// SPDX-License-Identifier: Apache-2.0

/// The fixed part of a stored session, and where the rest is.
///
/// Integers are big-endian, times are seconds since 1970.
///
///     0 created 8 · 8 last seen 8 · 16 idle limit 4 · 20 absolute limit 4 · 24 epoch 8 · 32 flags 1 (1: remembered)
///     33 factors 1 · 34 bytes of the label 2 · 36 bytes of the data 2 · 38 handle 16
///     54 factors (kind 1, time 8), label, data
struct SessionForm: Sendable {
  static let format: UInt8 = 1
  static let headerCount = 54
  static let factorCount = 9

  let created: Int64
  let lastSeen: Int64
  let epoch: UInt64
  let handle: SessionHandle
  // Narrow, as a session is copied on its way to who asked for it.
  private let idleSeconds, absoluteSeconds: UInt32
  private let factorsEnd, labelEnd, dataEnd: UInt16
  let isRemembered: Bool

  /// - Throws: ``SessionError`` with the code `corrupt` for everything that ``SessionFields`` does not write.
  init(_ content: RecordContent) throws(SessionError) {
    let storage = content.storage.span
    let bytes = storage.extracting(first: content.byteCount)
    guard content.format == Self.format, bytes.count >= Self.headerCount,
      let handle = SessionHandle(bytes.extracting(38..<Self.headerCount))
    else { throw Self.corrupt }
    @inline(__always)
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Integer {
      unsafe Integer(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
    let (created, lastSeen): (UInt64, UInt64) = (integer(0), integer(8))
    idleSeconds = integer(16)
    absoluteSeconds = integer(20)
    epoch = integer(24)
    let limits = 1...SessionRules.longestSeconds
    guard created <= NumericDate.last, lastSeen <= NumericDate.last, limits ~= idleSeconds, limits ~= absoluteSeconds,
      bytes[32] <= 1, bytes[33] <= SessionRules.maximumFactors
    else { throw Self.corrupt }
    self.created = Int64(created)
    self.lastSeen = Int64(lastSeen)
    self.handle = handle
    isRemembered = bytes[32] == 1
    let (labelCount, dataCount): (UInt16, UInt16) = (integer(34), integer(36))
    let factorsEnd = Self.headerCount + Int(bytes[33]) * Self.factorCount
    let labelEnd = factorsEnd + Int(labelCount)
    guard labelEnd + Int(dataCount) == bytes.count, labelCount <= SessionRules.maximumLabelBytes,
      dataCount <= SessionRules.maximumDataBytes
    else { throw Self.corrupt }
    // INVARIANT: eight factors, 256 and 4,096 bytes at most, as was just asked for.
    self.factorsEnd = UInt16(truncatingIfNeeded: factorsEnd)
    self.labelEnd = UInt16(truncatingIfNeeded: labelEnd)
    dataEnd = UInt16(truncatingIfNeeded: bytes.count)
    // Text that would be repaired could become another account.
    guard Self.isUTF8(storage.extracting(bytes.count..<storage.count)), Self.isUTF8(bytes.extracting(label)) else {
      throw Self.corrupt
    }
  }

  private static let corrupt = SessionError(
    .corrupt,
    "what is stored as a session is none, or in a format that is not known"
  )

  @inline(__always)
  private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    var (all, index) = (UInt64(0), 0)
    while index + 8 <= bytes.count {
      all |= unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      index += 8
    }
    while index < bytes.count {
      all |= UInt64(bytes[index])
      index += 1
    }
    return all & 0x8080_8080_8080_8080 == 0 || (try? UTF8Span(validating: bytes)) != nil
  }

  var factors: Range<Int> { Self.headerCount..<Int(factorsEnd) }
  var label: Range<Int> { Int(factorsEnd)..<Int(labelEnd) }
  var data: Range<Int> { Int(labelEnd)..<Int(dataEnd) }

  var idle: Int64 { Int64(idleSeconds) }
  var absolute: Int64 { Int64(absoluteSeconds) }

  /// The first second in which the session is over.
  var end: Int64 { min(created + absolute, lastSeen + idle) }

  /// How old the time of the last request may be before it is written again.
  var interval: Int64 { max(1, min(60, idle / 10)) }

  /// Whether it is alive as it stands there: nothing has to be written.
  func isCurrent(at now: Int64) -> Bool { created <= now && now < end && now - lastSeen < interval }
}
