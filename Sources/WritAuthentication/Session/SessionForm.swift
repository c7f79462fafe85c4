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
  private static let longest = UInt64(SessionRules.rememberedLimits.upperBound.components.seconds)

  var created: Int64
  var lastSeen: Int64
  let idle: Int64
  let absolute: Int64
  let epoch: UInt64
  let isRemembered: Bool
  let handle: SessionHandle
  let factors: Range<Int>
  let label: Range<Int>
  let data: Range<Int>

  /// - Throws: ``SessionError`` with the code `corrupt` for everything that ``SessionFields`` does not write.
  init(_ content: RecordContent) throws(SessionError) {
    let bytes = content.storage.span.extracting(first: content.byteCount)
    guard content.format == Self.format, bytes.count >= Self.headerCount else { throw Self.corrupt }
    func integer(_ offset: Int, _ count: Int) -> UInt64 {
      var value: UInt64 = 0
      for index in offset..<offset + count { value = value << 8 | UInt64(bytes[index]) }
      return value
    }
    let longest = Self.longest
    let (created, lastSeen) = (integer(0, 8), integer(8, 8))
    let (idle, absolute) = (integer(16, 4), integer(20, 4))
    guard let handle = SessionHandle(bytes.extracting(38..<Self.headerCount)) else { throw Self.corrupt }
    guard created <= NumericDate.last, lastSeen <= NumericDate.last, 1...longest ~= idle, 1...longest ~= absolute,
      bytes[32] <= 1, bytes[33] <= SessionRules.maximumFactors
    else { throw Self.corrupt }
    self.created = Int64(created)
    self.lastSeen = Int64(lastSeen)
    self.idle = Int64(idle)
    self.absolute = Int64(absolute)
    epoch = integer(24, 8)
    isRemembered = bytes[32] == 1
    self.handle = handle
    let factorsEnd = Self.headerCount + Int(bytes[33]) * Self.factorCount
    let labelEnd = factorsEnd + Int(integer(34, 2))
    let dataEnd = labelEnd + Int(integer(36, 2))
    guard dataEnd == bytes.count, labelEnd - factorsEnd <= SessionRules.maximumLabelBytes,
      dataEnd - labelEnd <= SessionRules.maximumDataBytes
    else { throw Self.corrupt }
    factors = Self.headerCount..<factorsEnd
    label = factorsEnd..<labelEnd
    data = labelEnd..<dataEnd
    // Text that would be repaired could become another account.
    let owner = content.storage.span.extracting(content.byteCount..<content.storage.count)
    guard Self.isUTF8(owner), Self.isUTF8(bytes.extracting(label)) else { throw Self.corrupt }
  }

  private static let corrupt = SessionError(
    .corrupt,
    "what is stored as a session is none, or in a format that is not known"
  )

  @inline(__always)
  private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    var isASCII = true
    for index in bytes.indices where bytes[index] >= 0x80 { isASCII = false }
    return isASCII || (try? UTF8Span(validating: bytes)) != nil
  }

  /// The first second in which the session is over.
  var end: Int64 { min(created + absolute, lastSeen + idle) }

  /// How old the time of the last request may be before it is written again.
  var interval: Int64 { max(1, min(60, idle / 10)) }
}
