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
