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
  static let handleOffset = 38
  static let headerCount = 54
  static let factorBytes = 9

  let created: Int64
  let lastSeen: Int64
  let idle: Int64
  let absolute: Int64
  let epoch: UInt64
  private let flags, factorCount: UInt8
  private let labelCount, dataCount: UInt16

  /// - Parameter content: what another `init` has not refused.
  @inline(__always)
  init(checked content: borrowing RecordContent) {
    let bytes = content.storage.span
    @inline(__always)
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _: Integer.Type) -> Integer {
      unsafe Integer(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
    created = integer(0, Int64.self)
    lastSeen = integer(8, Int64.self)
    idle = Int64(integer(16, UInt32.self))
    absolute = Int64(integer(20, UInt32.self))
    epoch = integer(24, UInt64.self)
    flags = integer(32, UInt8.self)
    factorCount = integer(33, UInt8.self)
    labelCount = integer(34, UInt16.self)
    dataCount = integer(36, UInt16.self)
  }

  /// - Throws: ``SessionError`` with the code `corrupt` for everything that ``SessionFields`` does not write.
  @inline(__always)
  init(_ content: borrowing RecordContent) throws(SessionError) {
    guard content.format == Self.format, content.byteCount >= Self.headerCount else { throw Self.corrupt }
    self.init(checked: content)
    let (times, limits) = (0...NumericDate.last, 1...Int64(SessionRules.longestSeconds))
    guard times ~= created, times ~= lastSeen, limits ~= idle, limits ~= absolute,
      flags <= 1, factorCount <= SessionRules.maximumFactors, labelCount <= SessionRules.maximumLabelBytes,
      dataCount <= SessionRules.maximumDataBytes, data.upperBound == content.byteCount
    else { throw Self.corrupt }
    // Text that would be repaired could become another account.
    let storage = content.storage.span
    guard Self.isUTF8(storage.extracting(data.upperBound..<storage.count)), Self.isUTF8(storage.extracting(label))
    else {
      throw Self.corrupt
    }
  }

  var isRemembered: Bool { flags == 1 }
  var factors: Range<Int> { Self.headerCount..<Self.headerCount + Int(factorCount) * Self.factorBytes }
  var label: Range<Int> { factors.upperBound..<factors.upperBound + Int(labelCount) }
  var data: Range<Int> { label.upperBound..<label.upperBound + Int(dataCount) }

  private static let corrupt = SessionError(
    .corrupt,
    "a stored session is damaged, or in an unknown format"
  )

  @inline(__always)
  private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
    var (all, index) = (UInt64(0), 0)
    @inline(__always)
    func word(_ offset: Int) -> UInt64 {
      unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    if bytes.count >= 8 {
      // The last eight may have been looked at in part before.
      while index + 8 < bytes.count {
        all |= word(index)
        index += 8
      }
      all |= word(bytes.count - 8)
    } else {
      for index in bytes.indices { all |= UInt64(bytes[index]) }
    }
    return all & 0x8080_8080_8080_8080 == 0 || (try? UTF8Span(validating: bytes)) != nil
  }

  /// The Unix time at which the session expires.
  var end: Int64 { min(created + absolute, lastSeen + idle) }

  /// The age of the last request's time at which it is written again, and the epoch of the account is read.
  var interval: Int64 { max(1, min(SessionRules.renewalSeconds, idle / 10)) }

  /// Whether it is alive as it stands there: nothing has to be read or written.
  ///
  /// A last request that lies ahead was written by a clock that was set back since: how long ago that was is not known.
  @inline(__always)
  func isCurrent(at now: Int64) -> Bool {
    // INVARIANT: both times are those of clocks, 0 to the year 9999.
    created <= now && now < end && UInt64(bitPattern: now - lastSeen) < UInt64(bitPattern: interval)
  }
}
