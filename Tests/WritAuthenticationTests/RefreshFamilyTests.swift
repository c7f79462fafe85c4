// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Families of refresh tokens", .timeLimit(.minutes(5)))
struct RefreshFamilyTests {
  @Test("a family ends with its session, however that ends, and goes on when it gets a new identifier")
  func sessions() async throws {
    let world = try RefreshWorld()
    let begun = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
    var grant = try await world.begin(session: begun.session)
    let alone = try await world.begin()
    let rotated = try await world.sessions.rotate(begun.session, proving: .oneTimePassword)
    #expect(rotated.session.handle == begun.session.handle)
    grant = try await world.rotate(grant)
    // Each rotation is a sign of life of the session, as a request is.
    for _ in 0..<5 {
      world.time.seconds += 1799
      grant = try await world.rotate(grant)
    }
    #expect(try await world.sessions.session(rotated.session.handle, of: "ines")?.lastSeen == world.time.seconds)
    world.time.seconds += 1800
    #expect(await world.refusal(grant.token) == .sessionEnded)
    #expect(await world.refusal(grant.token) == .invalid)
    #expect(await world.refusal(alone.token) == nil)
    #expect(world.told.all.contains(.refreshFamilyRevoked(account: "ines", family: grant.family.handle)))
    // Logout with an identifier that was rotated a moment ago.
    let old = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
      .session
    let hanging = try await world.begin(session: old)
    _ = try await world.sessions.rotate(old)
    try await world.sessions.end(old)
    #expect(await world.refusal(hanging.token) == .sessionEnded)
  }

  @Test("a session whose rotation was stopped half-way ends whole, and with it what hangs on it")
  func halfRotated() async throws {
    let world = try RefreshWorld()
    let begun = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
    let grant = try await world.begin(session: begun.session)
    // The new one is stored, the old one not yet removed.
    let twin = RecordKey(.session, try .random())
    _ = try await world.store.insert(begun.session.record.content, as: twin, at: world.time.seconds)
    try await world.sessions.end(begun.session)
    #expect(await world.store.read(twin, at: world.time.seconds) == nil)
    #expect(try await world.sessions.sessions(of: "ines").isEmpty)
    #expect(await world.refusal(grant.token) == .sessionEnded)
  }

