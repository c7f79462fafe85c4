// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Passwords that change")
struct PasswordChangeTests {
  @Test("changing a password ends all sessions but the one it happens in, and the tokens that reset it")
  func changing() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let (kept, other) = (try await test.world.begin(), try await test.world.begin())
    let stranger = try await test.world.begin("oskar")
    let token = try await test.passwords.requestReset(for: "ines", from: nil)
    #expect(await test.change("wrong", "another password of ines", kept.session) == .wrong)
    #expect(try await test.world.isAlive(other))
    #expect(await test.change(PasswordWorld.right, "another password of ines", kept.session) == nil)
    #expect(test.told.all.contains(.passwordChanged(account: "ines")))
    #expect(try await test.world.isAlive(kept))
    #expect(try await !test.world.isAlive(other))
    #expect(try await test.world.isAlive(stranger))
    #expect(await test.reset("a third password of ines", token) == .token)
    #expect(await test.verify() == .wrong)
    #expect(await test.verify("another password of ines") == nil)
    // A session of somebody else keeps none.
    #expect(await test.change("another password of ines", PasswordWorld.right, stranger.session) == nil)
    #expect(try await !test.world.isAlive(kept))
  }

  /// An account's families, whose revocation may fail.
  private final class Families: AccountRevoking {
    struct Down: Error { let text = "canary" }

    let isDown = Guarded(false)
    let ended = Guarded<[String]>([])

    func revokeAll(of account: String) async throws -> Int {
      if isDown.withLock({ $0 }) { throw Down() }
      return ended.withLock {
        $0.append(account)
        return $0.count
      }
    }
  }

  @Test(
    "what else hangs on an account ends with a change too; what fails is told, keeps nothing of the rest, and can be tried again"
  )
  func revoking() async throws {
    let families = Families()
    let test = try PasswordWorld(revoking: [families])
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let (kept, other) = (try await test.world.begin(), try await test.world.begin())
    families.isDown.withLock { $0 = true }
    let error = await #expect(throws: LoginError.self) {
      try await test.passwords.change(
        PasswordWorld.right,
        to: "another password of ines",
        of: "ines",
        from: nil,
        in: kept.session
      )
    }
    #expect(error?.code == .revocation && error?.description.contains("canary") == false)
    #expect(try await !test.world.isAlive(other))
    #expect(await test.verify("another password of ines") == nil)
    families.isDown.withLock { $0 = false }
    try await test.passwords.revokeAll(of: "ines", except: kept.session)
    #expect(families.ended.withLock { $0 } == ["ines"])
    #expect(try await test.world.isAlive(kept))
  }

  @Test("S10 a login that began with the password before does not outlive the change")
  func changeDuringLogin() async throws {
    let test = try PasswordWorld()
    try await test.passwords.set(PasswordWorld.right, for: "ines", from: nil)
    let sessions = test.world.sessions
    let epoch = try await sessions.epoch(of: "ines")
    #expect(await test.verify() == nil)
    #expect(await test.change(PasswordWorld.right, "another password of ines") == nil)
    let late = await refusal { () throws(SessionError) in
      try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: epoch)
    }
    #expect(late == .ended)
    #expect(try await sessions.sessions(of: "ines").isEmpty)
    // Kept in a visitor's session between two requests.
    let now = try #require(SessionEpoch(try await sessions.epoch(of: "ines").bytes))
    _ = try await sessions.begin(for: "ines", proving: [.password], replacing: nil, since: now)
    for count in [0, 8, 15, 17] { #expect(SessionEpoch([UInt8](repeating: 1, count: count)) == nil) }
  }
}
