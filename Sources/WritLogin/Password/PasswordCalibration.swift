// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A measurement of the time that hashing a password takes on this machine.
public struct PasswordCalibration: Sendable {
  /// Parameters, and how long one hash of them took: the least of three.
  public struct Measurement: Sendable {
    /// The parameters.
    public let parameters: PasswordParameters
    /// The time of one hash.
    public let duration: Duration
  }

  /// The measurements, from the cheapest up; the last may take longer than was wanted.
  public let measurements: [Measurement]
  /// The costliest parameters that take no longer than was wanted; the least allowed when even they take longer.
  public let chosen: PasswordParameters

  /// Measures ever costlier parameters, on the thread that calls, until one takes longer than wanted.
  ///
  /// - Parameters:
  ///   - wanted: how long a hash may take.
  ///   - parameters: those whose algorithm is measured.
  /// - Throws: `PasswordError` with the codes `failure` and `unsupportedHash`.
  public init(wanted: Duration, algorithm parameters: PasswordParameters = .recommended) throws(PasswordError) {
    let candidates = Self.candidates(parameters)
    var measurements: [Measurement] = []
    var chosen = candidates[0]
    for candidate in candidates {
      let measurement = Measurement(parameters: candidate, duration: try Self.measure(candidate))
      measurements.append(measurement)
      guard measurement.duration <= wanted else { break }
      chosen = candidate
    }
    self.measurements = measurements
    self.chosen = chosen
  }

  /// Memory first, then passes over it.
  private static func candidates(_ parameters: PasswordParameters) -> [PasswordParameters] {
    switch parameters.algorithm {
    case .scrypt:
      [(17, 1), (18, 1), (18, 2), (18, 3), (18, 4)].map {
        PasswordParameters(.scrypt(logCost: $0.0, blockSize: 8, parallelism: $0.1))
      }
    case .argon2id:
      [(19456, 2), (32768, 2), (65536, 2), (65536, 3), (131_072, 2), (131_072, 3), (262_144, 2), (262_144, 3)].map {
        PasswordParameters(.argon2id(memory: $0.0, iterations: $0.1, parallelism: 1))
      }
    }
  }

  private static func measure(_ parameters: PasswordParameters) throws(PasswordError) -> Duration {
    let password = SecretBytes(count: 32) { _ in }
    let salt = [UInt8](repeating: 0, count: 16)
    let clock = ContinuousClock()
    var least = Duration.seconds(1 << 32)
    for _ in 0..<3 {
      let start = clock.now
      _ = try parameters.derive(password, salt: salt, count: 32)
      least = min(least, start.duration(to: clock.now))
    }
    return least
  }
}
