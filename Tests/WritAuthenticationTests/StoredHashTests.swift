// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Stored hashes are read strictly")
struct StoredHashTests {
  private static let salt = "MDEyMzQ1Njc4OWFiY2RlZg"
  private static let output = "LYtM8Mh+uD5qDLQWvjcUOTNEVL2STXzMHwI4lieKYvI"
  private static let django = "hm73wbrP9vAeKvGCVLNQ+XIJsfb/R4pDWyrwtXs93X0="
  private static let tail = "$\(salt)$\(output)"
  private static let sha256 = "Ei5pjI5XWclFQjLDfGOMwlNh9NsZierSPwLy2XgJds6"
  private static let bcrypt = "abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS"

  private static func base64(_ count: Int) -> String { Base64.encode([UInt8](repeating: 1, count: count)) }

  private static let refused: [String] = [
    "", "$", "$$$$", "password", "*0", "*", "x", "!", "\0",
    // PHC strings.
    "scrypt$ln=4,r=8,p=1\(tail)", "$Scrypt$ln=4,r=8,p=1\(tail)", "$scrypt$v=1$ln=4,r=8,p=1\(tail)",
    "$scrypt$r=8,ln=4,p=1\(tail)", "$scrypt$ln=4,r=8\(tail)", "$scrypt$ln=4,r=8,p=1,\(tail)",
    "$scrypt$ln=04,r=8,p=1\(tail)", "$scrypt$ln=+4,r=8,p=1\(tail)", "$scrypt$ln=-4,r=8,p=1\(tail)",
    "$scrypt$ln=4 ,r=8,p=1\(tail)", "$scrypt$ln=,r=8,p=1\(tail)", "$scrypt$ln=1000000000,r=8,p=1\(tail)",
    "$scrypt$ln=99999999999999999999,r=8,p=1\(tail)", "$scrypt$ln=4,r=8,p=1,keyid=\(tail)",
    "$scrypt$ln=4,r=8,p=1,data=MQ\(tail)", "$scrypt$ln=4,r=8,p=1,keyid=MQ,keyid=MQ\(tail)",
    "$scrypt$ln=4,r=8,p=1$\(salt)", "$scrypt$ln=4,r=8,p=1$\(salt)$", "$scrypt$ln=4,r=8,p=1$$\(output)",
    "$scrypt$ln=4,r=8,p=1\(tail)$", "$scrypt$ln=4,r=8,p=1\(tail)=", "$scrypt$ln=4,r=8,p=1\(tail)\n",
    "$scrypt$ln=4,r=8,p=1$\(salt)==$\(output)", "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZh$\(output)",
    "$scrypt$ln=4,r=8,p=1$\(salt)$LYtM8Mh-uD5qDLQWvjcUOTNEVL2STXzMHwI4lieKYvI",
    "$scrypt$ln=4,r=8,p=1$\(base64(7))$\(output)", "$scrypt$ln=4,r=8,p=1$\(base64(65))$\(output)",
    "$scrypt$ln=4,r=8,p=1$\(salt)$\(base64(15))", "$scrypt$ln=4,r=8,p=1$\(salt)$\(base64(65))",
    "$scrypt$ln=4,r=8,p=1,keyid=\(base64(65))\(tail)",
    "$argon2id$m=64,t=2,p=1\(tail)", "$argon2id$v=16$m=64,t=2,p=1\(tail)", "$argon2i$v=19$m=64,t=2,p=1\(tail)",
    "$argon2d$v=19$m=64,t=2,p=1\(tail)",
    // crypt(3): DES, MD5, yescrypt, the broken bcrypt, and what is cut or too long.
    "abJnggxhB/yWI", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "$y$j9T$salt$hash", "$2x$04$\(bcrypt)", "$2$04$\(bcrypt)",
    "$2b$4$\(bcrypt)", "$2b$004$\(bcrypt)", "$2b$04$\(bcrypt)a", "$2b$04$\(bcrypt.dropLast())", "$2b$04$\(bcrypt)$",
    "$2b$04$!\(bcrypt.dropFirst())", "$2b$0x$\(bcrypt)", "$5$$\(sha256)", "$5$saltstring$\(sha256)x",
    "$5$saltstringsaltstr$\(sha256)", "$5$salt:string$\(sha256)", "$5$rounds=01000$saltstring$\(sha256)",
    "$5$rounds=$saltstring$\(sha256)", "$5$round=1000$saltstring$\(sha256)", "$6$saltstring$\(sha256)",
    "$5$rounds=1000$salt$string$\(sha256)",
    // Django.
    "pbkdf2_sha1$1000$salt$\(django)", "pbkdf2_sha256$1000$$\(django)", "pbkdf2_sha256$01000$salt$\(django)",
    "pbkdf2_sha256$-1$salt$\(django)", "pbkdf2_sha256$1000$salt$\(django.dropLast())",
    "pbkdf2_sha256$1000$sa lt$\(django)",
    "pbkdf2_sha256$1000$s\u{E9}lt$\(django)", "pbkdf2_sha256$1000$salt$\(django.dropLast())A",
    "pbkdf2_sha256$1000$\(String(repeating: "s", count: 65))$\(django)", "pbkdf2_sha256$1000$salt$\(django)$",
    "$pbkdf2_sha256$1000$salt$\(django)", "pbkdf2_sha256$1000$salt$\(String(repeating: "A", count: 43))",
    String(repeating: "$", count: 512), String(repeating: "$", count: 513), String(repeating: "a", count: 100_000),
  ]

