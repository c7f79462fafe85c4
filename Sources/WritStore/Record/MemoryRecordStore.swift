// SPDX-License-Identifier: Apache-2.0

/// Records in the memory of this process, gone when it ends.
///
///     let store = try MemoryRecordStore()
///
/// For one server, or for tests: two servers would know nothing of each other's sessions. When it is full it refuses to
/// insert, and forgets nothing before its time; what has expired makes room first. Sessions of visitors take at most
/// half of the store, buckets of limits at most three eighths: strangers cannot take the room of accounts. A record
/// takes 330 to 550 bytes, up to 118 of its own and its owner's included. Any number of threads may use the store at
/// once.
public final class MemoryRecordStore: RecordStore, Sendable {
  /// Records of the largest store.
  public static let largestCount = 100_000_000

  /// Records that are kept at most.
  public var maximumCount: Int { room.maximumCount }
  /// Sessions of visitors that are kept at most.
  public var maximumVisitors: Int { RecordPart.visitors.share(of: maximumCount) }
  /// Buckets of rate limits that are kept at most.
  public var maximumBuckets: Int { RecordPart.buckets.share(of: maximumCount) }
  private let room: RecordRoom
  private let shards: InlineArray<64, Guarded<MemoryRecords>>
  private let seeds: (UInt64, UInt64)

  /// - Parameter maximumCount: 1 to ``largestCount``.
  /// - Throws: ``StoreError`` with the code `configuration`.
  public init(maximumCount: Int = 1_000_000) throws(StoreError) {
    guard 1...Self.largestCount ~= maximumCount else {
      throw StoreError(.configuration, "\(maximumCount) records were asked for, expected 1 to \(Self.largestCount)")
    }
    room = RecordRoom(maximumCount: maximumCount)
    var random = SystemRandomNumberGenerator()
    seeds = (random.next(), random.next())
    let tableSeeds = (random.next(), random.next())
    shards = InlineArray { _ in Guarded(MemoryRecords(seeds: tableSeeds)) }
  }

  /// Records that are kept now, those that have expired and were not removed yet included.
  public var count: Int { room.count }

  @inline(__always)
  private func shard(of id: RecordID) -> Int {
    let product = (id.third ^ seeds.0).multipliedFullWidth(by: id.fourth ^ seeds.1)
    return Int(truncatingIfNeeded: (product.high ^ product.low) % UInt64(shards.count))
  }

  // MARK: One record

  /// The record of a key, `nil` when there is none.
  ///
  /// It never throws.
  nonisolated(nonsending) public func read(_ key: RecordKey, at now: Int64) async -> Record? {
    content(of: key, at: now).map { Record(key: key, version: $0.version, content: $0.content) }
  }

  /// Reads the record of a key; the store is never waited for.
  public func readImmediately(_ key: RecordKey, at now: Int64) -> ImmediateRead {
    guard let (content, version) = content(of: key, at: now) else { return .absent }
    return .record(Record(key: key, version: version, content: content))
  }

  @inline(__always)
  private func content(of key: RecordKey, at now: Int64) -> (content: RecordContent, version: RecordVersion)? {
    shards[shard(of: key.id)].withLock { records in
      guard let entry = live(key, at: now, &records) else { return nil }
      return (records.content(entry), records.version(entry))
    }
  }

  /// Inserts a record unless there is one.
  ///
  /// - Returns: its version; `nil` when there is one, which stays as it is.
  /// - Throws: ``StoreError`` with the code `full`.
  public func insert(
    _ content: RecordContent,
    as key: RecordKey,
    at now: Int64
  ) async throws(StoreError) -> RecordVersion? {
    let shard = shard(of: key.id)
    let part = RecordPart(key.kind, hasOwner: content.hasOwner)
    while true {
      let isAbsent = shards[shard].withLock { records in live(key, at: now, &records) == nil }
      guard isAbsent else { return nil }
      if room.reserve(part) {
        return shards[shard].withLock { records in
          // Another may have been faster; then the place is given back.
          guard live(key, at: now, &records) == nil else {
            room.release(part)
            return nil
          }
          return records.insert(content, as: key)
        }
      }
      guard removeExpiredNow(limit: Self.maximumPage, at: now) > 0 else {
        throw full(part)
      }
    }
  }

