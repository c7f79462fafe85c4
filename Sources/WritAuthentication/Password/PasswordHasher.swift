// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Hashes passwords and verifies them.
///
///     let hasher = PasswordHasher()
///     let stored = try await hasher.hash(password)             // refuses one that is too short; 15 characters unless told otherwise
///     switch try await hasher.verify(password, against: user?.passwordHash) {
///     case .wrong: …                                           // as slow when there is no such user
///     case .correct(let needsRehash):
///       if needsRehash { store(try await hasher.rehash(password)) }
///     }
///
/// Everything slow runs on ``PasswordWorkers``.
public struct PasswordHasher: Sendable {
  private static let saltCount = 16
  private static let outputCount = 32

  /// How new hashes are made.
  public let parameters: PasswordParameters
  private let ring: SecretRing?
  private let workers: PasswordWorkers
  private let events: SecurityEvents

  /// - Parameters:
  ///   - parameters: how new hashes are made.
  ///   - ring: its first secret is mixed into new passwords as a pepper, which is not in the store: who has only the store cannot
  ///     even begin to guess. Without the ring such hashes cannot be verified any more.
  ///   - workers: the threads that hash.
  ///   - events: where wrong passwords are told.
  public init(
    parameters: PasswordParameters = .recommended,
    ring: SecretRing? = nil,
    workers: PasswordWorkers = .shared,
    events: SecurityEvents = .none
  ) {
    self.parameters = parameters
    self.ring = ring
    self.workers = workers
    self.events = events
  }

  /// The hash of a new password, in the text that is stored.
  ///
  /// - Parameter rules: what the password must be.
  /// - Throws: `PasswordError` with the codes `tooShort`, `tooLong`, `characters`, `screened`, `busy`, `cancelled`, `failure`.
  public func hash(
    _ password: String,
    following rules: PasswordRules = .onlyFactor
  ) async throws(PasswordError) -> String {
    let text = try PasswordText(password)
    try await rules.check(password, text)
    return try await hash(text)
  }

  /// The hash of a password that was verified, made as new ones are: the rules of today are not asked.
  ///
  /// - Throws: `PasswordError` with the codes `tooLong`, `characters`, `busy`, `cancelled`, `failure`.
  public func rehash(_ password: String) async throws(PasswordError) -> String {
    try await hash(try PasswordText(password))
  }

  /// Whether a password is the one that was stored.
  ///
  /// - Parameters:
  ///   - password: as it was typed.
  ///   - stored: the text of its hash; `nil` when there is no such user, which takes as long as a wrong password under
  ///     ``parameters``.
  ///   - account: the name under which a wrong password is told to the security events.
  /// - Throws: `PasswordError` with the codes `tooLong`, `characters`, `malformedHash`, `unsupportedHash`, `excessiveHash`,
  ///   `keyUnknown`, `busy`, `cancelled`, `failure`.
  public func verify(
    _ password: String,
    against stored: String?,
    account: String? = nil
  ) async throws(PasswordError) -> PasswordVerdict {
    let verdict = try await judge(try PasswordText(password), against: stored)
    if verdict == .wrong { events.record(.authenticationFailed(account: account, factor: .password)) }
    return verdict
  }

  /// Whether a password is the one that was stored, told to nobody else.
  func judge(_ text: PasswordText, against stored: String?) async throws(PasswordError) -> PasswordVerdict {
    let hash: StoredHash? = if let stored { try StoredHash(parsing: stored) } else { nil }
    let isCorrect = try await workers.run { [self] () throws(PasswordError) in try matches(text, hash) }
    guard isCorrect, let hash else { return .wrong }
    return .correct(needsRehash: isOutdated(hash))
  }

  func hash(_ password: PasswordText) async throws(PasswordError) -> String {
    try await workers.run { [self] () throws(PasswordError) in
      let salt = try PasswordError.catching { () throws(LibCryptoError) in try Randomness.bytes(Self.saltCount) }
      let key = ring.map { Array($0.identifier.utf8) }
      let output = try derive(password, parameters, key: key, salt: salt, count: Self.outputCount)
      var bytes = output.withBytes { span in span.indices.map { span[$0] } }
      defer { wipe(&bytes) }
      return StoredHash.text(parameters, keyIdentifier: key, salt: salt, output: bytes)
    }
  }

