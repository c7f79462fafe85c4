// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Sessions")
struct SessionTests {
  @Test(
    "what a session knows comes back; an identifier is 256 bits in base64url, and in the store only its SHA-256 (S02, S04)"
  )
  func roundTrip() async throws {
    let world = try SessionWorld()
    let begun = try await world.sessions.begin(
      for: "ine\u{301}s",
      proving: [.password, .oneTimePassword],
      label: "Firefox on L\u{FC}ne",
      data: [1, 2, 3],
      replacing: nil,
      since: .unchecked
    )
    let session = try #require(try await world.session(begun))
    #expect(session.account == "ine\u{301}s")
    #expect(session.label == "Firefox on L\u{FC}ne")
    #expect(session.data == [1, 2, 3])
    #expect(session.factors.map(\.factor) == [.password, .oneTimePassword])
    #expect(session.handle == begun.session.handle)
    #expect(SessionHandle(session.handle.description) == session.handle)
    let identifier = decodedBase64URL(begun.identifier)
    #expect(identifier.count == 32)
    #expect(session.record.key.id == (try RecordID(hashing: identifier.span)))
    #expect(!session.record.key.id.bytes.elementsEqual(identifier))
    let many = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<1000 { group.addTask { try await world.sessions.beginUnlimitedAnonymous().identifier } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(many.count == 1000)
  }

  @Test("no cookie, another text, or an unknown identifier is no session")
  func unknown() async throws {
    let world = try SessionWorld()
    let begun = try await world.begin()
    let other = base64URL([UInt8](repeating: 7, count: 32))
    for field in [
      "", "a=b", "__Host-session=", "__Host-session=\(other)", "__Host-session=\(begun.identifier)A",
      "__Host-session=\(begun.identifier.dropLast())", "__Host-session=\"\(begun.identifier)\"",
      "__Host-session=\(begun.session.handle)", "__Host-session=\(String(repeating: "A", count: 4096))",
    ] {
      #expect(try await world.sessions.session(in: [field]) == nil)
    }
    #expect(try await world.sessions.session(in: []) == nil)
    #expect(try await world.isAlive(begun))
  }

  @Test("S01 login and a change of privilege give a new identifier, and the old one is dead at once")
  func fixation() async throws {
    let world = try SessionWorld()
    let planted = try await world.sessions.beginUnlimitedAnonymous(data: [9])
    let visitor = try #require(try await world.session(planted))
    #expect(visitor.isAnonymous && visitor.account == nil)
    let begun = try await world.begin(replacing: visitor)
    #expect(try await !world.isAlive(planted))
    let session = try #require(try await world.session(begun))
    #expect(session.data.isEmpty)
    world.time.seconds += 100
    let rotated = try await world.sessions.rotate(session, proving: .oneTimePassword, data: [5])
    #expect(rotated.identifier != begun.identifier)
    #expect(try await !world.isAlive(begun))
    let stepped = try #require(try await world.session(rotated))
    #expect(stepped.account == "ines" && stepped.data == [5] && stepped.created == session.created)
    #expect(
      stepped.factors == [
        ProvedFactor(factor: .password, time: world.time.seconds - 100),
        ProvedFactor(factor: .oneTimePassword, time: world.time.seconds),
      ]
    )
    #expect(world.sessions.hasProved(.oneTimePassword, in: stepped, within: .seconds(0)))
    world.time.seconds += 300
    #expect(world.sessions.hasProved(.oneTimePassword, in: stepped, within: .seconds(300)))
    #expect(!world.sessions.hasProved(.oneTimePassword, in: stepped, within: .seconds(299)))
    #expect(!world.sessions.hasProved(.device, in: stepped, within: .seconds(3600)))
  }

