// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy otp")
struct OneTimePasswordCommandTests {
  /// The secrets of RFC 4226, appendix D, and RFC 6238, appendix B, as Python's `base64.b32encode` writes them.
  private static let secrets = [
    "SHA1": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "SHA256": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====",
    "SHA512":
      "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=",
  ]

  private static func folder() throws -> Folder { try Folder(secrets.mapValues { $0 + "\n" }) }

  @Test("code prints RFC 4226, appendix D, from a file and from standard input")
  func hotp() async throws {
    let folder = try Self.folder()
    let codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    for (counter, code) in codes.enumerated() {
      let outcome = try await policy("otp", "code", "--secret", "SHA1", "--counter", "\(counter)", in: folder)
      #expect(outcome.status == 0)
      #expect(outcome.output == code + "\n")
    }
    for ending in ["", "\n", "\r\n"] {
      let secret = (Self.secrets["SHA1"] ?? "").lowercased() + ending
      let outcome = try await policy("otp", "code", "--secret", "-", "--counter", "9", input: secret, in: folder)
      #expect(outcome.output == "520489\n")
    }
    let last = try await policy("otp", "code", "--secret", "SHA1", "--counter", "18446744073709551615", in: folder)
    #expect(last.status == 0)
  }

  // RFC 6238, appendix B.
  private static let totpCodes = [
    ("59", "SHA1", "94287082"), ("59", "SHA256", "46119246"), ("59", "SHA512", "90693936"),
    ("1111111109", "SHA1", "07081804"), ("1111111109", "SHA256", "68084774"), ("1111111109", "SHA512", "25091201"),
    ("20000000000", "SHA1", "65353130"), ("20000000000", "SHA256", "77737706"), ("20000000000", "SHA512", "47863826"),
  ]

  @Test("code prints RFC 6238, appendix B; verify finds it right", arguments: totpCodes)
  func totp(time: String, algorithm: String, code: String) async throws {
    let folder = try Self.folder()
    let options = ["--secret", algorithm, "--algorithm", algorithm, "--digits", "8", "--time", time]
    let printed = try await policy(["otp", "code"] + options, in: folder)
    #expect(printed.status == 0)
    #expect(printed.output == code + "\n")
    let spaced = " " + code.prefix(4) + " " + code.suffix(4) + " "
    #expect(try await policy(["otp", "verify", "--code", spaced] + options, in: folder).status == 0)
    let verified = try await policy(["otp", "verify", "--code", code] + options, in: folder)
    #expect(verified.status == 0)
    #expect(verified.output == "right\n")
  }

  @Test("without a time it is now")
  func now() async throws {
    let folder = try Self.folder()
    let script =
      #"for i in 1 2; do c=$("$POLICY" otp code --secret SHA1) && "$POLICY" otp verify --secret SHA1 --code "$c"; done"#
    let outcome = try await shell(script, in: folder)
    #expect(outcome.output == "right\nright\n")
  }

  private static let wrongCodes: [[String]] = [
    ["--code", "755225"], ["--code", "755224."], ["--code", "0755224"], ["--code", "755-224"], ["--code", "+755224"],
    ["--code", "-755224"], ["--code", "--755224"], ["--code", "75522"], ["--code", "7552240"], ["--code", ""],
    ["--code", "٧٥٥٢٢٤"], ["--code", "７５５２２４"], ["--code=-"],
  ]

  @Test("T11 verify answers 2 for whatever is not the code", arguments: wrongCodes)
  func wrong(_ code: [String]) async throws {
    let folder = try Self.folder()
    let arguments = ["otp", "verify", "--secret", "SHA1", "--counter", "0"] + code
    let outcome = try await policy(arguments, input: Array(".755224\n".utf8), in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.output == "wrong\n")
    let json = try await policy(arguments + ["--format", "json"], in: folder)
    #expect(json.status == 2)
    #expect(json.output == "{\"valid\":false}\n")
  }

  @Test("T03 windows have names, and a code on standard input is its first line")
  func windows() async throws {
    let folder = try Self.folder()
    // 94287082 is the code of 30 to 59 (RFC 6238, appendix B).
    let table: [(String, [(Int, Int32)])] = [
      ("current", [(29, 2), (30, 0), (59, 0), (60, 2)]),
      ("previous", [(29, 2), (30, 0), (60, 0), (89, 0), (90, 2)]),
      ("adjacent", [(0, 0), (29, 0), (60, 0), (90, 2)]),
    ]
    for (window, cases) in table {
      for (time, status) in cases {
        let arguments = ["--secret", "SHA1", "--code", "-", "--digits", "8", "--time", "\(time)", "--window", window]
        let outcome = try await policy(["otp", "verify"] + arguments, input: Array("94287082\r\nx".utf8), in: folder)
        #expect(outcome.status == status, "\(window) \(time)")
      }
    }
  }

