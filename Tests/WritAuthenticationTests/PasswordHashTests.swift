// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () async throws(PasswordError) -> Result) async -> PasswordError.Code? {
  do throws(PasswordError) {
    _ = try await body()
    return nil
  } catch {
    return error.code
  }
}

@Suite("Passwords are hashed and verified")
struct PasswordHashTests {
  private static let password = "correct horse battery"
  private static let hasher = PasswordHasher(parameters: .weak())

  // Made with Python 3.11: `hashlib.scrypt`, `hashlib.pbkdf2_hmac` put together as django.contrib.auth.hashers does,
  // and `crypt.crypt` of libxcrypt 4.4.33.
  private static let known: [(stored: String, password: String)] = [
    ("$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$LYtM8Mh+uD5qDLQWvjcUOTNEVL2STXzMHwI4lieKYvI", password),
    ("pbkdf2_sha256$1000$x8mGJ4oX2vJcJ0wLrA6c1k$hm73wbrP9vAeKvGCVLNQ+XIJsfb/R4pDWyrwtXs93X0=", password),
    ("pbkdf2_sha256$1$saltsalt$TN5u9bkXbXgdFd0GHRhBpVdW9aHoq+Q5DAYBxsUeWE0=", "p\u{E4}ssword e\u{301}"),
    ("$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS", password),
    ("$2y$05$abcdefghijklmnopqrstuuD3mHdCr44zlIZ.VZCaYRpfQhXMYnEo.", password),
    ("$2a$04$......................yqKybrYN1gfi6yNZruor7MV8yF80Yo.", password),
    ("$5$saltstring$Ei5pjI5XWclFQjLDfGOMwlNh9NsZierSPwLy2XgJds6", password),
    ("$5$rounds=1000$toolongsaltstrin$R/vgbf26YHsRpOUHJPpsLg4Kl.rOJTVZwM/CTyW4p17", password),
    (
      "$6$saltstring$dBHc6z5hpSlx63LLGnlt2xpSGH7T2QL7PJTCjPwajfWh/K10OPeGyl0Oe5VoIANbBgC0gNnRFVE.3uO/lesxj/",
      password
    ),
    (
      "$6$rounds=5000$a$tfB3Q3ch.rczBpG300L6UUuDGNWAQY8ay1oS7/tlOERQNjw6gQiRXgq/tcAbupZCg4INRnHYnlqzgNQ0cyCE4.",
      password
    ),
    // Typed with a combining accent, and hashed so.
    (
      "$6$saltstring$30OceeAUcfMUnj36mKJhssYTaSJ5JkDXA3aIfG1rqKfI0IupDqKnsEIeHMMQU5af2sJGlv5Hen1mY5f60hU1k/",
      "p\u{E4}ss e\u{301}"
    ),
    (
      "$6$rounds=1000$saltstring$vQjXEJHaGPzJz71w1jhzh4XGrCvDb4uQ8lF4pnjzWGpDU6t1Vb0BYF4nTzJXaGauko.tLhbrpezVS1uppJsS4.",
      String(repeating: "x", count: 511)
    ),
  ]

  @Test("hashes of other programs are verified, and no other password is", arguments: known)
  func vectors(stored: String, password: String) async throws {
    let isOwn = stored.hasPrefix("$scrypt")
    #expect(try await Self.hasher.verify(password, against: stored) == .correct(needsRehash: !isOwn))
    for wrong in [password + "x", String(password.dropLast()), "", "X" + password.dropFirst()] {
      #expect(try await Self.hasher.verify(wrong, against: stored) == .wrong)
    }
  }

  @Test("A password that bcrypt has cut is accepted with any end, and never hashed again (S24)")
  func bcrypt() async throws {
    let stored = "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i"  // libxcrypt's of 72 times x
    let base = String(repeating: "x", count: 72)
    // Of 72 bytes too: the owner's own may go on behind them.
    for password in [base, base + "y", base + "z", base + String(repeating: "x", count: 400)] {
      #expect(try await Self.hasher.verify(password, against: stored) == .correct(needsRehash: false))
    }
    let shorter = String(base.dropLast())
    for password in [shorter + "y", shorter, "", "x"] {
      #expect(try await Self.hasher.verify(password, against: stored) == .wrong)
    }
    // Libxcrypt's of 71 times x, and of 70 and 72 bytes of another letter: bytes count, not characters.
    for (stored, password, isRehashed) in [
      ("$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO", String(repeating: "x", count: 71), true),
      ("$2a$04$abcdefghijklmnopqrstuuizniaqOD6hPcXd2VGGNanZVZRDEDbQa", String(repeating: "\u{E4}", count: 35), true),
      ("$2y$04$abcdefghijklmnopqrstuuAg/vhymG.zjfOvPuw7BgQPjbFV1.SQW", String(repeating: "\u{E4}", count: 36), false),
    ] {
      #expect(try await Self.hasher.verify(password, against: stored) == .correct(needsRehash: isRehashed))
    }
  }

  @Test("a password longer than crypt_r takes is wrong, not an error, and reveals nothing of the row")
  func longForCrypt() async throws {
    let long = String(repeating: "x", count: 512)
    for (stored, _) in Self.known where stored.hasPrefix("$6") || stored.hasPrefix("$2") {
      #expect(try await Self.hasher.verify(long, against: stored) == .wrong)
    }
  }

