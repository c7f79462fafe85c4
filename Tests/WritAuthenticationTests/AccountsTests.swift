// SPDX-License-Identifier: Apache-2.0

import Testing
import WritStoreTesting

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Accounts: removal and lists", .timeLimit(.minutes(5)))
struct AccountsTests {
  /// An account with all that it can have, in a store that fails as it is told.
  private struct World {
    static let invitation = RecordKind(40_000)
    static let kinds: [(RecordKind, String)] = [
      (.session, "session"), (.refreshFamily, "family"), (.password, "password"), (.passwordReset, "reset"),
      (.verification, "verification"), (invitation, "invitation"), (.oneTimePassword, "authenticator"),
      (.recoveryCodes, "recovery codes"), (.sentCode, "sent code"),
    ]

    let time = TestTime()
    let store: MemoryRecordStore
    let ring: SecretRing
    let sessions: Sessions<MemoryRecordStore>
    let told = Told()

    init() throws {
      store = try MemoryRecordStore()
      ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
      sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"], clock: time.clock)
    }

    /// Whatever the kind, a record of it: what is removed is found by its owner.
    func fill(_ account: String) async throws {
      for (kind, _) in Self.kinds {
        let content = try RecordContent(
          [1].span,
          format: 1,
          owner: Array(account.utf8),
          expires: RecordContent.never
        )
        _ = try await store.insert(content, as: RecordKey(kind, .random()), at: time.seconds)
      }
      _ = try await sessions.begin(for: account, proving: [.password], replacing: nil, since: .unchecked)
    }

    func left(_ account: String) async -> Set<String> {
      var left: Set<String> = []
      for (kind, name) in Self.kinds {
        let records = await store.list(kind, of: Array(account.utf8), after: nil, limit: 10, at: time.seconds)
        if !records.isEmpty { left.insert(name) }
      }
      return left
    }

    func accounts(on store: some RecordStore) throws -> Accounts<some RecordStore> {
      let told = told
      let parts: [any AccountRevoking] = [
        try Sessions(store: store, ring: ring, origins: ["https://app.example"], clock: time.clock),
        try RefreshTokens(store: store, ring: ring, clock: time.clock),
      ]
      return Accounts(
        store: store,
        ring: ring,
        revoking: parts,
        kinds: [Self.invitation],
        clock: time.clock,
        events: SecurityEvents { event in told.events.withLock { $0.append(event) } }
      )
    }
  }

  @Test(
    "A removal that fails at any write leaves no way in without a second factor, and ends when it is called again (S20)"
  )
  func removal() async throws {
    for way in FailingRecordStore<MemoryRecordStore>.Way.allCases {
      for write in 1...60 {
        let world = try World()
        try await world.fill("ines")
        try await world.fill("oskar")
        let before = try await world.sessions.epoch(of: "ines")
        let failing = FailingRecordStore(world.store)
        failing.fail(atWrite: write, way)
        let isDone = (try? await world.accounts(on: failing).removeAccount("ines")) != nil
        let left = await world.left("ines")
        if isDone { #expect(left.isEmpty, "write \(write), \(way)") }
        for factor in ["authenticator", "recovery codes", "sent code"] where !left.contains(factor) {
          #expect(left.isDisjoint(with: ["password", "reset"]), "write \(write), \(way): no \(factor)")
        }
        if way == .refusing || way == .losingAnswer {
          // All else is tried, whatever failed: of the first factors one is left at most, or the second factors.
          #expect(left.isDisjoint(with: ["session", "family"]), "write \(write), \(way)")
        }
        try await world.accounts(on: world.store).removeAccount("ines")
        #expect(await world.left("ines").isEmpty, "write \(write), \(way)")
        let late = await refusal { () throws(SessionError) in
          try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: before)
        }
        #expect(late == .ended)
        #expect(await world.left("oskar").count == World.kinds.count)
        #expect(world.told.all.last == .accountRemoved(account: "ines"))
        guard failing.hasFailed else { break }
        #expect(write < 60)
      }
    }
  }

  @Test("An account that is made again by the same name has nothing of the one before")
  func again() async throws {
    let world = try World()
    let codes = try OneTimePasswords(store: world.store, ring: world.ring, clock: world.time.clock)
    let key = try await codes.enroll("ines", issuer: nil).key
    try await codes.confirm(key.code(at: world.time.seconds), account: "ines")
    try await world.accounts(on: world.store).removeAccount("ines")
    world.time.seconds += 60
    await #expect(throws: OneTimePasswordError.self) {
      try await codes.verify(key.code(at: world.time.seconds), account: "ines")
    }
    _ = try await codes.enroll("ines", issuer: nil)
  }

  @Test("The lists of an administrator have each session, credential and lock once, over pages")
  func lists() async throws {
    let world = try World()
    let accounts = try world.accounts(on: world.store)
    let passwords = Passwords(
      store: world.store,
      hasher: PasswordHasher(parameters: .weak(), ring: world.ring),
      revoking: [],
      clock: world.time.clock
    )
    let codes = try OneTimePasswords(store: world.store, ring: world.ring, clock: world.time.clock)
    let recovery = RecoveryCodes(store: world.store, ring: world.ring, clock: world.time.clock)
    let names = (0..<7).map { "account \($0)" }
    for name in names {
      try await passwords.set("a long password of somebody", for: name, from: nil)
      _ = try await world.sessions.begin(for: name, proving: [.password], replacing: nil, since: .unchecked)
      _ = try await world.sessions.beginUnlimitedAnonymous()
    }
    for _ in 0..<FailedAttempts.maximumCount {
      world.time.seconds += 3600
      _ = try? await passwords.verify("a wrong password of somebody", account: names[1], from: nil)
    }
    for name in names {
      _ = try await world.sessions.begin(for: name, proving: [.password], replacing: nil, since: .unchecked)
    }
    _ = try await codes.enroll(names[0], issuer: nil)
    _ = try await recovery.generate(for: names[0])
    var (found, cursor): ([String], RecordID?) = ([], nil)
    repeat {
      let page = try await accounts.sessions(after: cursor, limit: 3)
      found += page.items.compactMap(\.account)
      cursor = page.next
    } while cursor != nil
    #expect(found.sorted() == names)
    #expect(Set(try await accounts.credentials(.password, limit: 1000).items.map(\.account)) == Set(names))
    #expect(try await accounts.locks(limit: 1000).items == [names[1]])
    #expect(try await accounts.locks(.oneTimePassword).items.isEmpty)
    let own = try await accounts.credentials(of: names[0])
    #expect(own.map(\.factor) == [.password, .oneTimePassword, .recoveryCode])
    #expect(own.map(\.isConfirmed) == [true, false, true] && own.last?.remaining == 10)
    #expect(try await accounts.credentials(of: "nobody").isEmpty)
  }
}
