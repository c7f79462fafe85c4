// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// A look-up runs where it was called; afterwards the caller is on its own actor again, however it ended and whether
/// the store has to be waited for or not.
@MainActor
@Suite("Sessions and the actor that asks for them")
struct SessionIsolationTests {
  private func refusal(_ sessions: Sessions<some RecordStore>, _ field: String) async -> SessionError.Code? {
    do throws(SessionError) {
      _ = try await sessions.session(in: [field])
      return nil
    } catch {
      MainActor.preconditionIsolated()
      return error.code
    }
  }

  @Test("a session that is current, one that is written, one that is over, one that is damaged")
  func inMemory() async throws {
    let world = try SessionWorld()
    let (begun, damaged) = (try await world.begin(), try await world.begin())
    MainActor.preconditionIsolated()
    #expect(try await world.sessions.session(in: [begun.pair]) != nil)
    MainActor.preconditionIsolated()
    world.time.seconds += 100
    #expect(try await world.sessions.session(in: [begun.pair])?.lastSeen == world.time.seconds)
    MainActor.preconditionIsolated()
    let (record, bytes) = (damaged.session.record, [UInt8](repeating: 1, count: 3))
    let content = try RecordContent(bytes.span, format: 1, expires: RecordContent.never)
    #expect(await world.store.replace(record.key, record.version, with: content, at: 0) != nil)
    #expect(
      await refusal(world.sessions, damaged.pair) == .corrupt
    )
    MainActor.preconditionIsolated()
    #expect(await refusal(world.sessions, "\u{1}") == .cookie)
    MainActor.preconditionIsolated()
    world.time.seconds += 100_000
    #expect(try await world.sessions.session(in: [begun.pair]) == nil)
    MainActor.preconditionIsolated()
  }

  @Test("a store that fails to read, and one that fails to write")
  func failing() async throws {
    let time = TestTime()
    let store = FailingStore(store: try MemoryRecordStore())
    let sessions = try Sessions(
      store: store,
      ring: SecretRing([ApplicationSecret.generate(identifier: "1")]),
      origins: ["https://app.example"],
      clock: time.clock
    )
    let begun = try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: .unchecked)
    #expect(try await sessions.session(in: [begun.pair]) != nil)
    MainActor.preconditionIsolated()
    for failsToRead in [true, false] {
      time.seconds += 100
      store.failure.onlyReplacing.withLock { $0 = !failsToRead }
      store.failure.error.withLock { $0 = StoreError(.busy, "asked to fail") }
      let code = await refusal(sessions, begun.pair)
      MainActor.preconditionIsolated()
      #expect(code == .storeUnavailable)
      store.failure.error.withLock { $0 = nil }
    }
    time.seconds += 100_000
    #expect(try await sessions.session(in: [begun.pair]) == nil)
    MainActor.preconditionIsolated()
  }
}
