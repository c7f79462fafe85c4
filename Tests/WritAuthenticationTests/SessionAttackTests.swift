// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Sessions under attack")
struct SessionAttackTests {
  private struct Down: Error, CustomStringConvertible {
    let description: String
  }

  @Test("S05 a store that is down is never a request without a session")
  func storeDown() async throws {
    let canary = "canary-\(UInt64.random(in: 0...UInt64.max))"
    let store = FailingStore(store: try MemoryRecordStore())
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
    let sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"])
    let begun = try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
    let cases: [(any Error, SessionError.Code)] = [
      (Down(description: canary), .storeUnavailable), (StoreError(.storeUnavailable, "down"), .storeUnavailable),
      (StoreError(.busy, "busy"), .storeUnavailable), (StoreError(.readOnly, "read-only"), .storeUnavailable),
      (StoreError(.corrupt, "corrupt"), .corrupt), (StoreError(.full, "full"), .full),
      (CancellationError(), .cancelled),
    ]
    for (error, expected) in cases {
      store.failure.error.withLock { $0 = error }
      func code<Result>(_ body: () async throws(SessionError) -> Result) async -> SessionError.Code? {
        do throws(SessionError) {
          _ = try await body()
          return nil
        } catch {
          #expect(!"\(error) \(String(reflecting: error))".contains(canary))
          return error.code
        }
      }
      #expect(await code { () throws(SessionError) in try await sessions.session(in: [begun.pair]) } == expected)
      #expect(await code { () throws(SessionError) in try await sessions.beginUnlimitedAnonymous() } == expected)
      #expect(
        await code { () throws(SessionError) in
          try await sessions.begin(for: "a", proving: [], replacing: nil, since: .unchecked)
        }
          == expected
      )
      #expect(await code { () throws(SessionError) in try await sessions.rotate(begun.session) } == expected)
      #expect(await code { () throws(SessionError) in try await sessions.end(begun.session) } == expected)
      #expect(
        await code { () throws(SessionError) in try await sessions.revoke(begun.session.handle, of: "ines") }
          == expected
      )
      #expect(await code { () throws(SessionError) in try await sessions.revokeAll(of: "ines") } == expected)
      #expect(await code { () throws(SessionError) in try await sessions.sessions(of: "ines") } == expected)
      #expect(await code { () throws(SessionError) in try await sessions.setData([], of: begun.session) } == expected)
    }
    store.failure.error.withLock { $0 = nil }
    #expect(try await sessions.session(in: [begun.pair]) != nil)
  }

  @Test("S02 an identifier is 256 random bits, each as often set as not, and no two are alike")
  func identifiers() async throws {
    let world = try SessionWorld(maximumCount: 100_000)
    var seen: Set<[UInt8]> = []
    var set = [Int](repeating: 0, count: 256)
    let count = 20_000
    for _ in 0..<count {
      let bytes = decodedBase64URL(try await world.sessions.beginUnlimitedAnonymous().identifier)
      #expect(bytes.count == 32 && seen.insert(bytes).inserted)
      for bit in 0..<256 where bytes[bit / 8] >> UInt8(bit % 8) & 1 == 1 { set[bit] += 1 }
    }
    // Seven standard deviations: of all runs there ever are none is outside by chance.
    for bit in set { #expect(abs(bit - count / 2) < 500) }
  }

  @Test("S13 a malformed or hostile row is refused, never a session, never a crash")
  func hostileRows() async throws {
    let world = try SessionWorld()
    let begun = try await world.sessions.begin(
      for: "ines",
      proving: [.password],
      label: "l",
      data: [1],
      replacing: nil,
      since: .unchecked
    )
    let (key, good) = (begun.session.record.key, Array(begun.session.record.content.bytes))
    var rows: [(bytes: [UInt8], format: UInt8, owner: [UInt8])] = []
    for count in 0..<good.count { rows.append((Array(good.prefix(count)), 1, [97])) }
    rows.append((good + [0], 1, [97]))
    rows.append((good, 0, [97]))
    rows.append((good, 2, [97]))
    rows.append((good, 1, [0xFF]))
    rows.append((good, 1, [0xC0, 0x80]))
    rows.append((good, 1, [0xED, 0xA0, 0x80]))
    rows.append(([UInt8](repeating: 0, count: good.count), 1, [97]))
    rows.append(([UInt8](repeating: 0xFF, count: good.count), 1, [97]))
    rows.append(([UInt8](repeating: 0xFF, count: 16_384), 1, [97]))
    // A number each: the times, the limits, flags, and the counts.
    for (offset, value) in [
      (0, 0x80), (0, 0x7F), (8, 0xFF), (16, 0xFF), (20, 0xFF), (32, 2), (33, 9), (34, 0xFF), (35, 0), (36, 0xFF),
      (37, 0),
    ] {
      var bytes = good
      bytes[offset] = UInt8(value)
      rows.append((bytes, 1, [97]))
    }
    for offset in [16, 20] {
      var bytes = good
      for index in offset..<offset + 4 { bytes[index] = 0 }
      rows.append((bytes, 1, [97]))
    }
    for row in rows {
      let current = try #require(await world.store.read(key, at: world.time.seconds))
      let content = try RecordContent(
        row.bytes.span,
        format: row.format,
        owner: row.owner,
        expires: RecordContent.never
      )
      _ = await world.store.replace(key, current.version, with: content, at: world.time.seconds)
      let code = await refusal { () throws(SessionError) in try await world.sessions.session(in: [begun.pair]) }
      #expect(code == .corrupt, "\(row.bytes.count) bytes, format \(row.format)")
    }
    // Any single bit of the fixed part: an answer or a refusal, and never a trap.
    for bit in 0..<SessionForm.headerCount * 8 {
      var bytes = good
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let current = await world.store.read(key, at: world.time.seconds) else { break }
      let content = try RecordContent(bytes.span, format: 1, owner: [97], expires: RecordContent.never)
      _ = await world.store.replace(key, current.version, with: content, at: world.time.seconds)
      _ = try? await world.sessions.session(in: [begun.pair])
      _ = try? await world.store.insert(content, as: key, at: world.time.seconds)
    }
  }

  @Test("S13 a damaged row is told in the list of devices, does not prevent logins, and goes when all are ended")
  func damagedRow() async throws {
    let world = try RefreshWorld()
    let session = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
      .session
    let family = try await world.begin(session: session).family
    let bytes: [UInt8] = [1, 2, 3]
    let content = try RecordContent(bytes.span, format: 9, owner: Array("ines".utf8), expires: RecordContent.never)
    for record in [session.record, family.record] {
      _ = await world.store.replace(record.key, record.version, with: content, at: world.time.seconds)
    }
    #expect(await refusal { () throws(SessionError) in try await world.sessions.sessions(of: "ines") } == .corrupt)
    await #expect(throws: RefreshTokenError.self) { try await world.tokens.families(of: "ines") }
    let next = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
    #expect(try await world.sessions.session(in: [next.pair]) != nil)
    _ = try await world.begin()
    #expect(await world.store.read(session.record.key, at: world.time.seconds) != nil)
    // Nor from logging out, or being logged out from elsewhere.
    for _ in 0..<2 {
      let other = try await world.sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
        .session
      try await world.sessions.end(other)
      #expect(try await !world.sessions.revoke(other.handle, of: "ines"))
    }
    let kept = try await world.begin(session: next.session).family
    try await world.sessions.revokeAll(of: "ines", except: next.session)
    try await world.tokens.revokeAll(of: "ines", except: next.session)
    #expect(try await world.sessions.sessions(of: "ines").map(\.handle) == [next.session.handle])
    #expect(try await world.tokens.families(of: "ines").map(\.handle) == [kept.handle])
  }

  @Test("a row that lives longer in the store than its limits say is over all the same")
  func overlongRow() async throws {
    let world = try SessionWorld()
    let begun = try await world.begin()
    let record = begun.session.record
    let bytes = Array(record.content.bytes)
    let content = try RecordContent(bytes.span, format: 1, owner: Array("ines".utf8), expires: RecordContent.never)
    _ = await world.store.replace(record.key, record.version, with: content, at: world.time.seconds)
    world.time.seconds += 1800
    #expect(try await world.sessions.session(in: [begun.pair]) == nil)
    #expect(world.store.count == 0)
  }

  @Test("accounts are bytes: two ways to write one name are two accounts")
  func accounts() async throws {
    let world = try SessionWorld()
    let (composed, decomposed) = (try await world.begin("caf\u{E9}"), try await world.begin("cafe\u{301}"))
    #expect(try await world.sessions.sessions(of: "caf\u{E9}").count == 1)
    #expect(try await !world.sessions.revoke(composed.session.handle, of: "cafe\u{301}"))
    try await world.sessions.revokeAll(of: "cafe\u{301}", except: composed.session)
    #expect(try await world.isAlive(composed))
    #expect(try await !world.isAlive(decomposed))
  }

  @Test("S03 no identifier, token or data is in any description, error, event or dump of the store")
  func canaries() async throws {
    let world = try SessionWorld()
    let canary = "canary-\(UInt64.random(in: 0...UInt64.max))"
    let begun = try await world.sessions.begin(
      for: "ines",
      proving: [.password],
      data: Array(canary.utf8),
      replacing: nil,
      since: .unchecked
    )
    let token = try world.sessions.forgeryToken(for: begun.session)
    var shown = "\(begun) \(String(reflecting: begun)) \(begun.session) \(world.sessions)"
    dump(begun, to: &shown)
    dump(begun.session, to: &shown)
    for body in [["\(begun.pair); \(begun.pair)"], ["\(begun.pair)\n"], ["__host-session=\(begun.identifier)"]] {
      do throws(SessionError) {
        _ = try await world.sessions.session(in: body)
        Issue.record("taken")
      } catch {
        dump(error, to: &shown)
      }
    }
    let request = RequestOrigin(
      method: "POST",
      fetchSite: ["same-origin"],
      origin: [],
      tokens: [token, token],
      upgrade: []
    )
    do throws(SessionError) {
      try world.sessions.check(request, for: begun.session)
      Issue.record("taken")
    } catch {
      dump(error, to: &shown)
    }
    for event in world.told.all { dump(event, to: &shown) }
    let data = "\(Array(canary.utf8))".dropFirst().dropLast()
    for secret in [begun.identifier, token, canary, String(data)] { #expect(!shown.contains(secret)) }
    // What the store has of the identifier is its hash.
    let record = try #require(await world.store.read(begun.session.record.key, at: world.time.seconds))
    let stored = record.content.storage + record.key.id.bytes
    let identifier = decodedBase64URL(begun.identifier)
    #expect(!stored.indices.contains { stored[$0...].starts(with: identifier.prefix(8)) })
  }
}
