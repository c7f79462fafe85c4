// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Passwords that are guessed first")
struct GuessablePasswordTests {
  private static let hasher = PasswordHasher(parameters: .weak())

  private func code(
    _ password: String,
    _ account: String? = nil,
    _ rules: PasswordRules = .onlyFactor
  ) async -> PasswordError.Code? {
    await refusal { () throws(PasswordError) in
      try await Self.hasher.hash(password, following: rules, for: account)
    }
  }

  @Test(
    "The commonest passwords are refused, with digits, signs, other letters, and twice",
    arguments: [
      "passwordpassword", "Password1234567", "PASSWORD123456!", "P@ssw0rd12345678", "p4$$w0rd-2026!!",
      "password password",
      "123456789012345", "987654321098765", "qwertyuiopasdfg", "1q2w3e4r5t1q2w3e", "qwertzuiop12345", "azertyuiop12345",
      "1qaz2wsx3edc4rfv", "iloveyouiloveyou", "ILoveYou20262026", "letmeinletmein1", "administrator123",
      "admin-admin-admin",
      "welcomewelcome1", "Willkommen12345", "changemechangeme", "sunshine1234567", "Summer2026!Summer",
      "monkeymonkeymonkey",
      "footballfootball", "liverpoolliverpool", "supermansuperman", "abcdefghijklmno", "zyxwvutsrqponml",
      "abc123abc123abc",
      "motdepasse12345", "contraseña12345", "passwort12345678", "йцукенгшщзхъфыв", "!@#$%^&*()!@#$%",
      "dragonmasterhunter",
      "michaeljordan2023", "test1234test1234", "000000000000001", "11111111222222222", "qwerty!qwerty!qwerty!",
    ]
  )
  func common(_ password: String) async {
    #expect(await code(password) == .guessable)
  }

  @Test(
    "With a second factor, eight characters are enough, but not these",
    arguments: [
      "password", "Passw0rd", "12345678", "11111111", "qwertyui", "iloveyou", "sunshine", "football", "abcd1234",
      "monkey77",
      "dragon12", "letmein!", "trustno1", "admin123", "welcome1", "P@ssw0rd!", "pass1234", "summer26", "abcabcabc",
      "qwerty12",
    ]
  )
  func short(_ password: String) async {
    #expect(await code(password, nil, .withSecondFactor) == .guessable)
  }

  @Test(
    "Repetitions are refused, whatever is repeated, and however long",
    arguments: ["a", "ab", "x7K", "x7Kq", "x7Kq9", "x7Kq9Z", "x7Kq9Zw", " ", "é", "👩🏽‍🚀", "Ab"]
  )
  func repetitions(_ piece: String) async {
    for count in [16, 17, 40, 300] {
      let password = String(String(repeating: piece, count: count).unicodeScalars.prefix(max(16, count)))
      #expect(await code(password) == .guessable, "\(count)")
    }
  }

  @Test(
    "The account's own name is refused, whole, in parts, backwards, and with what people add to it",
    arguments: [
      ("ines@example.org", "ines@example.org"), ("ines@example.org", "Ines.Example.Org"),
      ("ines@example.org", "ines-1234567890"),
      ("ines@example.org", "InesInesInesInes"), ("ines@example.org", "ines.password.2026"),
      ("katherine", "katherine123456"),
      ("katherine", "enirehtak-123456"), ("katherine", "K4therin3K4therin3"), ("katherine1987", "katherine!!1987!"),
      ("a:katherine", "katherine:katherine"), ("zwölfzeichen", "ZWÖLFZEICHEN2026"),
      ("Writ-Benutzer-Nummer-Sieben", "writ-benutzer-nummer"),
    ]
  )
  func names(_ account: String, _ password: String) async {
    #expect(await code(password, account) == .guessable)
  }

