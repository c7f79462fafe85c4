// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Hashes passwords and verifies them.
///
///     let hasher = PasswordHasher()
///     let stored = try await hasher.hash(password)             // refuses one that is too short; 15 characters unless
///     told otherwise switch try await hasher.verify(password, against: user?.passwordHash) {
///     case .wrong: …                                           // as slow when there is no such user
///     case .correct(let needsRehash):
///       if needsRehash { store(try await hasher.rehash(password)) }
///     }
///
/// Everything slow runs on ``PasswordWorkers``.
public struct PasswordHasher: Sendable {
  private static let saltCount = 16
  private static let outputCount = 32
  /// The number of measurements of each kind of hash; the least counts.
  private static let measurements = 2

  /// The parameters of new hashes.
  public let parameters: PasswordParameters
  private let ring: SecretRing?
  let workers: PasswordWorkers
  private let events: SecurityEvents
  private let pace = AnswerPace()

  /// - Parameters:
  ///   - parameters: how new hashes are made.
  ///   - ring: its first secret is mixed into new passwords as a pepper, which is not in the store: who has only the
  ///     store cannot even begin to guess. Without the ring such hashes cannot be verified any more.
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
  /// - Parameters:
  ///   - password: the password, not yet hashed.
  ///   - rules: what the password must be.
  ///   - account: whose it is: a password must not be made of this name.
  /// - Throws: `PasswordError` with the codes `tooShort`, `tooLong`, `characters`, `guessable`, `screened`, `busy`,
  ///   `cancelled`, `failure`.
  public func hash(
    _ password: String,
    following rules: PasswordRules = .onlyFactor,
    for account: String? = nil
  ) async throws(PasswordError) -> String {
    let text = try PasswordText(password)
    try await rules.check(password, text, account)
    return try await hash(text)
  }

  /// Hashes a password that was verified, with the current parameters; the rules for new passwords do not apply.
  ///
  /// - Throws: `PasswordError` with the codes `tooLong`, `characters`, `busy`, `cancelled`, `failure`.
  public func rehash(_ password: String) async throws(PasswordError) -> String {
    try await hash(try PasswordText(password))
  }

  /// Whether a password is the one that was stored.
  ///
  /// Every wrong answer, and every error about the stored hash, takes as long as the longest wrong answer that this
  /// hasher has given: also for a user that does not exist, and for a hash of another program that is cheaper or
  /// costlier than this hasher's own. That longest time is learned as hashes are verified; ``measure(_:)`` learns it
  /// before the first login. On a quiet machine the times agree within a tenth. They do not for a kind of adopted hash
  /// that this hasher has not met yet, and on a machine that makes hashing more than four times slower; nor does a
  /// right password wait.
  ///
  /// - Parameters:
  ///   - password: as it was typed.
  ///   - stored: the text of its hash; `nil` when there is no such user.
  ///   - account: the name under which a wrong password is told to the security events.
  /// - Throws: `PasswordError` with the codes `tooLong`, `characters`, `malformedHash`, `unsupportedHash`,
  ///   `excessiveHash`, `keyUnknown`, `busy`, `cancelled`, `failure`.
  public func verify(
    _ password: String,
    against stored: String?,
    account: String? = nil
  ) async throws(PasswordError) -> PasswordVerdict {
    let verdict = try await judge(try PasswordText(password), against: stored)
    if verdict == .wrong { events.record(.authenticationFailed(account: account, factor: .password)) }
    return verdict
  }

  /// Measures how long verifying takes, so that wrong answers take equally long from the first login on.
  ///
  /// Call it when the program starts, if hashes of other programs were adopted: with one of each kind, anybody's or one
  /// made up.
  ///
  /// - Parameter adopted: texts of stored hashes.
  /// - Throws: `PasswordError` with the codes of ``verify(_:against:account:)``.
  public func measure(_ adopted: [String]) async throws(PasswordError) {
    let text = try PasswordText("a password that is measured")
    for stored in [nil] + adopted.map(Optional.some) {
      for _ in 0..<Self.measurements {
        let judgement = try await workers.run { [self] () throws(PasswordError) in examine(text, stored) }
        _ = try judgement.verdict.get()
        _ = pace.rest(after: judgement.work, taking: judgement.time)
      }
    }
  }

