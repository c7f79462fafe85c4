// SPDX-License-Identifier: Apache-2.0
// Writes to a store until it is killed, or races with another process for what is in one; for the tests of WritSQLite.

#if SQLite
  import Foundation
  import WritAuthentication
  import WritSQLite

  /// Seconds since 1970 in which all the records of the tests are.
  let now: Int64 = 1_900_000_000
  let arguments = CommandLine.arguments

  func opened() throws(StoreError) -> SQLiteRecordStore {
    try SQLiteRecordStore(path: CommandLine.arguments[2], busyTimeout: .seconds(30))
  }

  func key(_ number: Int) throws -> RecordKey {
    let text = Array("\(number)".utf8)
    return RecordKey(RecordKind(40_000), try RecordID(hashing: text.span))
  }

  switch arguments[1] {
  case "write":
    // Inserts records one after the other, replaces each once, and says so when it was acknowledged.
    let store = try opened()
    var number = Int(arguments[3]) ?? 0
    let parent = getppid()
    // Not longer than the tests that should kill it.
    while getppid() == parent {
      let first = Array("first \(number)".utf8)
      let second = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3000)
      let content = try RecordContent(first.span, format: 1, owner: Array("writer".utf8), expires: RecordContent.never)
      let next = try RecordContent(second.span, format: 2, owner: Array("writer".utf8), expires: RecordContent.never)
      guard let version = try await store.insert(content, as: key(number), at: now) else { exit(3) }
      FileHandle.standardOutput.write(Data("i\(number)\n".utf8))
      guard try await store.replace(key(number), version, with: next, at: now) != nil else { exit(4) }
      FileHandle.standardOutput.write(Data("r\(number)\n".utf8))
      number += 1
    }
  case "claim":
    // Claims numbers that another process claims too, and prints those it got.
    let store = try opened()
    for number in 0..<(Int(arguments[3]) ?? 0) {
      let none: [UInt8] = []
      let content = try RecordContent(none.span, format: 1, expires: RecordContent.never)
      guard let version = try await store.insert(content, as: key(number), at: now) else { continue }
      print("i\(number)")
      if number % 2 == 0, try await store.remove(key(number), version, at: now) { print("d\(number)") }
    }
  case "race":
    // Races with another process: the name, the ring, the plan, the barrier, which of the two, how many rounds. Prints
    // rounds won.
    let lines = try String(contentsOfFile: arguments[5], encoding: .utf8).split(separator: "\n").map(String.init)
    let plan = try RacePlan(ring: arguments[4], lines: lines)
    guard let race = try race(arguments[3], opened(), plan), let index = Int(arguments[7]),
      let barrier = Barrier(arguments[6], index)
    else { exit(2) }
    for round in 0..<(Int(arguments[8]) ?? 0) {
      guard barrier.wait(round) else { exit(5) }
      if try await race.attempt(round) { print("w\(round)") }
    }
  case "rotate":
    // Rotates a refresh token again and again until it is killed: the ring, the token. Prints each one it was told.
    let ring = try SecretRing(contentsOfFile: arguments[3])
    let tokens = try RefreshTokens(store: opened(), ring: ring, clock: .fixed(now))
    var token = arguments[4]
    let parent = getppid()
    while getppid() == parent {
      token = try await tokens.rotate(token, client: "app").token
      FileHandle.standardOutput.write(Data("\(token)\n".utf8))
    }
  case "fill":
    // Inserts records until there is no room, and then looks for all of them. Prints what it was told.
    signal(SIGXFSZ, SIG_IGN)
    let store = try opened()
    var number = 0
    do throws(StoreError) {
      let bytes = [UInt8](repeating: 7, count: 3000)
      let content = try RecordContent(bytes.span, format: 1, owner: [1], expires: RecordContent.never)
      while number < 10_000 {
        guard let key = try? key(number), try await store.insert(content, as: key, at: now) != nil else { exit(3) }
        print("i\(number)")
        number += 1
      }
    } catch {
      print(error.code)
    }
    for number in 0..<number where try await store.read(key(number), at: now) == nil { print("lost \(number)") }
  case "identifiers":
    // Makes as many sessions as told, and writes the first eight bytes of each identifier to a file.
    let store = try MemoryRecordStore()
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "1")])
    let sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"])
    var bytes = Data()
    for _ in 0..<(Int(arguments[3]) ?? 0) {
      let begun = try await sessions.beginUnlimitedAnonymous()
      let value = Array(begun.cookie.utf8.drop { $0 != UInt8(ascii: "=") }.dropFirst().prefix(43))
      guard let identifier = Base64URL.decode(value.span), identifier.count == 32 else { exit(3) }
      bytes += identifier.prefix(8)
      try await sessions.end(begun.session)
    }
    try bytes.write(to: URL(filePath: arguments[2]))
  case "fork":
    // Makes random bytes of both kinds, forks, and makes more of them on both sides. Prints them, a line each.
    guard let symbol = unsafe dlsym(nil, "fork") else { exit(2) }
    let fork = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
    func random() throws -> String {
      "\(try RecordID.random().bytes)\n\(try ApplicationSecret.generate(identifier: "1").line)"
    }
    var text = try random()
    let child = fork()
    if child == 0 { text = "" }
    for _ in 0..<1000 { text += try random() }
    FileHandle.standardOutput.write(Data(text.utf8))
    if child == 0 { _exit(0) }
    var status: Int32 = 0
    guard unsafe waitpid(child, &status, 0) == child, status == 0 else { exit(3) }
  case "open":
    // Whether a store opens and takes a record, as the user that runs this.
    do {
      let none: [UInt8] = []
      let content = try RecordContent(none.span, format: 1, expires: RecordContent.never)
      let version = try await opened().insert(content, as: RecordKey(RecordKind(40_000), .random()), at: now)
      print(version == nil ? "absent" : "inserted")
    } catch {
      print(error.code)
    }
  default: exit(2)
  }
#endif
