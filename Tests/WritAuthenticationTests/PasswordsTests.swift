// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Passwords of accounts")
struct PasswordsTests {
  @Test("a password is set once, right for its account alone, and removed with all sessions")
  func setting() async throws {
    let test = try PasswordWorld()
    #expect(await test.verify() == .wrong)
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    #expect(test.told.all.last == .factorAdded(account: "ines", factor: .password))
    #expect(
      await refusal { () throws(LoginError) in try await test.passwords.set("another password", for: "ines", from: nil)
      }
        == .exists
    )
    #expect(await test.verify() == nil)
    #expect(await test.verify("the right password of ineS") == .wrong)
    #expect(await test.verify(PasswordWorld.right, "Ines") == .wrong)
    #expect(try await test.passwords.hasPassword("ines"))
    let begun = try await test.world.begin()
    #expect(try await test.passwords.remove("ines"))
    #expect(try await !test.passwords.remove("ines"))
    #expect(try await !test.world.isAlive(begun))
    #expect(await test.verify() == .wrong)
  }

  @Test(
    "names and passwords that no account can have are wrong, and refused where one is set",
    arguments: [0, 256, 100_000]
  )
  func names(_ count: Int) async throws {
    let test = try PasswordWorld()
    let name = String(repeating: "x", count: count)
    #expect(await test.verify(PasswordWorld.right, name) == .wrong)
    let refused = await refusal { () throws(LoginError) in
      try await test.passwords.set(PasswordWorld.right, for: name, from: nil)
    }
    #expect(refused == .configuration)
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    #expect(await test.verify(String(repeating: "x", count: 4097)) == .wrong)
    #expect(await test.verify("\0") == .wrong)
    #expect(test.told.all.last == .authenticationFailed(account: nil, factor: .password))
    for bad in ["short", String(repeating: "x", count: 4097), "a password\0with NUL in it"] {
      #expect(await test.change(PasswordWorld.right, bad) == .password)
    }
    #expect(await test.verify() == nil)
  }

  @Test("a hash of another program or of lower cost is replaced at login, and only when the password is right")
  func upgrade() async throws {
    let test = try PasswordWorld(parameters: .weak(logCost: 5))
    let old = try await PasswordHasher(parameters: .weak()).hash(PasswordWorld.right)
    try await test.passwords.adopt(hash: old, for: "ines")
    func stored() async throws -> String {
      let key = try test.passwords.records.key("ines", "password")
      let record = try #require(await test.world.store.read(key, at: test.time.seconds))
      return String(decoding: record.content.bytes, as: UTF8.self)
    }
    #expect(await test.verify("wrong") == .wrong)
    #expect(try await stored() == old)
    #expect(await test.verify() == nil)
    let new = try await stored()
    #expect(new.hasPrefix("$scrypt$ln=5,"))
    #expect(await test.verify() == nil)
    #expect(try await stored() == new)
    for bad in [
      "", "plain text", "$1$salt$AAAAAAAAAAAAAAAAAAAAAA", "$scrypt$ln=30,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
    ] {
      let code = await refusal { () throws(LoginError) in try await test.passwords.adopt(hash: bad, for: "new") }
      #expect(code == .stored, "\(bad)")
    }
  }

  @Test("S05 a store that fails refuses all logins, and says so without showing its error")
  func storeDown() async throws {
    struct Down: Error { let text = "canary" }
    let store = FailingStore(store: try MemoryRecordStore())
    let hasher = PasswordHasher(parameters: .weak())
    let passwords = Passwords(store: store, hasher: hasher, limits: .unlimited, revoking: [])
    try await passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let token = try await passwords.requestReset(for: "ines", from: nil)
    func call(_ number: Int) async throws(LoginError) {
      let password = PasswordWorld.right
      switch number {
      case 0: try await passwords.verify(password, account: "ines", from: nil)
      case 1: try await passwords.set(password, for: "new", from: nil)
      case 2: try await passwords.change(password, to: password, of: "ines", from: nil, in: nil)
      case 3: _ = try await passwords.reset(to: password, by: token)
      case 4: _ = try await passwords.requestReset(for: "ines", from: nil)
      default: _ = try await passwords.remove("ines")
      }
    }
    for (failure, expected) in [
      (Down() as any Error, LoginError.Code.storeUnavailable), (StoreError(.full, "x"), .full),
      (CancellationError(), .cancelled),
    ] {
      store.failure.error.withLock { $0 = failure }
      for number in 0..<6 {
        do throws(LoginError) {
          try await call(number)
          Issue.record("done")
        } catch {
          #expect(error.code == expected && !"\(error)\(String(reflecting: error))".contains("canary"))
        }
      }
    }
    store.failure.error.withLock { $0 = nil }
    try await passwords.verify(PasswordWorld.right, account: "ines", from: nil)
    try await passwords.reset(to: "another password of ines", by: token)
  }

  @Test(
    "S13 rows that an attacker has written are typed errors, and no login succeeds",
    arguments: ["password", "attempts"]
  )
  func hostileRows(_ name: String) async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    #expect(await test.verify("wrong") == .wrong)
    let key = try test.passwords.records.key("ines", name)
    let rows: [(bytes: [UInt8], format: UInt8)] = [
      ([], 1), ([0xFF], 1), ([UInt8](repeating: 0xFF, count: 10), 1), ([UInt8](repeating: 0, count: 9), 1),
      ([UInt8](repeating: 0, count: 11), 1), ([101, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1), (Array("$scrypt$".utf8), 1),
      ([UInt8](repeating: 0x24, count: 16_384), 1), ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2),
      (Array("$scrypt$ln=63,r=8,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA".utf8), 1),
    ]
    for row in rows {
      let current = try #require(await test.world.store.read(key, at: test.time.seconds))
      let content = try RecordContent(
        row.bytes.span,
        format: row.format,
        owner: Array("ines".utf8),
        expires: RecordContent.never
      )
      _ = await test.world.store.replace(key, current.version, with: content, at: test.time.seconds)
      let code = await test.verify()
      #expect(code == .stored || code == .corrupt, "\(row.bytes.count) bytes: \(String(describing: code))")
    }
  }
}