  @Test(
    "Passwords of one's own are accepted, also with a common word or the account's name among others",
    arguments: [
      "correct horse battery", "the right password of ines", "a long password 17", "my dog eats 12 shoes",
      "k3#Vb9@qLm2$xP7",
      "837465920184756", "Tr0ub4dor&3 and more", "ich mag keinen Regen", "кошка спит на окне", "這是一個很長的密碼我自己選的吧",
      "zebra-lamp-violin-cactus", "9f86d081884c7d659a2f", "x7Kq9Zwux7Kq9Zwu",
    ]
  )
  func accepted(_ password: String) async {
    #expect(await code(password, "ines") == nil)
    #expect(await code(password, "ines@example.org") == nil)
  }

  @Test("The rules can be waived by name, and say in words why a password is refused, without it")
  func waived() async throws {
    for rules in [PasswordRules.onlyFactor, .withSecondFactor] {
      #expect(rules.refusesGuessable && !rules.allowingGuessable.refusesGuessable)
      #expect(await code("passwordpassword", nil, rules.allowingGuessable) == nil)
      #expect(await code("passwordpassword", nil, try rules.requiring(characters: 16)) == .guessable)
      #expect(await code("passwordpassword", nil, try rules.allowingGuessable.requiring(characters: 16)) == nil)
      let list = try PasswordList(["zebra-lamp-violin-cactus"])
      #expect(await code("passwordpassword", nil, rules.screened(by: list)) == .guessable)
      #expect(await code("zebra-lamp-violin-cactus", nil, rules.allowingGuessable.screened(by: list)) == .screened)
    }
    #expect(await code("passwordpasswo", nil) == .tooShort)
    for password in ["canary\(Int.random(in: 0...9))canary", "canarycanarycanarycanary"] {
      let error = await #expect(throws: PasswordError.self) {
        try await Self.hasher.hash(password, following: .withSecondFactor, for: "canary")
      }
      #expect(error?.code == .guessable && error?.description.contains("canary") == false)
    }
  }

  @Test("A password is counted in parts: words, rows, repetitions and years are one each")
  func parts() {
    for (password, name, count) in [
      ("", nil, 0), ("a", nil, 1), ("xk", nil, 2), ("password", nil, 1), ("password2026!!!", nil, 3), ("1999", nil, 1),
      ("ines.qwertz12345", "ines", 4), ("abc", nil, 1), ("abcdragon", nil, 2), ("passwordddd", nil, 2),
      ("xxxx", nil, 1),
      ("acb", nil, 3), ("inés", "ines", 4), ("ines", nil, 4), ("9999", nil, 1), ("1850", nil, 4),
    ] as [(String, String?, Int)] {
      #expect(PasswordParts(password, name: name).count(upTo: 100) == count, "\(password)")
    }
  }

  @Test("A long password takes no more time for each character than a short one: 4,096 of the worst in no time")
  func long() async {
    let worst = ["passwor", "abcx", "1999", "pa", "ax", "qwertyuio"].map { piece in
      String(String(repeating: piece, count: 4096).prefix(4090)) + "XyZwV"
    }
    for password in worst { _ = PasswordParts(password, name: String(repeating: "ab.", count: 85)).weakness }
    #expect(CommonPasswords.words.count > 600)
    #expect(CommonPasswords.words.allSatisfy { (3...20).contains($0.unicodeScalars.count) && $0 == $0.lowercased() })
  }

  @Test("An account's password is never its name, when it is set, changed and reset")
  func accounts() async throws {
    let test = try PasswordWorld()
    func set(_ password: String, _ account: String) async -> LoginError? {
      do throws(LoginError) {
        try await test.passwords.set(password, for: account, from: nil)
        return nil
      } catch {
        return error
      }
    }
    let error = await set("katherine@example.org", "katherine@example.org")
    #expect(error?.code == .password && error?.passwordCode == .guessable)
    #expect(await set(PasswordWorld.right, "katherine@example.org") == nil)
    #expect(await set(PasswordWorld.right, "ines") == nil)
    #expect(await test.change(PasswordWorld.right, "ines-ines-ines-ines") == .password)
    let token = try await test.passwords.requestReset(for: "ines", from: nil)
    #expect(await test.reset("ines.1234567890", token) == .password)
    // The token is still good.
    #expect(await test.reset("another password of ines", token) == nil)
  }
}
