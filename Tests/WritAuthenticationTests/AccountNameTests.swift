// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Names of accounts")
struct AccountNameTests {
  private static let acceptedNames = [
    "a:b", ":", "a:", "https://id.example/users/1", "ines@example.org", " ines", "ines ", " ", "a\u{202E}b", "名前", "👩🏽‍🚀",
    "e\u{301}", "%3A", "a/b?c&d=e#f", String(repeating: "x", count: 255), String(repeating: "é", count: 127),
    String(repeating: ":", count: 255), String(repeating: " ", count: 255),
  ]

  private static let refusedNames = [
    "", "\0", "a\0b", "a\nb", "a\rb", "\t", "a\u{7F}", "\u{85}", "\u{9F}", "a\u{2028}b", "a\u{2029}",
    String(repeating: "x", count: 256), String(repeating: "é", count: 128), String(repeating: "x", count: 100_000),
  ]

  /// Everything that gives something to an account, and the parts that it needs.
  private struct Parts {
    let test: PasswordWorld
    let codes: OneTimePasswords<MemoryRecordStore>
    let recovery: RecoveryCodes<MemoryRecordStore>
    let refreshTokens: RefreshTokens<MemoryRecordStore>

    init() throws {
      test = try PasswordWorld()
      let (store, ring) = (test.world.store, try SecretRing([ApplicationSecret.generate(identifier: "1")]))
      codes = try OneTimePasswords(store: store, ring: ring, limits: .unlimited, clock: test.time.clock)
      recovery = RecoveryCodes(store: store, ring: ring, limits: .unlimited, clock: test.time.clock)
      refreshTokens = try RefreshTokens(store: store, ring: ring, sessions: test.world.sessions, clock: test.time.clock)
    }

    /// Returns the verdict of each part on a name.
    func verdicts(_ name: String) async -> [String: Bool] {
      var verdicts = ["rule": AccountName.isValid(name)]
      verdicts["password"] = (try? await test.passwords.set(PasswordWorld.right, for: name, from: nil)) != nil
      verdicts["reset"] = (try? await test.passwords.requestReset(for: name, from: nil)) != nil
      verdicts["one-time password"] = (try? await codes.enroll(name, issuer: "Example")) != nil
      verdicts["one-time password without issuer"] = (try? await codes.enroll(name, issuer: nil)) != nil
      verdicts["recovery codes"] = (try? await recovery.generate(for: name)) != nil
      verdicts["session"] = (try? await test.world.begin(name)) != nil
      verdicts["refresh tokens"] = (try? await refreshTokens.begin(for: name, client: "app", since: .unchecked)) != nil
      return verdicts
    }
  }

  @Test("A name that one part accepts is accepted by all, for sign-up and for enrolment", arguments: acceptedNames)
  func accepted(_ name: String) async throws {
    let verdicts = try await Parts().verdicts(name)
    #expect(verdicts.allSatisfy { $0.value }, "\(verdicts)")
  }

  @Test("A name with control characters, or too long, or empty, is refused by all parts", arguments: refusedNames)
  func refused(_ name: String) async throws {
    let parts = try Parts()
    let verdicts = await parts.verdicts(name)
    #expect(verdicts.allSatisfy { !$0.value }, "\(verdicts)")
    #expect(parts.test.world.store.count == 0)
    #expect(await parts.test.verify(PasswordWorld.right, name) == .wrong)
  }

  @Test(
    "An account that signed up under any name can prove a one-time password, and log in (T07)",
    arguments: acceptedNames
  )
  func signUp(_ name: String) async throws {
    let parts = try Parts()
    try await parts.test.passwords.set(PasswordWorld.right, for: name, from: nil)
    for issuer in ["Example", nil] {
      let credential = issuer ?? "second"
      let uri = try await parts.codes.enroll(name, credential: credential, issuer: issuer)
      let read = try OneTimePasswordURI(parsing: uri.secretText())
      #expect(read.account.utf8.elementsEqual(uri.account.utf8) && read.issuer == issuer)
      #expect(read.secretText() == uri.secretText())
      try await parts.codes.confirm(uri.key.code(at: parts.test.time.seconds), account: name, credential: credential)
    }
    #expect(await parts.test.verify(PasswordWorld.right, name) == nil)
  }

  @Test("The label of an account is its name, and encodes what a label cannot hold")
  func labels() {
    for (name, label) in [
      ("alice@example.com", "alice@example.com"), ("a:b", "a%3Ab"), (" a b ", "%20a b%20"), ("  ", "%20%20"),
      ("a\u{202E}b", "a%E2%80%AEb"), ("zwölf", "zwölf"), ("100%", "100%"),
      (String(repeating: "x", count: 128), String(repeating: "x", count: 128)),
      (String(repeating: "x", count: 129), String(repeating: "x", count: 125) + "…"),
      (String(repeating: ":", count: 255), String(repeating: "%3A", count: 41) + "…"),
    ] {
      #expect(OneTimePasswordURI.label(of: name) == label)
    }
  }
}