  private static let faults: [[String]] = [
    ["code", "--secret", "none"], ["code", "--secret", "."], ["code"],
    ["code", "--secret", "SHA1", "--digits", "5"], ["code", "--secret", "SHA1", "--digits", "11"],
    ["code", "--secret", "SHA1", "--period", "0"], ["code", "--secret", "SHA1", "--period", "3601"],
    ["code", "--secret", "SHA1", "--period", "-30"], ["code", "--secret", "SHA1", "--period", "30", "--counter", "1"],
    ["code", "--secret", "SHA1", "--time", "-1"], ["code", "--secret", "SHA1", "--time=-1"],
    ["code", "--secret", "SHA1", "--time", "9223372036854775808"],
    ["code", "--secret", "SHA1", "--time", "59", "--counter", "1"],
    ["code", "--secret", "SHA1", "--counter", "18446744073709551616"], ["code", "--secret", "SHA1", "--counter", "-1"],
    ["code", "--secret", "SHA1", "--algorithm", "MD5"], ["code", "--secret", "SHA1", "--algorithm", "sha1"],
    ["code", "--secret", "short"], ["code", "--secret", "spaced"], ["code", "--secret", "empty"],
    ["code", "--secret", "twice"],
    ["code", "--secret", "binary"],
    ["verify", "--secret", "SHA1"], ["verify", "--secret", "-", "--code", "-"],
    ["verify", "--secret", "SHA1", "--code", "000000", "--window", "1000"],
    ["verify", "--secret", "SHA1", "--code", "000000", "--window", "-1"],
    ["verify", "--secret", "SHA1", "--code", "755224", "--counter", "0", "--window", "previous"],
    ["enroll", "--account", "a", "--output", "-"], ["enroll", "--account", "a:b", "--output", "new"],
    ["enroll", "--account", "", "--output", "new"], ["enroll", "--account", "a", "--output", "SHA1"],
    ["enroll", "--account", "a", "--output", "new", "--digits", "9"],
    ["enroll", "--account", "a", "--output", "new", "--period", "30", "--counter", "0"],
  ]

  @Test(
    "what cannot be done is 1, says why on standard error, and never a secret (T03, T06, T08, T10)",
    arguments: faults
  )
  func errors(_ arguments: [String]) async throws {
    let folder = try Self.folder()
    let canary = "MNQW4YLSPEWWG"
    try folder.write(Array(canary.utf8), to: "short")
    try folder.write(Array("\(canary) \(canary)AAAAAA".utf8), to: "spaced")
    try folder.write([], to: "empty")
    try folder.write(Array("\(canary)AAAAAAAAAAAAAAAAAAA\n\n".utf8), to: "twice")
    try folder.write([0xFF, 0xFE, 0] + Array(canary.utf8), to: "binary")
    let outcome = try await policy(["otp"] + arguments, in: folder)
    #expect(outcome.status == 1, "\(outcome.output)")
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.isEmpty)
    for planted in [canary] + Array(Self.secrets.values) { #expect(!outcome.errors.contains(planted)) }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/new"))
  }

  @Test("enroll writes a secret that only its owner can read, and prints its URI; nothing is overwritten")
  func enroll() async throws {
    let folder = try Folder()
    let rules = ["--algorithm", "SHA256", "--digits", "8", "--period", "60"]
    let arguments =
      ["otp", "enroll", "--issuer", "ACME Co", "--account", "alice@example.com", "--output", "new"] + rules
    let made = try await policy(arguments + ["--format", "json"], in: folder)
    #expect(made.status == 0, "\(made.errors)")
    let path = "\(folder.path)/new"
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let secret = try String(contentsOfFile: path, encoding: .utf8)
    #expect(secret.utf8.count == 53)
    let query = "secret=\(secret.dropLast())&issuer=ACME%20Co&algorithm=SHA256&digits=8&period=60"
    #expect(made.output == #"{"uri":"otpauth://totp/ACME%20Co:alice%40example.com?\#(query)"}"# + "\n")
    let code = try await policy(["otp", "code", "--secret", "new", "--time", "0"] + rules, in: folder)
    #expect(code.output.utf8.count == 9)
    let again = try await policy(arguments, in: folder)
    #expect(again.status == 1)
    #expect(again.output.isEmpty)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == secret)
    let counting = ["otp", "enroll", "--account", "a", "--output", "counting", "--counter", "7"]
    let hotp = try await policy(counting, in: folder)
    #expect(hotp.output.hasPrefix("otpauth://hotp/a?secret="))
    #expect(hotp.output.contains("&counter=7\n"))
  }
}