  /// Replaces a record that has not changed since it was read.
  ///
  /// It never throws: a full store replaces too.
  ///
  /// - Returns: its new version; `nil` when it has changed or is absent.
  public func replace(
    _ key: RecordKey,
    _ version: RecordVersion,
    with content: RecordContent,
    at now: Int64
  ) async -> RecordVersion? {
    shards[shard(of: key.id)].withLock { records in
      guard let entry = live(key, at: now, &records), records.version(entry) == version else { return nil }
      room.move(from: records.part(entry), to: RecordPart(key.kind, hasOwner: content.hasOwner))
      return records.replace(entry, with: content)
    }
  }

  /// Removes a record that has not changed since it was read.
  ///
  /// It never throws.
  ///
  /// - Returns: whether it was there and has been removed.
  public func remove(_ key: RecordKey, _ version: RecordVersion, at now: Int64) async -> Bool {
    shards[shard(of: key.id)].withLock { records in
      guard let entry = live(key, at: now, &records), records.version(entry) == version else { return false }
      remove(entry, &records)
      return true
    }
  }

  /// The entry of a key; one that has expired is removed.
  @inline(__always)
  private func live(_ key: RecordKey, at now: Int64, _ records: inout MemoryRecords) -> UInt32? {
    guard let entry = records.find(key) else { return nil }
    if records.isExpired(entry, at: now) {
      remove(entry, &records)
      return nil
    }
    return entry
  }

  private func full(_ part: RecordPart?) -> StoreError {
    switch part {
    case .visitors: StoreError(.full, "there is no room for more than \(maximumVisitors) sessions of visitors")
    case .buckets: StoreError(.full, "there is no room for more than \(maximumBuckets) buckets of rate limits")
    case nil: StoreError(.full, "there is no room for more than \(maximumCount) records")
    }
  }

  private func remove(_ entry: UInt32, _ records: inout MemoryRecords) {
    room.release(records.part(entry))
    records.remove(entry)
  }

  // MARK: Many

  /// Records of one owner and kind, in the order of their identifiers.
  ///
  /// It never throws.
  public func list(
    _ kind: RecordKind,
    of owner: [UInt8],
    after id: RecordID?,
    limit: Int,
    at now: Int64
  ) async -> [Record] {
    guard !owner.isEmpty, limit > 0 else { return [] }
    let hash = MemoryRecords.hash(owner.span)
    var found: [Record] = []
    for shard in shards.indices {
      found += shards[shard].withLock { records in
        records.entries(of: owner, hash, kind).compactMap { entry in
          let record = records.record(entry)
          guard !record.content.isExpired(at: now) else { return nil }
          return id.map { $0 < record.key.id } ?? true ? record : nil
        }
      }
    }
    found.sort { $0.key.id < $1.key.id }
    return Array(found.prefix(min(limit, Self.maximumPage)))
  }

  /// Records of one kind and all owners, in the order of their identifiers.
  ///
  /// It never throws, and looks at all records of the store.
  public func list(_ kind: RecordKind, after id: RecordID?, limit: Int, at now: Int64) async -> [Record] {
    let limit = min(limit, Self.maximumPage)
    guard limit > 0 else { return [] }
    var found: [Record] = []
    for shard in shards.indices {
      found += shards[shard].withLock { records in records.page(kind, after: id, limit: limit, at: now) }
    }
    found.sort { $0.key.id < $1.key.id }
    return Array(found.prefix(limit))
  }

  /// Removes the records of one owner and kind.
  ///
  /// It never throws.
  ///
  /// - Returns: how many were removed.
  @discardableResult
  public func removeAll(_ kind: RecordKind, of owner: [UInt8], except id: RecordID? = nil) async -> Int {
    guard !owner.isEmpty else { return 0 }
    let hash = MemoryRecords.hash(owner.span)
    var removed = 0
    for shard in shards.indices {
      removed += shards[shard].withLock { records in
        let entries = records.entries(of: owner, hash, kind).filter { records.id($0) != id }
        for entry in entries { remove(entry, &records) }
        return entries.count
      }
    }
    return removed
  }

  /// Removes records that have expired.
  ///
  /// It never throws, and looks only where there may be some.
  ///
  /// - Returns: how many were removed; fewer than asked for when no more have expired.
  @discardableResult
  public func removeExpired(limit: Int, at now: Int64) async -> Int {
    removeExpiredNow(limit: min(limit, Self.maximumPage), at: now)
  }

  private func removeExpiredNow(limit: Int, at now: Int64) -> Int {
    var removed = 0
    for shard in shards.indices where removed < limit {
      removed += shards[shard].withLock { records in
        let parts = records.removeExpired(limit: limit - removed, at: now)
        for part in parts { room.release(part) }
        return parts.count
      }
    }
    return removed
  }
}