  @Test("S06 of 64 rotations of one session one wins, and the others are told", arguments: 0..<20)
  func rotations(round: Int) async throws {
    let world = try SessionWorld()
    let session = try await world.begin().session
    let (won, codes) = await withTaskGroup(of: Result<BegunSession, SessionError>.self) { group in
      for _ in 0..<64 {
        group.addTask {
          do throws(SessionError) { return .success(try await world.sessions.rotate(session)) } catch {
            return .failure(error)
          }
        }
      }
      var (won, codes) = ([BegunSession](), [SessionError.Code]())
      for await result in group {
        switch result {
        case .success(let begun): won.append(begun)
        case .failure(let error): codes.append(error.code)
        }
      }
      return (won, codes)
    }
    #expect(won.count == 1)
    #expect(codes == Array(repeating: .ended, count: 63))
    #expect(try await world.sessions.sessions(of: "ines").count == 1)
    #expect(try await world.isAlive(won[0]))
  }

  @Test("the idle limit, to the second, and the time of a request written at most once a minute")
  func idle() async throws {
    let world = try SessionWorld()
    let begun = try await world.begin()
    let version = begun.session.record.version
    world.time.seconds += 59
    #expect(try await world.session(begun)?.record.version == version)
    world.time.seconds += 1
    let touched = try #require(try await world.session(begun))
    #expect(touched.record.version != version && touched.lastSeen == world.time.seconds)
    world.time.seconds += 1799
    #expect(try await world.isAlive(begun))
    world.time.seconds += 1800
    #expect(try await !world.isAlive(begun))
    #expect(world.store.count == 0)
  }

  @Test("the absolute limit, whatever happens; rotation does not lengthen it")
  func absolute() async throws {
    let world = try SessionWorld()
    var begun = try await world.begin()
    let start = world.time.seconds
    while world.time.seconds < start + 43_200 - 600 {
      world.time.seconds += 600
      let session = try #require(try await world.session(begun))
      begun = try await world.sessions.rotate(session)
    }
    world.time.seconds = start + 43_199
    #expect(try await world.isAlive(begun))
    world.time.seconds = start + 43_200
    #expect(try await !world.isAlive(begun))
  }

  @Test("a remembered session lasts 30 days, and its cookie as long; others end with the browser")
  func remembered() async throws {
    let world = try SessionWorld()
    let begun = try await world.begin(isRemembered: true)
    #expect(begun.cookie.hasSuffix("; Max-Age=2592000"))
    #expect(try await !world.begin().cookie.contains("Max-Age"))
    world.time.seconds += 2_592_000 - 1
    let session = try #require(try await world.session(begun))
    #expect(session.isRemembered)
    #expect(try await world.sessions.rotate(session).cookie.hasSuffix("; Max-Age=1"))
    world.time.seconds += 1
    #expect(try await world.sessions.sessions(of: "ines").isEmpty)
  }

  @Test("S08 a clock that jumps revives nothing, and no session outlives its absolute limit by more than the jump")
  func clock() async throws {
    let world = try SessionWorld()
    let (old, kept) = (try await world.begin(), try await world.begin())
    let start = world.time.seconds
    world.time.seconds += 1801
    #expect(try await !world.isAlive(old))
    world.time.seconds = start
    #expect(try await !world.isAlive(old), "what was seen dead stays dead")
    // A day back: the session is as old as if it began now, and no older.
    world.time.seconds = start - 86_400
    let session = try #require(try await world.session(kept))
    #expect(session.created == start - 86_400)
    #expect(session.lastSeen == start, "the time of the last request never moves back")
    world.time.seconds += 43_199
    #expect(try await world.isAlive(kept))
    world.time.seconds += 1
    #expect(try await !world.isAlive(kept))
    // A day forward: over.
    let new = try await world.begin()
    world.time.seconds += 86_400
    #expect(try await !world.isAlive(new))
  }

  @Test("devices are listed with labels, and each can be ended by its owner alone (S09: at once)")
  func devices() async throws {
    let world = try SessionWorld()
    let phone = try await world.begin(label: "phone")
    world.time.seconds += 1
    let laptop = try await world.begin(label: "laptop")
    let other = try await world.begin("oskar", label: "phone")
    #expect(try await world.sessions.sessions(of: "ines").map(\.label) == ["laptop", "phone"])
    #expect(try await !world.sessions.revoke(other.session.handle, of: "ines"))
    #expect(try await !world.sessions.revoke(phone.session.handle, of: ""))
    #expect(try await world.isAlive(other))
    #expect(try await world.sessions.revoke(phone.session.handle, of: "ines"))
    #expect(try await !world.sessions.revoke(phone.session.handle, of: "ines"))
    #expect(try await !world.isAlive(phone))
    #expect(try await world.sessions.end(laptop.session).hasSuffix("Max-Age=0"))
    #expect(try await !world.isAlive(laptop))
    #expect(try await world.isAlive(other))
  }

