// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import Foundation
  import GRDB
  import Testing
  import WritAuthentication
  import WritSQLite
  import WritStoreTesting

  @Suite("Records in SQLite", .timeLimit(.minutes(30)))
  struct SQLiteRecordStoreTests {
    @Test("the contract of stores", arguments: StoreCase<SQLiteRecordStore>.recordStore)
    func contract(_ storeCase: StoreCase<SQLiteRecordStore>) async throws {
      let folder = try StoreFolder()
      try await storeCase.run(on: SQLiteRecordStore(path: folder.path), rounds: TestRounds.inOneProcess)
    }

    @Test("what was written is there when the file is opened again, and is for its owner alone")
    func reopening() async throws {
      let folder = try StoreFolder()
      let key = try sampleKey()
      let version = try await SQLiteRecordStore(path: folder.path).insert(sample(), as: key, at: now)
      let record = try await SQLiteRecordStore(path: folder.path).read(key, at: now)
      #expect(try record?.version == version && record?.content == sample())
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.directory) {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.directory)/\(name)")
        #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
      }
    }

    @Test("S14 each change is written through to the disk")
    func durability() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      #expect(try await store.setting("synchronous") == "2")
      #expect(try await store.setting("journal_mode") == "wal")
      #expect(try await store.setting("busy_timeout") == "5000")
    }

    @Test("settings out of range are refused, at the cap and one past it")
    func limits() throws {
      let folder = try StoreFolder()
      for path in ["", "a\u{0}b", "file:x", ":memory:"] {
        #expect(refusal { () throws(StoreError) in try SQLiteRecordStore(path: path) } == .configuration)
      }
      for (wait, isAllowed) in [(-1, false), (0, true), (60_000, true), (60_001, false)] {
        let code = refusal { () throws(StoreError) in
          try SQLiteRecordStore(path: folder.path, busyTimeout: .milliseconds(wait))
        }
        #expect(code == (isAllowed ? nil : .configuration))
      }
      for (readers, isAllowed) in [(0, false), (1, true), (64, true), (65, false), (Int.min, false)] {
        let code = refusal { () throws(StoreError) in try SQLiteRecordStore(path: folder.path, readerCount: readers) }
        #expect(code == (isAllowed ? nil : .configuration))
      }
      for (bytes, isAllowed) in [(131_071, false), (131_072, true), (Int64.max, true), (-1, false)] {
        let code = refusal { () throws(StoreError) in try SQLiteRecordStore(path: folder.path, maximumBytes: bytes) }
        #expect(code == (isAllowed ? nil : .configuration))
      }
    }

    // MARK: Faults

    @Test("S14 a full database refuses, keeps all it has acknowledged, and takes more when room is made")
    func full() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path, maximumBytes: 262_144)
      var kept: [RecordKey] = []
      var code: StoreError.Code?
      while kept.count < 1000, code == nil {
        let key = try sampleKey()
        do {
          if try await store.insert(sample(2000), as: key, at: now) != nil { kept.append(key) }
        } catch { code = error.code }
      }
      #expect(code == .full && kept.count > 50)
      let version = try await store.read(kept[0], at: now)?.version
      for key in kept { #expect(try await store.read(key, at: now)?.content == (try sample(2000))) }
      for key in kept.suffix(20) { #expect(try await store.remove(key, at: now)) }
      #expect(try await store.insert(sample(2000), as: sampleKey(), at: now) != nil)
      #expect(try await store.read(kept[0], at: now)?.version == version)
    }

    @Test("S14 a directory that cannot be written to is a typed error", .enabled(if: geteuid() == 0))
    func readOnly() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      #expect(try await store.insert(sample(), as: sampleKey(), at: now) != nil)
      // Root may write anywhere, so somebody else tries.
      let outcome = try WriterProcess.output(["open", folder.path], asNobody: true)
      let allowed = [StoreError.Code.readOnly, .storeUnavailable].map(\.rawValue)
      #expect(allowed.contains(outcome), "\(outcome)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.directory)
      try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: folder.path)
      let second = try WriterProcess.output(["open", folder.path], asNobody: true)
      #expect(allowed.contains(second), "\(second)")
    }

    @Test("S14 what is no database, another form of one, or nowhere, is refused when it is opened")
    func noDatabase() throws {
      let folder = try StoreFolder()
      let path = folder.path
      #expect(refusal { () throws(StoreError) in try SQLiteRecordStore(path: folder.directory) } == .storeUnavailable)
      #expect(refusal { () throws(StoreError) in try SQLiteRecordStore(path: "/missing/x") } == .storeUnavailable)
      try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: path))
      #expect(refusal { () throws(StoreError) in try SQLiteRecordStore(path: path) } == .corrupt)
      let other = folder.directory + "/other.sqlite"
      do {
        let queue = try DatabaseQueue(path: other)
        try queue.write { try $0.execute(sql: "PRAGMA user_version = 2") }
      }
      #expect(refusal { () throws(StoreError) in try SQLiteRecordStore(path: other) } == .corrupt)
    }

    @Test("S14 a damaged page is a typed error, never a record")
    func damage() async throws {
      let folder = try StoreFolder()
      var keys: [RecordKey] = []
      do {
        let store = try SQLiteRecordStore(path: folder.path)
        for _ in 0..<200 {
          let key = try sampleKey()
          keys.append(key)
          _ = try await store.insert(sample(500), as: key, at: now)
        }
        try await store.checkpoint()
      }
      for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.path + name) }
      var bytes = try Data(contentsOf: URL(filePath: folder.path))
      // All pages but the first two: the root of the table is among those that stay.
      for index in stride(from: 2 * 4096, to: bytes.count, by: 4096) {
        for offset in 0..<64 { bytes[index + offset] = 0xFF }
      }
      try bytes.write(to: URL(filePath: folder.path))
      var codes: [StoreError.Code: Int] = [:]
      do throws(StoreError) {
        let store = try SQLiteRecordStore(path: folder.path)
        for key in keys {
          do throws(StoreError) {
            let record = try await store.read(key, at: now)
            #expect(record == nil || record?.content.bytes.count == 500)
          } catch { codes[error.code, default: 0] += 1 }
        }
      } catch { codes[error.code, default: 0] += 1 }
      #expect(Array(codes.keys) == [.corrupt], "\(codes)")
    }

    @Test(
      "S13 a row that somebody else has written is a typed error",
      arguments: [
        "id = x'00'", "id = zeroblob(33)", "kind = 65536", "kind = -1", "format = 256", "format = -1", "expires = -1",
        "expires = 9223372036854775807", "owner = zeroblob(256)", "bytes = zeroblob(16385)",
        "bytes = zeroblob(100000000)",
      ]
    )
    func hostileRow(_ change: String) async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      let key = try sampleKey()
      _ = try await store.insert(sample(), as: key, at: now)
      do {
        let queue = try DatabaseQueue(path: folder.path)
        try await queue.write { try $0.execute(sql: "UPDATE writ_record SET \(change)") }
      }
      do {
        // Those of another key are not found.
        let record = try await store.read(key, at: now)
        #expect(record == nil && (change.hasPrefix("id") || change.hasPrefix("kind")))
      } catch {
        #expect(error.code == .corrupt)
      }
      let owner = Array("owner".utf8)
      do {
        let listed = try await store.list(key.kind, of: owner, after: nil, limit: 10, at: now)
        #expect(listed.isEmpty && ["kind", "owner", "expires = -1"].contains { change.hasPrefix($0) })
      } catch { #expect(error.code == .corrupt) }
    }

    @Test("S13 a column of another type cannot be written at all")
    func types() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      _ = try await store.insert(sample(), as: sampleKey(), at: now)
      let queue = try DatabaseQueue(path: folder.path)
      for change in ["bytes = 'text'", "bytes = NULL", "version = 'x'", "expires = 1.5", "owner = 7"] {
        await #expect(throws: DatabaseError.self) {
          try await queue.write { try $0.execute(sql: "UPDATE writ_record SET \(change)") }
        }
      }
    }

    @Test("S14 a database that another one writes to is busy, and loses nothing")
    func busy() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path, busyTimeout: .milliseconds(50))
      let key = try sampleKey()
      let version = try #require(try await store.insert(sample(), as: key, at: now))
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let queue = try DatabaseQueue(path: folder.path, configuration: configuration)
      try await queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
      let error = await #expect(throws: StoreError.self) { try await store.insert(sample(), as: sampleKey(), at: now) }
      #expect(error?.code == .busy)
      let second = await #expect(throws: StoreError.self) {
        try await store.replace(key, version, with: sample(2), at: now)
      }
      #expect(second?.code == .busy)
      // Reading goes on.
      #expect(try await store.read(key, at: now)?.version == version)
      try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      #expect(try await store.replace(key, version, with: sample(2), at: now) != nil)
    }

    @Test("X05 a cancelled call is all or nothing, and the store goes on")
    func cancellation() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      for _ in 0..<TestRounds.inOneProcess {
        let key = try sampleKey()
        let task = Task { () throws(StoreError) in try await store.insert(sample(), as: key, at: now) }
        task.cancel()
        let result = await task.result
        let record = try await store.read(key, at: now)
        switch result {
        case .success(let version): #expect(version != nil && record?.version == version)
        case .failure(let error): #expect((error as? StoreError)?.code == .cancelled)
        }
      }
      #expect(try await store.insert(sample(), as: sampleKey(), at: now) != nil)
    }

    @Test("a bucket in SQLite gives out exactly what it has")
    func rateLimit() async throws {
      let folder = try StoreFolder()
      let store = RecordRateLimitStore(try SQLiteRecordStore(path: folder.path), clock: .fixed(now))
      let limit = try RateLimit(20, per: .seconds(3600))
      let key = try RateLimitKey("login", account: "alice")
      let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<64 { group.addTask { try await store.take(limit, from: key).isAllowed } }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(allowed == 20)
    }
  }
#endif
