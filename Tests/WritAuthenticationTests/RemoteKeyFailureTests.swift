// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Keys whose source fails or keeps waiting", .timeLimit(.minutes(2)))
struct RemoteKeyFailureTests {
  private let world: RemoteKeyWorld

  init() throws { world = try RemoteKeyWorld() }

  @Test("K08 a source that is down: old keys until they are too old, then none, then new ones")
  func stale() async throws {
    let token = try world.issuer.token(0)
    try await world.keys.refresh()
    world.source.fail(KeyFetchError(.unreachable, "down"))
    world.time.seconds += 6 * 3600 - 1
    #expect(await world.refusalAfterRefresh(of: token) == nil)
    #expect(await eventually { world.keys.status.failure?.code == .unreachable })
    world.time.seconds += 1
    #expect(world.refusal(of: token) == .keysUnavailable)
    #expect(await world.refusalAfterRefresh(of: token) == .keysUnavailable)
    await #expect(throws: KeyFetchError.self) { try await world.keys.refresh() }
    world.time.seconds += 60
    world.source.answer(try world.issuer.published())
    #expect(await world.refusalAfterRefresh(of: token) == nil)
  }

  @Test("K03 a source that hangs: waiting tasks are let go at the deadline, old keys go on, no second fetch begins")
  func hanging() async throws {
    var settings = RemoteKeySet.Settings()
    settings.deadline = .milliseconds(300)
    let stubborn = StubbornSource(try world.issuer.published())
    let keys = try RemoteKeySet(source: stubborn, settings: settings, clock: world.time.monotonic)
    let verifier = try TokenVerifier(keys: .remote(keys), issuer: "i", audience: "a")
    try await keys.refresh()
    let token = try world.issuer.token(0)
    stubborn.isHeld = true
    for _ in 0..<3 {
      world.time.seconds += 61
      let refusal = await #expect(throws: TokenError.self) {
        try await verifier.verifyRefreshingKeys(FakeIssuer.stranger("x"), as: NoClaims.self)
      }
      #expect(refusal?.code == .keyUnknown)
      #expect(world.refusal(of: token, verifier) == nil)
      #expect(keys.status.failure?.code == .timeout)
    }
    #expect(stubborn.count == 2)
    stubborn.isHeld = false
    #expect(await eventually { keys.status.failure == nil })
    world.time.seconds += 61
    try await keys.refresh()
    #expect(stubborn.count == 3)
  }

  @Test("X05 a task that is cancelled stops waiting and its token is refused; the fetch goes on for the others")
  func cancellation() async throws {
    world.source.isHeld = true
    let token = try world.issuer.token(0)
    let cancelled = (0..<32).map { _ in Task { await world.refusalAfterRefresh(of: token) } }
    let others = (0..<32).map { _ in Task { await world.refusalAfterRefresh(of: token) } }
    #expect(await eventually { world.source.count == 1 })
    for task in cancelled { task.cancel() }
    for task in cancelled { #expect(await task.value == .keysUnavailable) }
    world.source.isHeld = false
    for task in others { #expect(await task.value == nil) }
    #expect(world.source.count == 1)
    #expect(world.isIdle)
  }

  @Test("X05 tasks cancelled at any moment leave no task waiting")
  func cancellations() async throws {
    for round in 0..<200 {
      world.source.isHeld = true
      let tasks = (0..<8).map { number in
        Task { await world.refusalAfterRefresh(of: FakeIssuer.stranger("\(round) \(number)")) }
      }
      if round % 2 == 0 { await Task.yield() }
      for task in tasks.dropFirst(round % 3) { task.cancel() }
      world.source.isHeld = false
      for task in tasks { #expect(await task.value != nil) }
      world.time.seconds += 31
    }
    #expect(await eventually { world.isIdle })
  }

  @Test("no more tasks wait for one fetch than the cap says")
  func waiters() async throws {
    world.source.isHeld = true
    let token = try world.issuer.token(0)
    let waiting = (0..<RemoteKeySet.maximumWaiters).map { _ in Task { await world.refusalAfterRefresh(of: token) } }
    #expect(await eventually { world.keys.waiterCount == RemoteKeySet.maximumWaiters })
    #expect(await world.refusalAfterRefresh(of: token) == .keysUnavailable)
    world.source.isHeld = false
    for task in waiting { #expect(await task.value == nil) }
  }

  @Test("an error of a source of one's own shows nothing but its type")
  func secrecy() async throws {
    struct Leak: Error { var password = "hunter2" }
    world.source.fail(Leak())
    await #expect(throws: KeyFetchError.self) { try await world.keys.refresh() }
    #expect(world.keys.status.failure?.code == .source)
    #expect(world.keys.status.failure?.description.contains("hunter2") == false)
  }
}

/// A source that does not end when its task is cancelled.
private final class StubbornSource: JWKSSource {
  private let source: FakeSource
  init(_ bytes: [UInt8]) { source = FakeSource(bytes) }

  var count: Int { source.count }
  var isHeld: Bool {
    get { source.isHeld }
    set { source.isHeld = newValue }
  }

  func fetch() async throws -> JWKSAnswer {
    try await Task.detached { try await self.source.fetch() }.value
  }
}
