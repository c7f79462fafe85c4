// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Synchronization
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("One-time passwords at rest")
struct OneTimeStorageTests {
  private static func content(_ bytes: [UInt8], format: UInt8 = 1) throws -> RecordContent {
    try RecordContent(bytes.span, format: format, owner: Array("alice".utf8), expires: RecordContent.never)
  }

  private static func record(_ store: MemoryRecordStore, _ account: String) async throws -> Record {
    let records = await store.list(.oneTimePassword, of: Array(account.utf8), after: nil, limit: 2, at: 0)
    return try #require(records.first)
  }

  @Test("T06 a dump of the store holds nothing of the secret, nor do errors and descriptions")
  func canaries() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let key = try await server.enrolled()
    let base32 = key.secret.secretBase32()
    let bytes = key.secret.bytes.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    var text = await dumped(server.store, "alice")
    for code in [try server.code(key), try server.wrongCode(key), "", try server.code(key)] {
      do throws(OneTimePasswordError) {
        try await passwords.verify(code, account: "alice")
      } catch {
        text += "\(error) \(String(reflecting: error))"
        dump(error, to: &text)
        #expect(code.isEmpty || !"\(error)".contains(code))
      }
    }
    dump(passwords, to: &text, maxDepth: 4)
    let state = OneTimePasswordState(key)
    dump(state, to: &text)
    text += "\(state)"
    for planted in [base32, "\(bytes)".dropFirst().dropLast(), bytes.map { String($0, radix: 16) }.joined()[...]]
      as [any StringProtocol]
    {
      #expect(!text.contains(String(planted)))
    }
  }

  @Test("what is stored is read again as it was")
  func bytes() throws {
    var generator = SystemRandomNumberGenerator()
    for algorithm in OneTimePasswordAlgorithm.allCases {
      for movingFactor in [OneTimePasswordKey.MovingFactor.counter, .time(period: 1), .time(period: 3600)] {
        let key = try OneTimePasswordKey(.generate(), movingFactor: movingFactor, algorithm: algorithm, digits: 8)
        var state = OneTimePasswordState(key)
        state.isActive = Bool.random(using: &generator)
        state.last = [nil, 0, .max].randomElement() ?? nil
        state.drift = ClockDrift(
          offset: Int64.random(in: -1...1, using: &generator),
          expires: Int64.random(in: 0...NumericDate.last, using: &generator),
          hint: Int64.random(in: -1...1, using: &generator)
        )
        state.name = [nil, "phone", String(repeating: "é", count: 127)].randomElement() ?? nil
        state.created = 1_800_000_000
        state.attempts = FailedAttempts(count: Int.random(in: 0...100, using: &generator), last: 1_800_000_000)
        let read = try state.withBytes { (bytes) throws(OneTimePasswordError) in try OneTimePasswordState(bytes) }
        #expect(read.isActive == state.isActive)
        #expect(read.last == state.last)
        #expect(read.drift == state.drift)
        #expect(read.name.map { Array($0.utf8) } == state.name.map { Array($0.utf8) })
        #expect(read.created == state.created)
        #expect(read.attempts == state.attempts)
        #expect(read.key.movingFactor == movingFactor)
        #expect(read.key.algorithm == algorithm)
        #expect(try read.key.code(counter: 7) == key.code(counter: 7))
      }
    }
  }

  @Test("A credential that was stored in the first format still counts, without its learned drift")
  func firstFormat() async throws {
    let server = try Server()
    let secret = try OneTimeSecret.generate()
    let passwords = try server.passwords()
    let recordKey = try passwords.records.key("alice", "authenticator")
    // Active, SHA-1, six digits, a drift and a hint of 1, no last step; a period of 30 s; three wrong codes at
    // 1,700,000,000.
    let numbers: [UInt64] = [0, 30, 3, 1_700_000_000]
    var bytes: [UInt8] = [1, 0, 6, 2, 2, 0]
    for number in numbers { bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
    bytes += secret.bytes.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    let context = recordKey.id.bytes
    let sealed = try server.ring.seal(bytes.span, for: .oneTimeSecret, boundTo: context.span)
    _ = try await server.store.insert(Self.content(sealed), as: recordKey, at: server.time.seconds)
    let key = try OneTimePasswordKey(secret)
    let ahead = try server.code(key, steps: 1)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(ahead, account: "alice") }
        == .wrong
    )
    #expect(try await passwords.failedAttempts(of: "alice")?.count == 4)
    try await passwords.verify(server.code(key), account: "alice")
    #expect(try await passwords.credentials(of: "alice").map(\.name) == [nil])
  }

  @Test("S13 bytes that Writ has not written are refused and never trap")
  func hostile() async throws {
    let key = try OneTimePasswordKey(.generate())
    let good = try OneTimePasswordState(key).withBytes { bytes in bytes.indices.map { bytes[$0] } }
    for count in 0...good.count {
      let cut = Array(good.prefix(count))
      let code = refusal { () throws(OneTimePasswordError) in try OneTimePasswordState(cut.span) }
      #expect((code == nil) == (count >= 55 + 10))
    }
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6) {
        bytes[Int.random(in: 0..<57)] = [0, 1, 2, 3, 127, 128, 255].randomElement() ?? 0
      }
      do throws(OneTimePasswordError) {
        var state = try OneTimePasswordState(bytes.span, format: UInt8.random(in: 1...2))
        _ = try state.judge("000000", accepting: .previous, lookAhead: 20, at: 1_800_000_000)
        _ = try state.judge("000000", accepting: .adjacent, lookAhead: 20, at: 0)
      } catch {
        #expect([.ring, .weak, .configuration, .exhausted].contains(error.code))
      }
    }
    for kind in [RecordKind.recoveryCodes, .sentCode] {
      for _ in 0..<5000 {
        let bytes = (0..<Int.random(in: 0...120)).map { _ in
          [0, 1, 2, 3, 5, 9, 100, 101, 255].randomElement() ?? UInt8(7)
        }
        let record = Record(
          key: RecordKey(kind, try .random()),
          version: RecordVersion(1),
          content: try Self.content(bytes)
        )
        do throws(OneTimePasswordError) {
          if kind == .recoveryCodes {
            #expect(try StoredCodes(record).bytes.count == bytes.count)
          } else {
            var state = try SentCodeState(record)
            state.fail(at: 0)
            _ = state.bytes
          }
        } catch {
          #expect(error.code == .ring)
        }
      }
    }
  }

  @Test("a record is good for its account alone, whole and unchanged, under a ring that knows its secret")
  func sealed() async throws {
    let server = try Server()
    let passwords = try server.passwords()
    let alice = try await server.enrolled("alice")
    let bob = try await server.enrolled("bob")
    let hers = try await Self.record(server.store, "alice")
    let his = try await Self.record(server.store, "bob")
    let code = try server.code(alice)
    // An attacker with access to the store gives Bob the authenticator of Alice.
    _ = await server.store.replace(his.key, his.version, with: hers.content, at: server.time.seconds)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await passwords.verify(code, account: "bob") }
        == .ring
    )
    let good = Array(hers.content.bytes)
    var version = hers.version
    // Damaged, cut, or said to be of another format.
    let faults: [(Int, UInt8)] = [
      (0, 2), (1, 2), (5, 2), (20, 2), (good.count - 1, 2), (-1, 2), (-1, 1), (-1, 0), (-1, 3),
    ]
    for (index, format) in faults {
      var bytes = good
      if index >= 0 { bytes[index] ^= 1 } else if format == 2 { bytes.removeLast() }
      let content = try Self.content(bytes, format: format)
      version = try #require(await server.store.replace(hers.key, version, with: content, at: server.time.seconds))
      let outcome = await refusal { () async throws(OneTimePasswordError) in
        try await passwords.verify(code, account: "alice")
      }
      #expect(outcome == (1...2 ~= format ? .ring : .corrupt))
    }
    _ = try #require(await server.store.replace(hers.key, version, with: hers.content, at: server.time.seconds))
    let other = try OneTimePasswords(
      store: server.store,
      ring: SecretRing([ApplicationSecret.generate(identifier: "two")]),
      clock: server.time.clock
    )
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await other.verify(code, account: "alice") } == .ring
    )
    try await passwords.verify(code, account: "alice")
    _ = bob
  }

  @Test("a new secret of the ring seals at the next use; the old one can go afterwards")
  func rotation() async throws {
    let (old, new) = (
      try ApplicationSecret.generate(identifier: "old"), try ApplicationSecret.generate(identifier: "new")
    )
    let server = try Server(ring: SecretRing([old]))
    let key = try await server.enrolled()
    for ring in [try SecretRing([new, old]), try SecretRing([new])] {
      let passwords = try OneTimePasswords(store: server.store, ring: ring, clock: server.time.clock)
      try await passwords.verify(server.code(key), account: "alice")
      server.time.seconds += 30
    }
  }

  /// A store that others disturb, or that fails.
  private final class Disturbed: RecordStore {
    struct Failure: Error { let secret = "canary" }

    let store: MemoryRecordStore
    /// Writes that lose to somebody else before one gets through.
    let losses: Atomic<Int>
    let failsReading: Bool
    let failsWriting: Bool

    init(_ store: MemoryRecordStore, losses: Int = 0, failsReading: Bool = false, failsWriting: Bool = false) {
      self.store = store
      self.losses = Atomic(losses)
      self.failsReading = failsReading
      self.failsWriting = failsWriting
    }

    func read(_ key: RecordKey, at now: Int64) async throws -> Record? {
      if failsReading { throw Failure() }
      return await store.read(key, at: now)
    }

    func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
      if failsWriting { throw StoreError(.full, "full") }
      return try await store.insert(content, as: key, at: now)
    }

    func replace(_ key: RecordKey, _ version: RecordVersion, with content: RecordContent, at now: Int64) async throws
      -> RecordVersion?
    {
      if failsWriting { throw Failure() }
      guard losses.subtract(1, ordering: .relaxed).oldValue <= 0 else { return nil }
      return await store.replace(key, version, with: content, at: now)
    }

    func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool {
      if failsWriting { throw Failure() }
      return await store.remove(key, version, at: now)
    }

    func list(_ kind: RecordKind, of owner: [UInt8], after id: RecordID?, limit: Int, at now: Int64) async throws
      -> [Record]
    { [] }

    func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record] { [] }

    func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int { 0 }

    func removeExpired(limit: Int, at now: Int64) async throws -> Int { 0 }
  }

  @Test("S05 a store that fails refuses all logins and says so, showing nothing of its error")
  func failing() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    let code = try server.code(key)
    for (isReading, isWriting) in [(true, false), (false, true)] {
      let store = Disturbed(server.store, failsReading: isReading, failsWriting: isWriting)
      let passwords = try OneTimePasswords(
        store: store,
        ring: server.ring,
        limits: .unlimited,
        clock: server.time.clock
      )
      do throws(OneTimePasswordError) {
        try await passwords.verify(code, account: "alice")
        Issue.record("let in")
      } catch {
        #expect(error.code == .storeUnavailable)
        #expect(error.underlyingError is StoreError)
        #expect(!"\(error)".contains("canary"))
      }
    }
    let full = try OneTimePasswords(
      store: Disturbed(server.store, failsWriting: true),
      ring: server.ring,
      limits: .unlimited,
      clock: server.time.clock
    )
    do throws(OneTimePasswordError) {
      _ = try await full.enroll("carol", issuer: nil)
      Issue.record("enrolled")
    } catch {
      #expect(error.code == .full)
    }
    // A wrong code that could not be counted is not called wrong either.
    let wrong = try server.wrongCode(key)
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await full.verify(wrong, account: "alice") }
        == .storeUnavailable
    )
    try await server.passwords().verify(code, account: "alice")
  }

  @Test("a write that loses is tried again; a task that is cancelled is not let in (X05)")
  func disturbance() async throws {
    let server = try Server()
    let key = try await server.enrolled()
    let code = try server.code(key)
    let busy = try OneTimePasswords(
      store: Disturbed(server.store, losses: .max),
      ring: server.ring,
      limits: .unlimited,
      clock: server.time.clock
    )
    let task = Task {
      await refusal { () async throws(OneTimePasswordError) in try await busy.verify(code, account: "alice") }
    }
    task.cancel()
    #expect(await task.value == .cancelled)
    let slow = try OneTimePasswords(
      store: Disturbed(server.store, losses: 10),
      ring: server.ring,
      limits: .unlimited,
      clock: server.time.clock
    )
    try await slow.verify(code, account: "alice")
    #expect(
      await refusal { () async throws(OneTimePasswordError) in try await slow.verify(code, account: "alice") } == .used
    )
  }
}