  @Test("a family hangs on a living session of its account, where sessions can be looked for")
  func begin() async throws {
    let world = try RefreshWorld()
    let session = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
      .session
    func code(_ account: String, _ session: Session) async -> RefreshTokenError.Code? {
      await #expect(throws: RefreshTokenError.self) { try await world.begin(account, session: session) }?.code
    }
    #expect(await code("oskar", session) == .configuration)
    try await world.sessions.end(session)
    #expect(await code("ines", session) == .sessionEnded)
    let anonymous = try await world.sessions.beginUnlimitedAnonymous().session
    #expect(await code("ines", anonymous) == .configuration)
    let blind = try RefreshTokens(store: world.store, ring: world.ring, clock: world.time.clock)
    let error = await #expect(throws: RefreshTokenError.self) {
      try await blind.begin(for: "ines", client: "app", session: session, since: .unchecked)
    }
    #expect(error?.code == .configuration)
  }

  @Test("names are bounded, at the cap and one past it, and an account has a hundred families")
  func bounds() async throws {
    let world = try RefreshWorld()
    let longest = String(repeating: "n", count: 255)
    _ = try await world.begin(longest, client: longest)
    for (account, client) in [("", "c"), ("a", ""), (longest + "n", "c"), ("a", longest + "n")] {
      let error = await #expect(throws: RefreshTokenError.self) { try await world.begin(account, client: client) }
      #expect(error?.code == .tooLarge)
    }
    var grants: [RefreshGrant] = []
    for _ in 0...RefreshTokenRules.maximumPerAccount {
      grants.append(try await world.begin())
      world.time.seconds += 1
    }
    #expect(try await world.tokens.families(of: "ines").count == RefreshTokenRules.maximumPerAccount)
    #expect(await world.refusal(grants[0].token) == .invalid)
    #expect(await world.refusal(grants[1].token) == nil)
    #expect(world.told.all.contains(.refreshFamilyRevoked(account: "ines", family: grants[0].family.handle)))
    let full = try RefreshWorld(MemoryRecordStore(maximumCount: 256))
    let error = await #expect(throws: RefreshTokenError.self) {
      for number in 0..<1000 { _ = try await full.begin("a\(number)") }
    }
    #expect(error?.code == .full && error?.oauthCode == nil)
  }

  @Test("all families of an account end, or all but those of one session; others' stay")
  func revokeAll() async throws {
    let world = try RefreshWorld()
    let session = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
      .session
    let kept = try await world.begin(session: session)
    let alone = try await world.begin()
    let others = try await world.begin("oskar")
    #expect(try await world.tokens.revokeAll(of: "ines", except: session) == 1)
    #expect(await world.refusal(alone.token) == .invalid)
    let next = try await world.rotate(kept)
    #expect(try await world.tokens.revokeAll(of: "ines") == 1)
    #expect(await world.refusal(next.token) == .invalid)
    #expect(await world.refusal(others.token) == nil)
    #expect(try await world.tokens.revokeAll(of: "") == 0)
    #expect(try await !world.tokens.revoke(others.family.handle, of: "ines"))
    #expect(try await world.tokens.revoke(others.family.handle, of: "oskar"))
  }

  @Test("RFC 7009: any token of a family revokes it, for its client; what is no token is nothing to be told of")
  func endpoint() async throws {
    let world = try RefreshWorld()
    let endpoint = RevocationEndpoint(world.tokens)
    func status(_ token: String, client: String = "app") async -> Int {
      let body = Array("token=\(token)&token_type_hint=refresh_token".utf8)
      return await endpoint.respond(to: body, contentType: "application/x-www-form-urlencoded", client: client).status
    }
    let first = try await world.begin()
    let second = try await world.rotate(first)
    #expect(await status(second.token, client: "other") == 400)
    #expect(await status("unknown") == 200)
    #expect(await status(first.token) == 200)
    #expect(await world.refusal(second.token) == .invalid)
    #expect(await status(first.token) == 200)
  }

  @Test("a store that is down is an error, not a refusal, and nothing is lost")
  func storeDown() async throws {
    let store = FailingStore(store: try MemoryRecordStore())
    let world = try RefreshWorld(store)
    let session = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
      .session
    let grant = try await world.begin(session: session)
    struct Down: Error {}
    for (failure, expected) in [
      (Down() as any Error, RefreshTokenError.Code.storeUnavailable), (StoreError(.busy, ""), .storeUnavailable),
      (StoreError(.corrupt, ""), .corrupt), (CancellationError(), .cancelled),
    ] {
      store.failure.error.withLock { $0 = failure }
      #expect(await world.refusal(grant.token) == expected)
      for call in [
        { _ = try await world.begin() }, { _ = try await world.tokens.families(of: "ines") },
        { _ = try await world.tokens.revoke(grant.token, client: "app") },
        { _ = try await world.tokens.revoke(grant.family.handle, of: "ines") },
        { _ = try await world.tokens.revokeAll(of: "ines") },
        { _ = try await world.tokens.revokeAll(of: "ines", except: session) },
      ] as [@Sendable () async throws -> Void] {
        let error = await #expect(throws: RefreshTokenError.self) { try await call() }
        #expect(error?.code == expected && error?.oauthCode == nil)
      }
    }
    store.failure.error.withLock { $0 = nil }
    #expect(await world.refusal(grant.token) == nil)
  }

  @Test("S13 a malformed or hostile row is refused, never a family, never a crash")
  func hostileRows() async throws {
    let world = try RefreshWorld()
    let session = try await world.sessions.begin(for: "a", proving: [], replacing: nil, since: .unchecked).session
    let key = try PrivateKey.generate(.es256).publicKey.thumbprint()
    let grant = try await world.begin("a", thumbprint: key, session: session)
    let last = try await world.tokens.rotate(grant.token, client: "app", thumbprint: key)
    let good = Array(last.family.record.content.bytes)
    func code(_ bytes: [UInt8], format: UInt8 = RefreshFamilyFields.format, owner: [UInt8] = [97]) async throws
      -> RefreshTokenError.Code?
    {
      let record = last.family.record.key
      if let current = await world.store.read(record, at: world.time.seconds) {
        _ = await world.store.remove(record, current.version, at: world.time.seconds)
      }
      let content = try RecordContent(bytes.span, format: format, owner: owner, expires: RecordContent.never)
      _ = try await world.store.insert(content, as: record, at: world.time.seconds)
      return await world.refusal(last.token, thumbprint: key)
    }
    for count in 0..<good.count { #expect(try await code(Array(good.prefix(count))) == .corrupt, "\(count)") }
    #expect(try await code(good + [0]) == .corrupt)
    #expect(try await code(good, format: 0) == .corrupt)
    #expect(try await code(good, owner: []) == .corrupt)
    #expect(try await code(good, owner: [0xC0, 0x80]) == .corrupt)
    #expect(try await code([UInt8](repeating: 0xFF, count: 16_384)) == .corrupt)
    #expect(try await code([UInt8](repeating: 0, count: good.count)) == .corrupt)
    // Any single bit: an answer or a refusal, and never a trap.
    var refused = 0
    for bit in 0..<good.count * 8 {
      var bytes = good
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      if try await code(bytes) != nil { refused += 1 }
    }
    #expect(refused > good.count)
    #expect(try await code(good) == nil)
  }

  @Test("S03 no token is in any description, error, event or dump")
  func canaries() async throws {
    let world = try RefreshWorld()
    let first = try await world.begin()
    let second = try await world.rotate(first)
    var shown = "\(first) \(second.family) \(String(reflecting: second)) \(world.tokens)"
    dump(second, to: &shown)
    dump(world.told.all, to: &shown)
    for token in [first.token, second.token] {
      for client in ["other", "app"] {
        world.time.seconds += 20
        do throws(RefreshTokenError) { dump(try await world.tokens.rotate(token, client: client), to: &shown) } catch {
          dump(error, to: &shown)
        }
      }
    }
    dump(world.told.all, to: &shown)
    for token in [first.token, second.token] {
      #expect(!shown.contains(token) && !shown.contains(token.prefix(43)) && !shown.contains(token.suffix(43)))
    }
  }
}