  @Test("S13 a malformed row is refused, and never guessed at", arguments: refused)
  func malformed(text: String) async {
    #expect(await refusal { () throws(PasswordError) in try StoredHash(parsing: text) } == .malformedHash)
  }

  // At each cap, and one past it.
  private static let capped: [(String, PasswordError.Code?)] = [
    ("$scrypt$ln=18,r=8,p=1\(tail)", nil), ("$scrypt$ln=19,r=8,p=1\(tail)", .excessiveHash),
    ("$scrypt$ln=18,r=8,p=4\(tail)", nil), ("$scrypt$ln=18,r=8,p=5\(tail)", .excessiveHash),
    ("$scrypt$ln=10,r=8,p=16\(tail)", nil), ("$scrypt$ln=10,r=8,p=17\(tail)", .excessiveHash),
    ("$scrypt$ln=10,r=64,p=1\(tail)", nil), ("$scrypt$ln=10,r=65,p=1\(tail)", .excessiveHash),
    ("$scrypt$ln=0,r=8,p=1\(tail)", .excessiveHash), ("$scrypt$ln=4,r=0,p=1\(tail)", .excessiveHash),
    ("$scrypt$ln=999999999,r=999999999,p=999999999\(tail)", .excessiveHash),
    ("$scrypt$ln=63,r=8,p=1\(tail)", .excessiveHash), ("$scrypt$ln=4,r=8,p=0\(tail)", .excessiveHash),
    ("$argon2id$v=19$m=262144,t=4,p=1\(tail)", nil), ("$argon2id$v=19$m=262144,t=5,p=1\(tail)", .excessiveHash),
    ("$argon2id$v=19$m=264192,t=1,p=1\(tail)", nil), ("$argon2id$v=19$m=264193,t=1,p=1\(tail)", .excessiveHash),
    ("$argon2id$v=19$m=1024,t=16,p=1\(tail)", nil), ("$argon2id$v=19$m=1024,t=17,p=1\(tail)", .excessiveHash),
    ("$argon2id$v=19$m=128,t=1,p=16\(tail)", nil), ("$argon2id$v=19$m=1024,t=1,p=17\(tail)", .excessiveHash),
    ("$argon2id$v=19$m=8,t=1,p=2\(tail)", .excessiveHash), ("$argon2id$v=19$m=0,t=1,p=1\(tail)", .excessiveHash),
    ("$argon2id$v=19$m=999999999,t=999999999,p=999999999\(tail)", .excessiveHash),
    ("$2b$14$\(bcrypt)", nil), ("$2b$15$\(bcrypt)", .excessiveHash), ("$2b$31$\(bcrypt)", .excessiveHash),
    ("$2b$04$\(bcrypt)", nil), ("$2b$03$\(bcrypt)", .excessiveHash),
    ("$5$rounds=1000000$saltstring$\(sha256)", nil), ("$5$rounds=1000001$saltstring$\(sha256)", .excessiveHash),
    ("$5$rounds=1000$saltstring$\(sha256)", nil), ("$5$rounds=999$saltstring$\(sha256)", .excessiveHash),
    ("pbkdf2_sha256$4000000$salt$\(django)", nil), ("pbkdf2_sha256$4000001$salt$\(django)", .excessiveHash),
    ("pbkdf2_sha256$0$salt$\(django)", .excessiveHash),
    ("$scrypt$ln=4,r=8,p=1$\(base64(8))$\(base64(16))", nil), ("$scrypt$ln=4,r=8,p=1$\(base64(64))$\(base64(64))", nil),
    ("$scrypt$ln=4,r=8,p=1,keyid=\(base64(64))\(tail)", nil),
  ]

  @Test("what a row may ask for is capped, at each cap and one past it", arguments: capped)
  func bounds(text: String, expected: PasswordError.Code?) async {
    #expect(await refusal { () throws(PasswordError) in try StoredHash(parsing: text) } == expected)
  }
}
