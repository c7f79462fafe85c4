// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import WritCedar
import WritPolicy

/// `load` is the module's only asynchronous call; it waits for each page, then for the compiled set.
@Suite("Cancelling a load (X05)")
struct CancellationTests {
  private static let ann = uid("User", "ann")
  private static let doc = uid("Doc", "d")

  private static func request(_ user: String) -> AuthorizationRequest {
    AuthorizationRequest(principal: uid("User", user), action: uid("Action", "view"), resource: doc)
  }

  private func engine() throws -> PolicyEngine {
    try PolicyEngine(
      try PolicySet(parsing: #"permit(principal in Group::"staff", action, resource);"#),
      entities: EntityStore([Entity(uid: Self.ann, parents: [uid("Group", "staff")])])
    )
  }

  private static func page(_ number: Int) -> [Entity] {
    [Entity(uid: uid("User", "new \(number)"), parents: [uid("Group", "staff")])]
  }

  /// The old entities serve, and no other change is held up.
  private func expectUnchanged(_ engine: PolicyEngine, _ version: UInt64 = 1) throws {
    #expect(engine.version == version)
    #expect(engine.isAuthorized(Self.request("ann")))
    #expect(!engine.isAuthorized(Self.request("new 0")))
    #expect(try engine.upsert(replacing: [Entity(uid: Self.doc)]) == version + 1)
  }

  /// Pages that cancel the task that asks for them, and go on as if nothing were.
  private struct Cancelling: AsyncSequence, AsyncIteratorProtocol {
    let cancelled: Int
    let pages = 4
    var next = 0

    func makeAsyncIterator() -> Cancelling { self }

    mutating func next() async throws -> [Entity]? {
      if next == cancelled { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
      await Task.yield()
      defer { next += 1 }
      return next < pages ? CancellationTests.page(next) : nil
    }
  }

  @Test("cancelled at any page, a load reads no further and changes nothing", arguments: 0...4)
  func pages(cancelled: Int) async throws {
    let engine = try engine()
    await #expect(throws: CancellationError.self) {
      try await Task { try await engine.load(entities: Cancelling(cancelled: cancelled)) }.value
    }
    try expectUnchanged(engine)
  }

  /// Pages that say when the last one has been asked for.
  private struct Reported: AsyncSequence, AsyncIteratorProtocol {
    let isRead: Flag
    var isFirst = true

    func makeAsyncIterator() -> Reported { self }

    mutating func next() async throws -> [Entity]? {
      defer { isFirst = false }
      if !isFirst { isRead.flag.store(true, ordering: .sequentiallyConsistent) }
      return isFirst ? CancellationTests.page(0) : nil
    }
  }

  private final class Flag: Sendable {
    let flag = Atomic<Bool>(false)

    func wait() async { while !flag.load(ordering: .sequentiallyConsistent) { await Task.yield() } }
  }

  @Test("cancelled after the pages are read, a load ends at once though its set waits, and the set never serves")
  func afterReading() async throws {
    let engine = try engine()
    let (isRead, isHeld, isReleased) = (Flag(), Flag(), Flag())
    // The set cannot be published while changes are held up.
    let holder = Threads.start {
      engine.holdChanges {
        isHeld.flag.store(true, ordering: .sequentiallyConsistent)
        while !isReleased.flag.load(ordering: .sequentiallyConsistent) { Threads.yield() }
      }
    }
    await isHeld.wait()
    let task = Task { try await engine.load(entities: Reported(isRead: isRead)) }
    await isRead.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    isReleased.flag.store(true, ordering: .sequentiallyConsistent)
    Threads.join(holder)
    try expectUnchanged(engine)
  }

  @Test("cancelled at any time, a load either succeeds and serves, or fails and never serves")
  func anyTime() async throws {
    let entities = (0..<2_000).map { CancellationTests.page($0)[0] }
    var (loaded, cancelled) = (0, 0)
    for round in 0..<60 {
      let engine = try engine()
      let (stream, continuation) = AsyncStream.makeStream(of: [Entity].self)
      continuation.yield(entities)
      continuation.finish()
      let task = Task { try await engine.load(entities: stream) }
      for _ in 0..<(round % 20 * (round % 3 == 0 ? 4_000 : 40)) { Threads.yield() }
      task.cancel()
      do {
        #expect(try await task.value == 2)
        #expect(engine.isAuthorized(Self.request("new 0")))
        #expect(!engine.isAuthorized(Self.request("ann")))
        loaded += 1
      } catch is CancellationError {
        // A set that is being compiled still would be published before this, which waits for it.
        try expectUnchanged(engine)
        cancelled += 1
      }
    }
    #expect(loaded + cancelled == 60)
    #expect(cancelled > 0)
  }
}
