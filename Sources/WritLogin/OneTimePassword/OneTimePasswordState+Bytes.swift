// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension OneTimePasswordState {
  /// The format of the bytes that are written.
  static var format: UInt8 { 2 }
  /// The formats that are read.
  ///
  /// The first has neither name nor time of making, and a learned drift without expiry, which is dropped.
  static let formats: ClosedRange<UInt8> = 1...2

  /// Bytes before the name and the secret.
  private static func headCount(_ format: UInt8) -> Int { format == 1 ? 38 : 55 }

  /// The state as it is sealed: the numbers, the most significant byte first, then the name behind the count
  /// of its bytes, then the secret.
  func withBytes<Result>(
    _ body: (Span<UInt8>) throws(OneTimePasswordError) -> Result
  ) throws(OneTimePasswordError) -> Result {
    var head: [UInt8] = []
    head.reserveCapacity(Self.headCount(Self.format))
    func append(_ number: UInt64) { head += (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
    head.append(isActive ? 1 : 0)
    head.append(UInt8(OneTimePasswordAlgorithm.allCases.firstIndex(of: key.algorithm) ?? 0))
    head.append(UInt8(key.digits))
    head.append(UInt8(drift.offset + 1))
    head.append(UInt8(drift.hint + 1))
    head.append(last == nil ? 0 : 1)
    append(last ?? 0)
    if case .time(let period) = key.movingFactor { append(UInt64(period)) } else { append(0) }
    append(UInt64(attempts.count))
    append(UInt64(max(0, attempts.last)))
    append(UInt64(max(0, drift.expires)))
    append(UInt64(max(0, created)))
    let name = Array((name ?? "").utf8.prefix(RecordContent.maximumOwnerBytes))
    head.append(UInt8(name.count))
    head += name
    let bytes = key.secret.bytes.withBytes { secret in
      SecretBytes(count: head.count + secret.count) { bytes in
        for index in head.indices { bytes[index] = head[index] }
        for index in secret.indices { bytes[head.count + index] = secret[index] }
      }
    }
    return try bytes.withBytes(body)
  }

  /// - Throws: `ring` when Writ has not written these bytes.
  init(_ bytes: Span<UInt8>, format: UInt8 = Self.format) throws(OneTimePasswordError) {
    let headCount = Self.headCount(format)
    func number(_ index: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[6 + 8 * index + $1]) }
    }
    guard bytes.count >= headCount, bytes[0] <= 1, bytes[3] <= 2, bytes[4] <= 2, bytes[5] <= 1,
      OneTimePasswordAlgorithm.allCases.indices.contains(Int(bytes[1])),
      number(2) <= UInt64(FailedAttempts.maximumCount), number(3) <= UInt64(NumericDate.last),
      format == 1
        || (number(4) <= UInt64(NumericDate.last) + UInt64(ClockDrift.lifetime)
          && number(5) <= UInt64(NumericDate.last) && bytes.count >= headCount + Int(bytes[headCount - 1]))
    else {
      throw OneTimePasswordError(.ring, "the stored one-time password is not in a format that Writ writes")
    }
    let nameCount = format == 1 ? 0 : Int(bytes[headCount - 1])
    let nameBytes = bytes.extracting(headCount..<headCount + nameCount)
    let name = String(validating: nameBytes.indices.map { nameBytes[$0] }, as: UTF8.self)
    let period = number(1)
    let key = try OneTimePasswordKey(
      OneTimeSecret(bytes: bytes.extracting((headCount + nameCount)...), minimum: .legacy80Bits),
      movingFactor: period == 0 ? .counter : .time(period: Int64(clamping: period)),
      algorithm: OneTimePasswordAlgorithm.allCases[Int(bytes[1])],
      digits: Int(bytes[2])
    )
    self.init(key)
    isActive = bytes[0] == 1
    last = bytes[5] == 1 ? number(0) : nil
    if format > 1 {
      self.name = nameCount > 0 ? name : nil
      created = Int64(number(5))
      drift = ClockDrift(offset: Int64(bytes[3]) - 1, expires: Int64(number(4)), hint: Int64(bytes[4]) - 1)
    }
    attempts = FailedAttempts(count: Int(number(2)), last: Int64(number(3)))
  }
}