  @Test("a new hash is a PHC string, different each time, and verifies")
  func roundTrip() async throws {
    let first = try await Self.hasher.hash(Self.password)
    let second = try await Self.hasher.rehash(Self.password)
    #expect(first != second)
    for stored in [first, second] {
      #expect(stored.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
      #expect(stored.utf8.count == 87)
      #expect(try await Self.hasher.verify(Self.password, against: stored) == .correct(needsRehash: false))
      #expect(try await Self.hasher.verify(Self.password + " ", against: stored) == .wrong)
    }
  }

  @Test("the default is what OWASP recommends")
  func recommended() async throws {
    #if Argon2
      #expect(PasswordParameters.recommended.description == "argon2id$v=19$m=19456,t=2,p=1")
    #else
      #expect(PasswordParameters.recommended.description == "scrypt$ln=17,r=8,p=1")
    #endif
    let hasher = PasswordHasher(parameters: .recommended)
    let stored = try await hasher.hash(Self.password)
    #expect(stored.hasPrefix("$\(PasswordParameters.recommended)$"))
    #expect(try await hasher.verify(Self.password, against: stored) == .correct(needsRehash: false))
    #expect(try await Self.hasher.verify(Self.password, against: nil) == .wrong)
  }

  @Test("a hash is made again when it cost less, was salted less, or with another key; not when it cost more")
  func outdated() async throws {
    func needsRehash(_ stored: String, _ hasher: PasswordHasher) async throws -> PasswordVerdict {
      try await hasher.verify(Self.password, against: stored)
    }
    let cheap = Self.hasher
    let dear = PasswordHasher(parameters: .weak(logCost: 5))
    #expect(try await needsRehash(cheap.hash(Self.password), dear) == .correct(needsRehash: true))
    #expect(try await needsRehash(dear.hash(Self.password), cheap) == .correct(needsRehash: false))
    let old = try SecretRing([secret(1, "2025")])
    let both = try SecretRing([secret(2, "2026"), secret(1, "2025")])
    let made = try await PasswordHasher(parameters: .weak(), ring: old).hash(Self.password)
    #expect(made.contains(",keyid=MjAyNQ$"))
    #expect(
      try await needsRehash(made, PasswordHasher(parameters: .weak(), ring: old)) == .correct(needsRehash: false)
    )
    #expect(
      try await needsRehash(made, PasswordHasher(parameters: .weak(), ring: both)) == .correct(needsRehash: true)
    )
    #expect(
      await refusal { () throws(PasswordError) in try await cheap.verify(Self.password, against: made) } == .keyUnknown
    )
    let other = PasswordHasher(parameters: .weak(), ring: try SecretRing([secret(2, "2026")]))
    #expect(
      await refusal { () throws(PasswordError) in try await other.verify(Self.password, against: made) } == .keyUnknown
    )
    // The same name with another key is another pepper.
    let impostor = PasswordHasher(parameters: .weak(), ring: try SecretRing([secret(2, "2025")]))
    #expect(try await needsRehash(made, impostor) == .wrong)
    // A hash from before there was a ring is taken, and made again.
    let plain = try await cheap.hash(Self.password)
    #expect(try await needsRehash(plain, impostor) == .correct(needsRehash: true))
  }

  private func secret(_ byte: UInt8, _ identifier: String) throws -> ApplicationSecret {
    let bytes = (0..<32).map { byte &+ $0 }
    return try ApplicationSecret(bytes.span, identifier: identifier)
  }

  @Test("weak or immense parameters cannot be asked for")
  func parameters() async {
    let cases: [(Int, Int, Int, PasswordError.Code?)] = [
      (17, 8, 1, nil), (16, 8, 1, .configuration), (17, 7, 1, .configuration), (17, 8, 0, .configuration),
      (17, 8, 8, nil), (17, 8, 9, .configuration), (18, 8, 4, nil), (18, 8, 5, .configuration),
      (19, 8, 1, .configuration),
      (17, 16, 1, nil), (17, 17, 1, .configuration), (Int.max, 8, 1, .configuration), (17, Int.max, 1, .configuration),
      (17, 8, Int.max, .configuration), (Int.min, Int.min, Int.min, .configuration),
    ]
    for (logCost, blockSize, parallelism, expected) in cases {
      let code = await refusal { () throws(PasswordError) in
        try PasswordParameters.scrypt(logCost: logCost, blockSize: blockSize, parallelism: parallelism)
      }
      #expect(code == expected, "\(logCost), \(blockSize), \(parallelism)")
    }
  }

  @Test("what is measured grows, and the choice keeps within what was wanted")
  func calibration() throws {
    let calibration = try PasswordCalibration(wanted: .nanoseconds(1), algorithm: .scrypt)
    #expect(calibration.measurements.count == 1)
    #expect(calibration.chosen == .scrypt)
  }

  #if Argon2
    @Test("Argon2id of libargon2's own tool, in one lane and in two")
    func argon2id() async throws {
      for stored in [
        "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE",
        "$argon2id$v=19$m=256,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$sUOzxmF5/JwXJpEs+SEe3L4n8kUAT2jdCWt/sCSAB7w",
      ] {
        #expect(try await Self.hasher.verify(Self.password, against: stored) == .correct(needsRehash: true))
        #expect(try await Self.hasher.verify(Self.password + "x", against: stored) == .wrong)
      }
    }
  #else
    @Test("without the trait a hash of Argon2id says what it needs")
    func argon2id() async {
      let stored = "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$T3PcaJ24NQXQLgFPwsq1O95VXG3/ohGKDVyk0WOwfEE"
      let code = await refusal { () throws(PasswordError) in
        try await Self.hasher.verify(Self.password, against: stored)
      }
      #expect(code == .unsupportedHash)
    }
  #endif
}