  @Test("all sessions of an account end, or all but one, and that one goes on")
  func revokeAll() async throws {
    let world = try SessionWorld()
    var begun: [BegunSession] = []
    for _ in 0..<5 { begun.append(try await world.begin()) }
    let other = try await world.begin("oskar")
    // One that is not the account's keeps nothing alive.
    #expect(try await world.sessions.revokeAll(of: "ines", except: begun[2].session) == 4)
    for (index, session) in begun.enumerated() { #expect(try await world.isAlive(session) == (index == 2)) }
    let kept = try #require(try await world.session(begun[2]))
    let rotated = try await world.sessions.rotate(kept)
    #expect(try await world.sessions.revokeAll(of: "ines", except: other.session) == 1)
    #expect(try await !world.isAlive(rotated))
    #expect(try await world.isAlive(other))
    #expect(try await world.isAlive(world.begin()), "the account can log in again")
    #expect(try await world.sessions.revokeAll(of: "") == 0)
  }

  @Test(
    "S10 no session that began before a revocation of all outlives it, however it is rotated meanwhile",
    arguments: 0..<50
  )
  func revocationRace(round: Int) async throws {
    let world = try SessionWorld()
    var begun: [BegunSession] = []
    for _ in 0..<16 { begun.append(try await world.begin()) }
    let rotated = await withTaskGroup(of: BegunSession?.self) { group in
      for session in begun {
        group.addTask {
          // As often as it goes.
          var last: BegunSession?
          var current = session.session
          for _ in 0..<8 {
            guard let next = try? await world.sessions.rotate(current) else { return last }
            (last, current) = (next, next.session)
          }
          return last
        }
      }
      group.addTask {
        _ = try? await world.sessions.revokeAll(of: "ines")
        return nil
      }
      return await group.reduce(into: [BegunSession]()) { if let session = $1 { $0.append(session) } }
    }
    for session in begun + rotated { #expect(try await !world.isAlive(session)) }
    #expect(try await world.sessions.sessions(of: "ines").isEmpty)
  }

  @Test("S07 a sweep that races with requests loses no living session, and revives none")
  func sweep() async throws {
    let world = try SessionWorld(rules: SessionRules(idle: .seconds(60), absolute: .seconds(6000)))
    let (alive, dead) = (try await world.begin("alive"), try await world.begin("dead"))
    let start = world.time.seconds
    let sweeper = Task {
      while !Task.isCancelled {
        await world.store.removeExpired(limit: 100, at: world.time.seconds)
        await Task.yield()
      }
    }
    defer { sweeper.cancel() }
    for step in 1...2000 {
      world.time.seconds = start + Int64(step)
      if step % 5 == 0 { #expect(try await world.isAlive(alive), "at \(step)") }
      if step > 60 { #expect(try await !world.isAlive(dead)) }
    }
  }

  @Test("S18 the store is bounded: full is typed, and an account has a hundred sessions")
  func bounds() async throws {
    let world = try SessionWorld(maximumCount: 120)
    var begun: [BegunSession] = []
    for _ in 0..<SessionRules.maximumPerAccount {
      world.time.seconds += 1
      begun.append(try await world.begin())
    }
    world.time.seconds += 1
    let last = try await world.begin()
    #expect(try await world.sessions.sessions(of: "ines").count == 100)
    #expect(try await !world.isAlive(begun[0]))
    #expect(try await world.isAlive(begun[1]))
    #expect(try await world.isAlive(last))
    var code: SessionError.Code?
    for _ in 0..<100 where code == nil {
      code = await refusal { () throws(SessionError) in try await world.sessions.beginUnlimitedAnonymous() }
    }
    #expect(code == .full)
    #expect(world.store.count <= 120)
    #expect(try await world.isAlive(last))
  }

  @Test("what is kept is bounded, at the cap and one past it, and nothing is lost when it is refused")
  func sizes() async throws {
    let world = try SessionWorld()
    func code(account: Int = 1, label: Int = 0, data: Int = 0) async -> SessionError.Code? {
      await refusal { () throws(SessionError) in
        try await world.sessions.begin(
          for: String(repeating: "a", count: account),
          proving: [],
          label: String(repeating: "l", count: label),
          data: [UInt8](repeating: 0, count: data),
          replacing: nil,
          since: .unchecked
        )
      }
    }
    #expect(await code(account: 255, label: 256, data: 4096) == nil)
    #expect(await code(account: 256) == .tooLarge)
    #expect(await code(label: 257) == .tooLarge)
    #expect(await code(data: 4097) == .tooLarge)
    #expect(await code(account: 0) == .configuration)
    let begun = try await world.begin()
    let long = [UInt8](repeating: 0, count: 4097)
    #expect(
      await refusal { () throws(SessionError) in try await world.sessions.rotate(begun.session, data: long) }
        == .tooLarge
    )
    #expect(
      await refusal { () throws(SessionError) in try await world.sessions.setData(long, of: begun.session) }
        == .tooLarge
    )
    #expect(try await world.isAlive(begun))
    let changed = try await world.sessions.setData([1], of: begun.session)
    #expect(try await world.session(begun)?.data == [1])
    #expect(
      await refusal { () throws(SessionError) in try await world.sessions.setData([2], of: begun.session) } == .conflict
    )
    _ = try await world.sessions.setData([3], of: changed)
    for (idle, absolute, remembered) in [
      (59, 3600, 60), (86_401, 604_800, 60), (60, 604_801, 60), (3600, 3599, 60), (60, 60, 2_592_001),
    ] {
      let code = await refusal { () throws(SessionError) in
        try SessionRules(idle: .seconds(idle), absolute: .seconds(absolute), remembered: .seconds(remembered))
      }
      #expect(code == .configuration)
    }
  }

  @Test("security events tell who came and went")
  func events() async throws {
    let world = try SessionWorld()
    let first = try await world.begin(label: "phone")
    let second = try await world.begin(label: "phone")
    let rotated = try await world.sessions.rotate(second.session)
    try await world.sessions.end(rotated.session)
    try await world.sessions.revokeAll(of: "ines")
    _ = try? await world.sessions.session(in: ["\(first.pair); \(first.pair)"])
    #expect(
      world.told.all == [
        .sessionBegan(account: "ines", session: first.session.handle),
        .newDevice(account: "ines", session: first.session.handle),
        .sessionBegan(account: "ines", session: second.session.handle),
        .sessionRotated(account: "ines", session: rotated.session.handle),
        .sessionRevoked(account: "ines", session: rotated.session.handle),
        .sessionsRevoked(account: "ines", count: 1),
        .requestRefused(account: nil),
      ]
    )
  }

  @Test("an event is one line, and what is in a name cannot look like another")
  func descriptions() throws {
    let handle = try SessionHandle.random()
    #expect(
      "\(SecurityEvent.sessionRotated(account: nil, session: handle))"
        == "sessionRotated account=none session=\(handle)"
    )
    let evil = SecurityEvent.lockedOut(account: "a\"\n\u{1B}[2J\u{202E}b", factor: .oneTimePassword, seconds: 30)
    #expect(
      "\(evil)".hasPrefix(#"lockedOut account="a\"\n\u001b[2J"#)
        && "\(evil)".hasSuffix("\" factor=oneTimePassword seconds=30")
    )
    #expect(!"\(evil)".unicodeScalars.contains { ["\n", "\u{1B}", "\u{202E}"].contains($0) })
    #expect("\(SecurityEvent.requestRefused(account: "é"))" == "requestRefused account=\"é\"")
  }
}
