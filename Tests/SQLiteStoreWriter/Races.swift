// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import WritAuthentication
  import WritSQLite

  /// An action that two processes try at once, round by round, and only one of them may do.
  ///
  /// To add one: a type here, its name in ``race(_:_:_:)``, and a plan in `SQLiteRaceTests`.
  protocol Race {
    /// - Returns: whether this process has done it; an error when neither outcome is known.
    func attempt(_ round: Int) async throws -> Bool
  }

  func race(_ name: String, _ store: SQLiteRecordStore, _ plan: RacePlan) throws -> (any Race)? {
    switch name {
    case "code": try CodeRace(store, plan)
    case "recovery": RecoveryRace(store, plan)
    case "bucket": BucketRace(store)
    case "token": TokenRace(store, plan)
    case "session": try SessionRace(store, plan)
    case "refresh": try RefreshRace(store, plan)
    default: nil
    }
  }

  /// The plan that the tests have prepared: the ring of secrets, and a line for each round, or one for all.
  struct RacePlan {
    let ring: SecretRing
    let lines: [String]

    init(ring: String, lines: [String]) throws {
      self.ring = try SecretRing(contentsOfFile: ring)
      self.lines = lines
    }

    /// The words of a round.
    func words(_ round: Int) -> [String] {
      lines[min(round, lines.count - 1)].split(separator: " ").map(String.init)
    }
  }

  /// Limits that nothing reaches.
  struct Unlimited: RateLimitStore {
    func take(_ limit: RateLimit, from key: RateLimitKey) async -> RateLimitAnswer { .allowed(remaining: 1) }
  }

  let limits = LoginLimits(store: Unlimited())

  /// The code of one step each round: of one account, whose secret both know.
  struct CodeRace: Race {
    let store: SQLiteRecordStore
    let ring: SecretRing
    let account: String
    let key: OneTimePasswordKey

    init(_ store: SQLiteRecordStore, _ plan: RacePlan) throws {
      self.store = store
      ring = plan.ring
      let words = plan.words(0)
      account = words[0]
      key = try OneTimePasswordKey(OneTimeSecret(base32: words[1]))
    }

    func attempt(_ round: Int) async throws -> Bool {
      let time = now + 60 + 30 * Int64(round)
      let passwords = try OneTimePasswords(store: store, ring: ring, limits: limits, clock: .fixed(time))
      do throws(OneTimePasswordError) {
        try await passwords.verify(key.code(at: time), account: account)
        return true
      } catch {
        guard error.code == .used else { throw error }
        return false
      }
    }
  }

  /// One recovery code each round, of ten that an account has.
  struct RecoveryRace: Race {
    let codes: RecoveryCodes<SQLiteRecordStore>
    let plan: RacePlan

    init(_ store: SQLiteRecordStore, _ plan: RacePlan) {
      codes = RecoveryCodes(store: store, ring: plan.ring, limits: limits, clock: .fixed(now))
      self.plan = plan
    }

    func attempt(_ round: Int) async throws -> Bool {
      let words = plan.words(round)
      do throws(OneTimePasswordError) {
        _ = try await codes.verify(words[1], account: words[0])
        return true
      } catch {
        guard error.code == .wrong else { throw error }
        return false
      }
    }
  }

  /// The only token of a new bucket each round.
  struct BucketRace: Race {
    let buckets: RecordRateLimitStore<SQLiteRecordStore>

    init(_ store: SQLiteRecordStore) {
      buckets = RecordRateLimitStore(store, clock: .fixed(now))
    }

    func attempt(_ round: Int) async throws -> Bool {
      let limit = try RateLimit(1, per: .seconds(86_400))
      return try await buckets.take(limit, from: RateLimitKey("race", account: "\(round)")).isAllowed
    }
  }

  /// A token that resets a password each round.
  struct TokenRace: Race {
    let tokens: SingleUseTokens<SQLiteRecordStore>
    let plan: RacePlan

    init(_ store: SQLiteRecordStore, _ plan: RacePlan) {
      tokens = SingleUseTokens(store: store, limits: limits, clock: .fixed(now))
      self.plan = plan
    }

    func attempt(_ round: Int) async throws -> Bool {
      do throws(LoginError) {
        try await tokens.use(plan.words(round)[0], for: .passwordReset)
        return true
      } catch {
        guard error.code == .token else { throw error }
        return false
      }
    }
  }

  /// A session each round, which both give a new identifier.
  struct SessionRace: Race {
    let sessions: Sessions<SQLiteRecordStore>
    let plan: RacePlan

    init(_ store: SQLiteRecordStore, _ plan: RacePlan) throws {
      sessions = try Sessions(
        store: store,
        ring: plan.ring,
        origins: ["https://app.example"],
        clock: .fixed(now)
      )
      self.plan = plan
    }

    func attempt(_ round: Int) async throws -> Bool {
      guard let session = try await sessions.session(in: [plan.words(round)[0]]) else { return false }
      do throws(SessionError) {
        _ = try await sessions.rotate(session)
        return true
      } catch {
        guard error.code == .ended else { throw error }
        return false
      }
    }
  }

  /// A refresh token each round, without a window: the second one is refused.
  struct RefreshRace: Race {
    let tokens: RefreshTokens<SQLiteRecordStore>
    let plan: RacePlan

    init(_ store: SQLiteRecordStore, _ plan: RacePlan) throws {
      let rules = try RefreshTokenRules(window: .zero)
      tokens = try RefreshTokens(store: store, ring: plan.ring, rules: rules, clock: .fixed(now))
      self.plan = plan
    }

    func attempt(_ round: Int) async throws -> Bool {
      do throws(RefreshTokenError) {
        _ = try await tokens.rotate(plan.words(round)[0], client: "app")
        return true
      } catch {
        guard error.code == .reused else { throw error }
        return false
      }
    }
  }
#endif
