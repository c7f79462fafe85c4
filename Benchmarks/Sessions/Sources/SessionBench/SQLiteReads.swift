// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import WritAuthentication
import WritSQLite

/// Rows of one file, read by Writ and by GRDB alone.
struct SQLiteReads {
  private static let statement = """
    SELECT kind, id, version, expires, format, owner, bytes FROM writ_record WHERE kind = ? AND id = ?
    """

  private let directory: URL
  private let store: SQLiteRecordStore
  private let pool: DatabasePool
  private var keys: [RecordKey] = []

  init() async throws {
    directory = FileManager.default.temporaryDirectory.appending(component: "writ-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let path = directory.appending(component: "sessions.sqlite").path
    store = try SQLiteRecordStore(path: path)
    for number in 0..<2000 {
      let key = RecordKey(.session, try .random())
      let bytes = (0..<80).map { UInt8(truncatingIfNeeded: $0 + number) }
      let owner = Array("user-\(number)@example.com".utf8)
      let content = try RecordContent(bytes.span, format: 1, owner: owner, expires: RecordContent.never)
      guard try await store.insert(content, as: key, at: 0) != nil else { throw WrongResult() }
      keys.append(key)
    }
    // As Writ's has them.
    var configuration = Configuration()
    configuration.maximumReaderCount = 4
    configuration.persistentReadOnlyConnections = true
    pool = try DatabasePool(path: path, configuration: configuration)
  }

  /// GRDB's own `read` of the statement that Writ has, its row taken apart.
  var grdb: Workload {
    let (keys, pool) = (keys, pool)
    return Workload("SQLite, GRDB's read") {
      let asked = (0..<20).compactMap { _ in keys.randomElement() }.map { ($0, Data($0.id.bytes)) }
      return (
        asked.count,
        {
          for (key, id) in asked {
            let number = Int64(key.kind.number)
            let count = try await pool.read { database in
              let statement = try database.cachedStatement(sql: Self.statement)
              guard let row = try Row.fetchOne(statement, arguments: [number, id]) else { return 0 }
              let numbers: (Int64, Int64, Int64, Int64) = (row[0], row[2], row[3], row[4])
              let blobs: (Data, Data, Data) = (row[1], row[5], row[6])
              return numbers.0 == number ? blobs.0.count + blobs.1.count + blobs.2.count : 0
            }
            guard count > 112 else { throw WrongResult() }
          }
        }
      )
    }
  }

  var writ: Workload {
    let (keys, store) = (keys, store)
    return Workload("SQLite, Writ") {
      let asked = (0..<20).compactMap { _ in keys.randomElement() }
      return (
        asked.count,
        {
          for key in asked {
            guard let record = try await store.read(key, at: 0), record.content.bytes.count == 80 else {
              throw WrongResult()
            }
          }
        }
      )
    }
  }

  func removeFiles() { try? FileManager.default.removeItem(at: directory) }
}