  /// Whether a password is the one that was stored, without an event.
  ///
  /// - Parameter place: one that was taken before among ``workers``.
  func judge(
    _ text: PasswordText,
    against stored: String?,
    in place: PasswordWorkers.Place? = nil
  ) async throws(PasswordError) -> PasswordVerdict {
    let judgement = try await workers.run(in: place) { [self] () throws(PasswordError) in examine(text, stored) }
    let rest = pace.rest(after: judgement.work, taking: judgement.time)
    let verdict = try? judgement.verdict.get()
    // A task that was cancelled waits no longer, and is told what was found.
    if verdict?.isCorrect != true, rest > .zero { try? await Task.sleep(for: rest) }
    return try judgement.verdict.get()
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

  // MARK: Verifying

  /// The outcome of a verification, and the work that was done for it.
  struct Judgement: Sendable {
    let verdict: Result<PasswordVerdict, PasswordError>
    let work: HashWork
    let time: Duration
  }

  /// Verifies a password, on the thread that calls; whatever is wrong with the stored hash, after as much work as a
  /// user costs that does not exist.
  func examine(_ password: PasswordText, _ stored: String?) -> Judgement {
    let clock = ContinuousClock()
    let start = clock.now
    var work = HashWork.derived(parameters)
    let verdict = Result { () throws(PasswordError) in
      guard let stored else {
        try deriveInVain(password)
        return PasswordVerdict.wrong
      }
      do throws(PasswordError) {
        let hash = try StoredHash(parsing: stored)
        guard try isHashable(password, hash) else {
          try deriveInVain(password)
          return PasswordVerdict.wrong
        }
        let isCorrect = try matches(password, hash)
        work = hash.work
        return isCorrect ? .correct(needsRehash: isOutdated(hash, password)) : .wrong
      } catch {
        // Nothing was computed with what is stored.
        if error.code != .failure { try deriveInVain(password) }
        throw error
      }
    }
    return Judgement(verdict: verdict, work: work, time: start.duration(to: clock.now))
  }

  /// Whether a password can be hashed in the way of a stored hash: crypt_r takes no longer ones.
  private func isHashable(_ password: PasswordText, _ hash: StoredHash) throws(PasswordError) -> Bool {
    guard case .crypt = hash else { return true }
    return password.typed.count <= SystemCrypt.maximumBytes
  }

  /// Hashes a password as a new one is, and forgets the hash.
  private func deriveInVain(_ password: PasswordText) throws(PasswordError) {
    let salt = [UInt8](repeating: 0, count: Self.saltCount)
    let key = ring.map { Array($0.identifier.utf8) }
    _ = try derive(password, parameters, key: key, salt: salt, count: Self.outputCount)
  }

  private func matches(_ password: PasswordText, _ hash: StoredHash) throws(PasswordError) -> Bool {
    switch hash {
    case .derived(let parameters, let key, let salt, let expected):
      let output = try derive(password, parameters, key: key, salt: salt, count: expected.count)
      return output.withBytes { isEqualInConstantTime($0, expected.span) }
    case .crypt(let text):
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
      throw PasswordError(.keyUnknown, "a stored hash was made with a secret, and the hasher has no ring")
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

  /// Whether a hash should be made again: it was not made as ``hash(_:following:for:)`` would make it now, or better.
  private func isOutdated(_ hash: StoredHash, _ password: PasswordText) -> Bool {
    guard case .derived(let stored, let key, let salt, let output) = hash else {
      // The end of a longer password is not in the hash: anything may have been typed there.
      return !hash.isBcrypt || password.typed.count < SystemCrypt.bcryptBytes
    }
    return !stored.isAtLeast(parameters) || key != ring.map { Array($0.identifier.utf8) } || salt.count < Self.saltCount
      || output.count < Self.outputCount
  }
}

/// The result of verifying a password.
public enum PasswordVerdict: Sendable, Hashable {
  /// It is another one, or there is no such user.
  case wrong
  /// It is the one; whether its hash should be replaced by that of ``PasswordHasher/rehash(_:)``: it was made by
  /// another program, at a lower cost, or with another key.
  ///
  /// bcrypt has hashed the first ``PasswordLimits/bcryptBytes`` bytes alone, so that of a password of so many bytes or
  /// more the end is not verified: it is the one whatever follows, and its hash is never replaced, for a password with
  /// another end would become the only right one. It stays until the password is changed or reset.
  case correct(needsRehash: Bool)

  /// Whether it is the one.
  public var isCorrect: Bool { self != .wrong }
}

extension PasswordParameters {
  /// Derives the output of the algorithm.
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
