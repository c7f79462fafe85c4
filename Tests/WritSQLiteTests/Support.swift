// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import Foundation
  import WritAuthentication

  /// Seconds since 1970 in which the records of the tests are.
  let now: Int64 = 1_900_000_000

  func sample(_ count: Int = 10) throws(StoreError) -> RecordContent {
    let bytes = [UInt8](repeating: 7, count: count)
    return try RecordContent(bytes.span, format: 1, owner: Array("owner".utf8), expires: RecordContent.never)
  }

  func sampleKey() throws(StoreError) -> RecordKey { RecordKey(RecordKind(40_000), try .random()) }

  /// The key that `SQLiteStoreWriter` gives to a number.
  func writerKey(_ number: Int) throws(StoreError) -> RecordKey {
    let text = Array("\(number)".utf8)
    return RecordKey(RecordKind(40_000), try RecordID(hashing: text.span))
  }

  /// How often tests are repeated: `WRIT_LONG` says how often where it is set.
  enum TestRounds {
    private static let long = ProcessInfo.processInfo.environment["WRIT_LONG"].map { Int($0) ?? 10_000 }
    /// Each round is 64 tasks that write one after the other: what two processes try 10,000 times is tried 2,000 times
    /// here.
    static let inOneProcess = long.map { min($0, 2000) } ?? 20
    static let acrossProcesses = long ?? 200
    static let kills = min(long ?? 20, 200)
  }

  /// Limits that nothing reaches.
  struct Unlimited: RateLimitStore {
    func take(_ limit: RateLimit, from key: RateLimitKey) async -> RateLimitAnswer { .allowed(remaining: 1) }
  }

  /// A directory of its own for a test, with a database in it, removed with it.
  final class StoreFolder: Sendable {
    let directory: String
    var path: String { directory + "/records.sqlite" }

    init() throws {
      directory = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Another directory with a copy of what is in this one.
    func copy() throws -> StoreFolder {
      let copy = try StoreFolder()
      for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
        try FileManager.default.copyItem(atPath: "\(directory)/\(name)", toPath: "\(copy.directory)/\(name)")
      }
      return copy
    }

    /// A file with a new ring of one secret.
    func ring() throws -> String {
      let path = directory + "/ring"
      try Data(ApplicationSecret.generate(identifier: "1").line.utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      return path
    }
  }

  /// Runs `SQLiteStoreWriter`, whose output goes to a file, so that no pipe can fill up.
  final class WriterProcess {
    private let process = Process()
    private let output: URL
    private let file: FileHandle

    /// - Parameter wrapper: a command that runs the writer, and its arguments.
    init(_ arguments: [String], asNobody: Bool = false, through wrapper: [String] = []) throws {
      output = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)")
      _ = FileManager.default.createFile(atPath: output.path, contents: nil)
      file = try FileHandle(forWritingTo: output)
      let writer = Self.executable()
      let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
      let command = wrapper + (asNobody ? nobody : []) + [writer] + arguments
      process.executableURL = URL(filePath: command[0])
      process.arguments = Array(command.dropFirst())
      process.standardOutput = file
      try process.run()
    }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      try? FileManager.default.removeItem(at: output)
    }

    /// Kills the process without a chance to finish anything.
    func killAndWait() {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }

    func wait() { process.waitUntilExit() }

    /// How it ended; 0 when all went well.
    var status: Int32 { process.terminationStatus }

    /// The whole lines that it has written.
    func lines() throws -> [String] {
      let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
      return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    static func output(_ arguments: [String], asNobody: Bool = false) throws -> String {
      let process = try WriterProcess(arguments, asNobody: asNobody)
      process.wait()
      return try process.lines().joined(separator: "\n")
    }

    private static func executable() -> String {
      let own = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      var folder = own.deletingLastPathComponent()
      // On macOS the tests are in a bundle inside of the folder of products.
      while folder.pathComponents.count > 1 {
        let path = folder.appending(path: "SQLiteStoreWriter").path
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        folder = folder.deletingLastPathComponent()
      }
      return ".build/traits/debug/SQLiteStoreWriter"
    }
  }

  /// The code of the error that a call throws, `nil` when it throws none.
  func refusal<Result>(_ body: () throws(StoreError) -> Result) -> StoreError.Code? {
    do throws(StoreError) {
      _ = try body()
      return nil
    } catch {
      return error.code
    }
  }
#endif
