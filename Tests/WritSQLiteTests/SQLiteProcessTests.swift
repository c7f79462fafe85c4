// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import Foundation
  import Testing
  import WritAuthentication
  import WritSQLite

  @Suite("Records in SQLite, and processes that write them", .serialized, .timeLimit(.minutes(60)))
  struct SQLiteProcessTests {
    @Test("S14 a writer that is killed loses nothing that was acknowledged, and tears nothing")
    func kill() async throws {
      let folder = try StoreFolder()
      var next = 0
      var total = 0
      for round in 0..<TestRounds.kills {
        let writer = try WriterProcess(["write", folder.path, "\(next)"])
        // Until it has begun, and then some time that is another one each round.
        while try writer.lines().count < 2 { try await Task.sleep(for: .milliseconds(2)) }
        try await Task.sleep(for: .microseconds(round * 997 % 40_000))
        writer.killAndWait()
        let lines = try writer.lines()
        let inserted = Set(lines.filter { $0.hasPrefix("i") }.compactMap { Int($0.dropFirst()) })
        let replaced = Set(lines.filter { $0.hasPrefix("r") }.compactMap { Int($0.dropFirst()) })
        let store = try SQLiteRecordStore(path: folder.path)
        let last = try #require(inserted.max())
        for number in next...last + 2 {
          let record = try await store.read(writerKey(number), at: now)
          if inserted.contains(number) { #expect(record != nil, "\(number) was acknowledged and is lost") }
          if number > last + 1 { #expect(record == nil, "\(number) was never written") }
          guard let content = record?.content else { continue }
          // One state or the other, whole.
          let isFirst = content.format == 1 && content.bytes.elementsEqual("first \(number)".utf8)
          let second = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3000)
          let isSecond = content.format == 2 && content.bytes.elementsEqual(second)
          #expect(isSecond || isFirst && !replaced.contains(number), "\(number) is torn, or went back")
        }
        total += inserted.count
        next = last + 3
      }
      #expect(total >= TestRounds.kills)
      let check = try await SQLiteRecordStore(path: folder.path).setting("integrity_check")
      #expect(check == "ok")
    }

    @Test("R06 a process that is killed between a rotation and its answer: the token it had gives the successor")
    func killedRotation() async throws {
      let folder = try StoreFolder()
      let path = try folder.ring()
      let ring = try SecretRing(contentsOfFile: path)
      var token = ""
      for round in 0..<TestRounds.kills {
        do {
          let store = try SQLiteRecordStore(path: folder.path)
          let tokens = try RefreshTokens(store: store, ring: ring, clock: .fixed(now))
          if token.isEmpty { token = try await tokens.begin(for: "ines", client: "app", since: .unchecked).token }
        }
        let writer = try WriterProcess(["rotate", folder.path, path, token])
        while try writer.lines().count < 2 { try await Task.sleep(for: .milliseconds(2)) }
        try await Task.sleep(for: .microseconds(round * 997 % 20_000))
        writer.killAndWait()
        let last = try #require(try writer.lines().last)
        let store = try SQLiteRecordStore(path: folder.path)
        let tokens = try RefreshTokens(store: store, ring: ring, clock: .fixed(now))
        // Whether its successor was stored or not: it comes, once more or again, and no theft is reported.
        token = try await tokens.rotate(last, client: "app").token
        let other = try await tokens.rotate(last, client: "app").token
        #expect(token == other, "two chains in round \(round)")
        #expect(try await tokens.families(of: "ines").count == 1)
      }
    }

    @Test(
      "S14 the log is deleted, cut or damaged after a crash: each record is whole, of one time, and the store goes on"
    )
    func log() async throws {
      let folder = try StoreFolder()
      let writer = try WriterProcess(["write", folder.path, "0"])
      while try writer.lines().count < 40 { try await Task.sleep(for: .milliseconds(2)) }
      writer.killAndWait()
      let inserted = try writer.lines().filter { $0.hasPrefix("i") }.compactMap { Int($0.dropFirst()) }
      let replaced = Set(try writer.lines().filter { $0.hasPrefix("r") }.compactMap { Int($0.dropFirst()) })
      let last = try #require(inserted.max())
      let logBytes = try Data(contentsOf: URL(filePath: folder.path + "-wal"))
      #expect(logBytes.count > 10_000)
      var damages: [(name: String, bytes: Data?)] = [("deleted", nil), ("empty", Data()), ("whole", logBytes)]
      for part in 1...7 { damages.append(("cut at \(part)", logBytes.prefix(logBytes.count / 8 * part + part))) }
      for part in 0...7 {
        var bytes = logBytes
        for index in 0..<64 { bytes[bytes.count / 8 * part + index] ^= 0xFF }
        damages.append(("damaged at \(part)", bytes))
      }
      for damage in damages {
        let copy = try folder.copy()
        try? FileManager.default.removeItem(atPath: copy.path + "-shm")
        try FileManager.default.removeItem(atPath: copy.path + "-wal")
        if let bytes = damage.bytes { try bytes.write(to: URL(filePath: copy.path + "-wal")) }
        let store = try SQLiteRecordStore(path: copy.path)
        var isOver = false
        for number in 0...last {
          let record = try await store.read(writerKey(number), at: now)
          if damage.name == "whole" {
            #expect(record != nil, "\(number) was acknowledged")
            #expect(record?.content.format == 2 || !replaced.contains(number))
          }
          guard let content = record?.content else {
            isOver = true
            continue
          }
          #expect(!isOver, "\(number) is there, and one before it is not: \(damage.name)")
          let isFirst = content.format == 1 && content.bytes.elementsEqual("first \(number)".utf8)
          let second = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3000)
          #expect(isFirst || content.format == 2 && content.bytes.elementsEqual(second), "\(number): \(damage.name)")
        }
        #expect(try await store.setting("integrity_check") == "ok", "\(damage.name)")
        #expect(try await store.insert(sample(), as: sampleKey(), at: now) != nil, "\(damage.name)")
      }
    }

    @Test("S14 the log is deleted under an open store: answers or typed errors, and what is left is whole")
    func logUnderway() async throws {
      let folder = try StoreFolder()
      do {
        let store = try SQLiteRecordStore(path: folder.path, busyTimeout: .milliseconds(100))
        for number in 0..<20 { _ = try await store.insert(sample(number * 100), as: writerKey(number), at: now) }
        try FileManager.default.removeItem(atPath: folder.path + "-wal")
        for number in 0..<40 {
          do throws(StoreError) {
            let record = try await store.read(writerKey(number % 20), at: now)
            #expect(record == nil || record?.content.bytes.count == number % 20 * 100)
            _ = try await store.insert(sample(number), as: sampleKey(), at: now)
          } catch { #expect(error.code != .failure) }
        }
      }
      let store = try SQLiteRecordStore(path: folder.path)
      for number in 0..<20 {
        let record = try await store.read(writerKey(number), at: now)
        #expect(record == nil || record?.content.bytes.count == number * 100)
      }
      #expect(try await store.setting("integrity_check") == "ok")
    }

    /// Fills a store until it is full, then makes room again.
    private static func fill(_ path: String, through wrapper: [String]) async throws -> Int {
      let writer = try WriterProcess(["fill", path], through: wrapper)
      writer.wait()
      let lines = try writer.lines()
      #expect(writer.status == 0)
      let count = lines.count { $0.hasPrefix("i") }
      #expect(count > 20 && count < 10_000, "\(count)")
      #expect(lines.count == count + 1 && ["full", "storeUnavailable"].contains(lines.last), "\(lines.suffix(3))")
      return count
    }

    private static let canLimit = FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")

    @Test("S14 the files may not grow: a typed error, and nothing is lost", .enabled(if: canLimit))
    func fileSize() async throws {
      let folder = try StoreFolder()
      let count = try await Self.fill(folder.path, through: ["/usr/bin/prlimit", "--fsize=2000000:unlimited"])
      let store = try SQLiteRecordStore(path: folder.path)
      for number in 0..<count { #expect(try await store.read(writerKey(number), at: now) != nil, "\(number)") }
      #expect(try await store.setting("integrity_check") == "ok")
      #expect(try await store.insert(sample(), as: sampleKey(), at: now) != nil)
    }

    @Test("S14 a disk is full: a typed error, and nothing is lost", .enabled(if: geteuid() == 0))
    func disk() async throws {
      let folder = try StoreFolder()
      let disk = folder.directory + "/disk"
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      // Where not even root may mount, the test above has to do.
      guard try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]) == 0 else { return }
      defer { _ = try? Self.run("/usr/bin/umount", ["-l", disk]) }
      let path = disk + "/records.sqlite"
      let count = try await Self.fill(path, through: [])
      #expect(try Self.run("/usr/bin/mount", ["-o", "remount,size=8m", disk]) == 0)
      let store = try SQLiteRecordStore(path: path)
      for number in 0..<count { #expect(try await store.read(writerKey(number), at: now) != nil, "\(number)") }
      #expect(try await store.setting("integrity_check") == "ok")
      #expect(try await store.insert(sample(), as: sampleKey(), at: now) != nil)
    }

    private static func run(_ command: String, _ arguments: [String]) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: command)
      process.arguments = arguments
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }

    // MARK: Randomness

    @Test("S02 two processes that start at once make no session twice: 10,000,000 with --long")
    func identifiers() throws {
      let folder = try StoreFolder()
      let count = 500 * TestRounds.acrossProcesses
      let paths = ["one", "other"].map { "\(folder.directory)/\($0)" }
      let writers = try paths.map { try WriterProcess(["identifiers", $0, "\(count)"]) }
      for writer in writers { writer.wait() }
      #expect(writers.map(\.status) == [0, 0])
      var seen: [UInt64] = []
      for path in paths {
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        for index in stride(from: 0, to: bytes.count, by: 8) {
          seen.append((0..<8).reduce(0) { $0 << 8 | UInt64(bytes[index + $1]) })
        }
      }
      #expect(seen.count == 2 * count)
      seen.sort()
      #expect(!zip(seen, seen.dropFirst()).contains { $0 == $1 })
    }

    @Test("S02 a process that forks makes nothing twice")
    func forked() throws {
      let writer = try WriterProcess(["fork"])
      writer.wait()
      #expect(writer.status == 0)
      let lines = try writer.lines()
      #expect(lines.count == 2 * (1 + 1000 + 1000) && Set(lines).count == lines.count, "\(lines.count)")
    }

    @Test("two processes: each key is inserted once, and removed once")
    func exactlyOnce() async throws {
      let folder = try StoreFolder()
      _ = try SQLiteRecordStore(path: folder.path)
      let rounds = TestRounds.acrossProcesses
      let writers = [
        try WriterProcess(["claim", folder.path, "\(rounds)"]), try WriterProcess(["claim", folder.path, "\(rounds)"]),
      ]
      for writer in writers { writer.wait() }
      let claimed = try writers.flatMap { try $0.lines() }
      for number in 0..<rounds {
        let inserted = claimed.count { $0 == "i\(number)" }
        let removed = claimed.count { $0 == "d\(number)" }
        // Even numbers are removed again, and may then be inserted by the other one.
        #expect(number % 2 == 0 ? inserted == removed && 1...2 ~= inserted : inserted == 1 && removed == 0, "\(number)")
      }
    }
  }
#endif
