// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension OneTimePasswordState {
  /// The format of its bytes.
  static var format: UInt8 { 1 }

  /// Bytes before the secret.
  private static let headCount = 38

  /// The state as it is sealed: the numbers, the most significant byte first, and then the secret.
  func withBytes<Result>(
    _ body: (Span<UInt8>) throws(OneTimePasswordError) -> Result
  ) throws(OneTimePasswordError) -> Result {
    var head: [UInt8] = []
    head.reserveCapacity(Self.headCount)
    func append(_ number: UInt64) { head += (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
    head.append(isActive ? 1 : 0)
    head.append(UInt8(OneTimePasswordAlgorithm.allCases.firstIndex(of: key.algorithm) ?? 0))
    head.append(UInt8(key.digits))
    head.append(UInt8(drift + 1))
    head.append(UInt8(hint + 1))
    head.append(last == nil ? 0 : 1)
    append(last ?? 0)
    if case .time(let period) = key.movingFactor { append(UInt64(period)) } else { append(0) }
    append(UInt64(attempts.count))
    append(UInt64(max(0, attempts.last)))
    let bytes = key.secret.bytes.withBytes { secret in
      SecretBytes(count: head.count + secret.count) { bytes in
        for index in head.indices { bytes[index] = head[index] }
        for index in secret.indices { bytes[head.count + index] = secret[index] }
      }
    }
    return try bytes.withBytes(body)
  }

  /// - Throws: `ring` when these are no bytes that Writ has written.
  init(_ bytes: Span<UInt8>) throws(OneTimePasswordError) {
    func number(_ index: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[6 + 8 * index + $1]) }
    }
    guard bytes.count >= Self.headCount, bytes[0] <= 1, bytes[3] <= 2, bytes[4] <= 2, bytes[5] <= 1,
      OneTimePasswordAlgorithm.allCases.indices.contains(Int(bytes[1])),
      number(2) <= UInt64(FailedAttempts.maximumCount), number(3) <= UInt64(NumericDate.last)
    else {
      throw OneTimePasswordError(.ring, "what is stored of a one-time password is not what Writ has written")
    }
    let period = number(1)
    let key = try OneTimePasswordKey(
      OneTimeSecret(bytes: bytes.extracting(Self.headCount...)),
      movingFactor: period == 0 ? .counter : .time(period: Int64(clamping: period)),
      algorithm: OneTimePasswordAlgorithm.allCases[Int(bytes[1])],
      digits: Int(bytes[2])
    )
    self.init(key)
    isActive = bytes[0] == 1
    last = bytes[5] == 1 ? number(0) : nil
    drift = Int64(bytes[3]) - 1
    hint = Int64(bytes[4]) - 1
    attempts = FailedAttempts(count: Int(number(2)), last: Int64(number(3)))
  }
}
