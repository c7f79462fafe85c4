// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The parameters of hashing passwords: Argon2id (RFC 9106) or scrypt (RFC 7914), and at which cost.
public struct PasswordParameters: Sendable, Hashable, CustomStringConvertible {
  enum Algorithm: Sendable, Hashable {
    /// The binary logarithm of N, r and p.
    case scrypt(logCost: Int, blockSize: Int, parallelism: Int)
    /// m in KiB, t and p.
    case argon2id(memory: Int, iterations: Int, parallelism: Int)
  }

  let algorithm: Algorithm

  init(_ algorithm: Algorithm) {
    self.algorithm = algorithm
  }

  /// The parameters to use by default: Argon2id with the trait `Argon2`, otherwise scrypt.
  public static var recommended: PasswordParameters {
    #if Argon2
      PasswordParameters(.argon2id(memory: 19456, iterations: 2, parallelism: 1))
    #else
      scrypt
    #endif
  }

  /// scrypt with N = 2^17, r = 8, p = 1, in 128 MiB.
  public static let scrypt = PasswordParameters(.scrypt(logCost: 17, blockSize: 8, parallelism: 1))

  /// scrypt at a custom cost.
  ///
  /// - Parameters:
  ///   - logCost: the binary logarithm of N, 17 or more.
  ///   - blockSize: r, 8 or more.
  ///   - parallelism: p, 1 or more.
  /// - Throws: `PasswordError` with the code `configuration` when it is less, or more than ``PasswordLimits`` allows.
  public static func scrypt(
    logCost: Int,
    blockSize: Int = 8,
    parallelism: Int = 1
  ) throws(PasswordError) -> PasswordParameters {
    guard logCost >= 17, blockSize >= 8, parallelism >= 1 else {
      throw PasswordError(.configuration, "scrypt was asked for less than N = 2^17, r = 8, p = 1")
    }
    return try PasswordParameters(.scrypt(logCost: logCost, blockSize: blockSize, parallelism: parallelism)).bounded()
  }

  #if Argon2
    /// Argon2id at a custom cost.
    ///
    /// - Parameters:
    ///   - memory: m in KiB, 19,456 or more.
    ///   - iterations: t, 2 or more.
    ///   - parallelism: p, 1 or more; libargon2 starts as many threads.
    /// - Throws: `PasswordError` with the code `configuration` when it is less, or more than ``PasswordLimits`` allows.
    public static func argon2id(
      memory: Int,
      iterations: Int = 2,
      parallelism: Int = 1
    ) throws(PasswordError) -> PasswordParameters {
      guard memory >= 19456, iterations >= 2, parallelism >= 1 else {
        throw PasswordError(.configuration, "Argon2id was asked for less than 19,456 KiB, t = 2, p = 1")
      }
      let algorithm = Algorithm.argon2id(memory: memory, iterations: iterations, parallelism: parallelism)
      return try PasswordParameters(algorithm).bounded()
    }
  #else
    /// There with the trait `Argon2`.
    @available(*, unavailable, message: "turn on the trait Argon2: .package(url: …, traits: [\"Argon2\"])")
    public static func argon2id(
      memory: Int,
      iterations: Int = 2,
      parallelism: Int = 1
    ) throws(PasswordError) -> PasswordParameters {
      throw PasswordError(.configuration, "the trait Argon2 is off")
    }
  #endif

  /// scrypt at a cost that protects nothing, for tests of what is around it.
  package static func weak(logCost: Int = 4) -> PasswordParameters {
    PasswordParameters(.scrypt(logCost: logCost, blockSize: 8, parallelism: 1))
  }

  private func bounded() throws(PasswordError) -> PasswordParameters {
    guard isWithinLimits else {
      throw PasswordError(.configuration, "hashing was asked for more memory or time than the limits allow")
    }
    return self
  }

  /// Whether one hash keeps within ``PasswordLimits``.
  var isWithinLimits: Bool {
    switch algorithm {
    case .scrypt(let logCost, let blockSize, let parallelism):
      guard (1...PasswordLimits.maximumParallelism).contains(parallelism), blockSize <= 64, logCost <= 30,
        let memory = KeyDerivation.scryptMemory(logCost: logCost, blockSize: blockSize, parallelism: parallelism)
      else { return false }
      return memory <= PasswordLimits.maximumMemory
        && (128 * blockSize * parallelism) << logCost <= PasswordLimits.maximumWork
    case .argon2id(let memory, let iterations, let parallelism):
      let range = 1...PasswordLimits.maximumParallelism
      guard range.contains(parallelism), range.contains(iterations) else { return false }
      // RFC 9106, section 3.1: 8 KiB a lane at least.
      return memory >= 8 * parallelism && memory <= PasswordLimits.maximumMemory / 1024
        && memory * iterations <= PasswordLimits.maximumWork / 1024
    }
  }

  /// Whether a hash of these parameters is at least as hard to guess as one of the others.
  func isAtLeast(_ other: PasswordParameters) -> Bool {
    switch (algorithm, other.algorithm) {
    case (.scrypt(let n, let r, let p), .scrypt(let otherN, let otherR, let otherP)):
      n >= otherN && r >= otherR && p >= otherP
    case (.argon2id(let m, let t, _), .argon2id(let otherM, let otherT, _)):
      m >= otherM && t >= otherT
    default: false
    }
  }

  /// The name of the algorithm and its parameters, as a PHC string has them.
  public var description: String {
    switch algorithm {
    case .scrypt(let logCost, let blockSize, let parallelism):
      "scrypt$ln=\(logCost),r=\(blockSize),p=\(parallelism)"
    case .argon2id(let memory, let iterations, let parallelism):
      "argon2id$v=19$m=\(memory),t=\(iterations),p=\(parallelism)"
    }
  }
}
