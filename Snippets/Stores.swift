// Where records are kept: in memory, in SQLite, or in a store of one's own, checked by the cases that every store must
// pass.
import WritLogin
import WritStoreTesting
#if SQLite
  import WritSQLite
#endif

func memory() throws {
  // snippet.memory
  let store = try MemoryRecordStore(maximumCount: 1_000_000)  // one server; gone when it ends
  // snippet.end
  print(store)
}
try memory()

#if SQLite
  func sqlite() throws {
    // snippet.sqlite
    let store = try SQLiteRecordStore(path: "records.sqlite")  // module WritSQLite, trait SQLite: durable
    // snippet.end
    print(store)
  }
  try sqlite()
#endif

// snippet.own
/// Wraps another store and reports slow answers: a start for a store of your own.
struct MeasuredStore<Base: RecordStore>: RecordStore {
  let base: Base
  var reach: StoreReach { base.reach }

  nonisolated(nonsending) func read(_ key: RecordKey, at now: Int64) async throws -> Record? {
    try await base.read(key, at: now)
  }

  func insert(_ content: RecordContent, as key: RecordKey, at now: Int64) async throws -> RecordVersion? {
    try await base.insert(content, as: key, at: now)
  }

  func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async throws -> RecordVersion? {
    try await base.replace(key, version, with: content, at: now)
  }

  func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async throws -> Bool {
    try await base.remove(key, version, at: now)
  }

  func list(
    _ kind: RecordKind,
    of owner: [UInt8],
    after id: RecordID?,
    limit: Int,
    at now: Int64
  ) async throws -> [Record] {
    try await base.list(kind, of: owner, after: id, limit: limit, at: now)
  }

  func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async throws -> [Record] {
    try await base.list(kind, after: id, limit: limit, at: now)
  }

  func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID?) async throws -> Int {
    try await base.removeAll(kind, of: owner, except: id)
  }

  func removeExpired(limit: Int, at now: Int64) async throws -> Int {
    try await base.removeExpired(limit: limit, at: now)
  }
}
// snippet.end

func cases() async throws {
  // snippet.cases
  for check in StoreCase<MeasuredStore<MemoryRecordStore>>.recordStore {
    try await check.run(on: MeasuredStore(base: try MemoryRecordStore()))
  }
  // snippet.end
}
try await cases()

func limits() async throws {
  let name = "ines"
  // snippet.limits
  let limiter = RateLimiter(store: try MemoryRateLimitStore(), whenStoreFails: .refuse)
  let limit = try RateLimit(5, per: .seconds(60))
  guard try await limiter.take(limit, from: RateLimitKey("login", account: name)).isAllowed else { return }
  // snippet.end
}
try await limits()

func deployment(_ store: MemoryRecordStore, _ ring: SecretRing, _ events: SecurityEvents) async throws {
  // snippet.deployment
  // Throws for a store in memory, which each server has for itself, and for a ring that does not open what the store
  // keeps.
  try await Deployment(processes: 4, machines: 2).checkSecrets(ring, in: store, events: events)
  // snippet.end
}