  private func matches(_ password: PasswordText, _ hash: StoredHash?) throws(PasswordError) -> Bool {
    switch hash {
    case .derived(let parameters, let key, let salt, let expected):
      let output = try derive(password, parameters, key: key, salt: salt, count: expected.count)
      return output.withBytes { isEqualInConstantTime($0, expected.span) }
    case .crypt(let text) where password.typed.count <= SystemCrypt.maximumBytes:
      return try SystemCrypt.isHash(text, of: password.typed)
    case .pbkdf2(let iterations, let salt, let expected):
      let output = try PasswordError.catching { () throws(LibCryptoError) in
        try KeyDerivation.pbkdf2(
          password.typed,
          salt: salt.span,
          iterations: iterations,
          count: expected.count,
          hash: .sha256
        )
      }
      return output.withBytes { isEqualInConstantTime($0, expected.span) }
    case nil, .crypt:
      // Nobody, or more than crypt_r takes: as slow as somebody, and wrong.
      let salt = [UInt8](repeating: 0, count: Self.saltCount)
      _ = try derive(
        password,
        parameters,
        key: ring.map { Array($0.identifier.utf8) },
        salt: salt,
        count: Self.outputCount
      )
      return false
    }
  }

  private func derive(
    _ password: PasswordText,
    _ parameters: PasswordParameters,
    key: [UInt8]?,
    salt: [UInt8],
    count: Int
  ) throws(PasswordError) -> SecretBytes {
    guard let key else { return try parameters.derive(password.normalized, salt: salt, count: count) }
    guard let ring else {
      throw PasswordError(.keyUnknown, "a stored hash was made with a secret, and there is no ring")
    }
    var input: [UInt8]
    do throws(SecretError) {
      let (none, name) = ([UInt8](), String(decoding: key, as: UTF8.self))
      input = try password.normalized.withBytes { (bytes) throws(SecretError) in
        try ring.code(of: bytes, for: .pepper, boundTo: none.span, under: name)
      }
    } catch {
      throw PasswordError(error.code == .secretUnknown ? .keyUnknown : .failure, error.description)
    }
    defer { wipe(&input) }
    return try parameters.derive(SecretBytes(copying: input.span), salt: salt, count: count)
  }

  /// Whether a hash was not made as ``hash(_:following:)`` would make it now, or better.
  private func isOutdated(_ hash: StoredHash) -> Bool {
    guard case .derived(let stored, let key, let salt, let output) = hash else { return true }
    return !stored.isAtLeast(parameters) || key != ring.map { Array($0.identifier.utf8) } || salt.count < Self.saltCount
      || output.count < Self.outputCount
  }
}

/// What comes of verifying a password.
public enum PasswordVerdict: Sendable, Hashable {
  /// It is another one, or there is no such user.
  case wrong
  /// It is the one; whether its hash should be replaced by that of ``PasswordHasher/rehash(_:)``: it was made by another program, at
  /// a lower cost, or with another key.
  case correct(needsRehash: Bool)

  /// Whether it is the one.
  public var isCorrect: Bool { self != .wrong }
}

extension PasswordParameters {
  /// What comes out of the algorithm.
  func derive(_ password: SecretBytes, salt: [UInt8], count: Int) throws(PasswordError) -> SecretBytes {
    switch algorithm {
    case .scrypt(let logCost, let blockSize, let parallelism):
      try PasswordError.catching { () throws(LibCryptoError) in
        try KeyDerivation.scrypt(
          password,
          salt: salt.span,
          logCost: logCost,
          blockSize: blockSize,
          parallelism: parallelism,
          count: count
        )
      }
    case .argon2id(let memory, let iterations, let parallelism):
      try Argon2id.derive(
        password,
        salt: salt,
        memory: memory,
        iterations: iterations,
        parallelism: parallelism,
        count: count
      )
    }
  }
}
