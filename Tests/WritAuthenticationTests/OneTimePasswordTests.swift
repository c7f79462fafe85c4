// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("One-time passwords")
struct OneTimePasswordTests {
  private static let digits = Array("1234567890".utf8)

  /// The secrets of RFC 4226, appendix D, and RFC 6238, appendix B: the ten digits again and again, 20 bytes for SHA-1,
  /// 32 for SHA-256, 64 for SHA-512. (The text of the RFC says 20 for all; its code and its values are by these.)
  static func secret(_ algorithm: OneTimePasswordAlgorithm) throws -> OneTimeSecret {
    let count = [.sha1: 20, .sha256: 32, .sha512: 64][algorithm] ?? 0
    let bytes = (0..<count).map { digits[$0 % 10] }
    return try OneTimeSecret(bytes: bytes.span)
  }

  // RFC 4226, appendix D, table 2.
  private static let hotpCodes = [
    "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
  ]

  @Test("RFC 4226, appendix D", arguments: 0..<10)
  func hotp(counter: Int) throws {
    let key = try OneTimePasswordKey(Self.secret(.sha1), movingFactor: .counter)
    let counter = UInt64(counter)
    #expect(try key.code(counter: counter) == Self.hotpCodes[Int(counter)])
    for (other, code) in Self.hotpCodes.enumerated() {
      #expect(try key.isValid(code, counter: counter) == (other == counter))
    }
  }

  // RFC 6238, appendix B.
  private static let totpCodes: [(time: Int64, sha1: String, sha256: String, sha512: String)] = [
    (59, "94287082", "46119246", "90693936"),
    (1_111_111_109, "07081804", "68084774", "25091201"),
    (1_111_111_111, "14050471", "67062674", "99943326"),
    (1_234_567_890, "89005924", "91819424", "93441116"),
    (2_000_000_000, "69279037", "90698825", "38618901"),
    (20_000_000_000, "65353130", "77737706", "47863826"),
  ]

  @Test("RFC 6238, appendix B (T10: 2005 to 2603)", arguments: totpCodes)
  func totp(time: Int64, sha1: String, sha256: String, sha512: String) throws {
    for (algorithm, expected) in [(OneTimePasswordAlgorithm.sha1, sha1), (.sha256, sha256), (.sha512, sha512)] {
      let key = try OneTimePasswordKey(Self.secret(algorithm), algorithm: algorithm, digits: 8)
      #expect(try key.code(at: time) == expected)
      #expect(try key.isValid(expected, at: time, accepting: .current))
      // RFC 4226, section 5.3: fewer digits are the last ones.
      for digits in 6...7 {
        let shorter = try OneTimePasswordKey(Self.secret(algorithm), algorithm: algorithm, digits: digits)
        #expect(try shorter.code(at: time) == String(expected.suffix(digits)))
      }
    }
  }

  @Test("T10 no time and no counter traps; times before 1970 are refused")
  func extremes() throws {
    // 2038 and 2106 are where 32 bits end; the leap second at the end of 2016 has the number of the second after it.
    let times: [Int64] = [
      0, 29, 30, 1_483_228_799, 1_483_228_800, 2_147_483_647, 2_147_483_648, 4_294_967_295, 4_294_967_296, .max - 1,
      .max,
    ]
    for period in [1, 30, 3600] as [Int64] {
      let key = try OneTimePasswordKey(Self.secret(.sha1), movingFactor: .time(period: period))
      for time in times {
        for steps in AcceptedSteps.allCases {
          #expect(try key.isValid(key.code(at: time), at: time, accepting: steps))
        }
      }
      for time in [-1, -30, .min] as [Int64] {
        #expect(refusal { () throws(OneTimePasswordError) in try key.code(at: time) } == .time)
        #expect(refusal { () throws(OneTimePasswordError) in try key.isValid("000000", at: time) } == .time)
      }
    }
    let counting = try OneTimePasswordKey(Self.secret(.sha1), movingFactor: .counter)
    for counter in [0, 1, .max - 1, .max] as [UInt64] {
      let code = try counting.code(counter: counter)
      #expect(try counting.isValid(code, counter: counter))
      #expect(try !counting.isValid(code, counter: counter ^ 0x1000))
    }
    #expect(refusal { () throws(OneTimePasswordError) in try counting.code(at: 0) } == .configuration)
  }

  @Test("T10 periods and numbers of digits that there are not are refused", arguments: [0, 5, 9, 11, -6, .min, .max])
  func digits(_ digits: Int) throws {
    let code = refusal { () throws(OneTimePasswordError) in
      try OneTimePasswordKey(OneTimeSecret.generate(), digits: digits)
    }
    #expect(code == .configuration)
  }

  @Test("T10 periods that there are not are refused", arguments: [0, -1, 3601, .min, .max] as [Int64])
  func periods(_ period: Int64) throws {
    let code = refusal { () throws(OneTimePasswordError) in
      try OneTimePasswordKey(OneTimeSecret.generate(), movingFactor: .time(period: period))
    }
    #expect(code == .configuration)
  }

  @Test("T03 windows are named, and as wide as their names say")
  func windows() throws {
    let key = try OneTimePasswordKey(Self.secret(.sha1))
    let step: Int64 = 60_000_000
    let accepted: [AcceptedSteps: Set<Int64>] = [.current: [0], .previous: [-1, 0], .adjacent: [-1, 0, 1]]
    for steps in AcceptedSteps.allCases {
      for offset in -3...3 as ClosedRange<Int64> {
        let code = try key.code(at: (step + offset) * 30)
        for second in [0, 29] as [Int64] {
          let isValid = try key.isValid(code, at: step * 30 + second, accepting: steps)
          #expect(isValid == accepted[steps]?.contains(offset), "\(steps) \(offset)")
        }
      }
    }
    #expect(AcceptedSteps.previous.range(around: 0) == 0...0)
    #expect(AcceptedSteps.adjacent.range(around: .max) == (.max - 1)...(.max))
  }

  /// The code of counter 9 in ways that are not its six ASCII digits.
  private static let spoiltCodes = [
    "", "520489\0", "520489\u{2003}", "520\u{200B}489", "520.489", "520-489", "+520489", "-520489", "+52048", "52048",
    "5204890",
    "0520489",
    "٥٢٠٤٨٩", "５２０４８９", "52048９", "52048\u{1D7E1}", "5204 8", "52O489", "0x7F12", "5e5000", "520489\u{301}", "५२०४८९",
  ]

  @Test("T11 only ASCII digits of the exact length are a code", arguments: spoiltCodes)
  func spoilt(_ text: String) throws {
    let key = try OneTimePasswordKey(Self.secret(.sha1), movingFactor: .counter)
    #expect(try key.isValid("520489", counter: 9))
    #expect(try key.isValid("520 489\n", counter: 9))
    #expect(try !key.isValid(text, counter: 9))
  }

  @Test("T11 a code with zeros before it is whole, and zeros alone are a code like any other")
  func zeros() throws {
    let key = try OneTimePasswordKey(Self.secret(.sha1), digits: 8)
    #expect(try key.code(at: 1_111_111_109) == "07081804")
    #expect(try !key.isValid("7081804", at: 1_111_111_109))
    #expect(try !key.isValid("00000000", at: 1_111_111_109))
    let six = try OneTimePasswordKey(Self.secret(.sha1), movingFactor: .counter)
    // The first counter of the secret whose code is all zeros, found with Python's hmac.
    let counter: UInt64 = 349_495
    #expect(try six.code(counter: counter) == "000000")
    #expect(try six.isValid("000000", counter: counter))
  }

  @Test("T06 neither key nor secret, nor an error of theirs, prints the secret")
  func printing() throws {
    let canary = "canary-of-one-time-secrets"
    let secret = try OneTimeSecret(bytes: Array(canary.utf8).span)
    let key = try OneTimePasswordKey(secret)
    let uri = try OneTimePasswordURI(key, issuer: "Example", account: "alice")
    var text = ""
    for value in [secret, key, uri] as [Any] {
      text +=
        "\(value) \(String(reflecting: value)) \(String(describing: Mirror(reflecting: value).children.map { "\($0)" }))"
      dump(value, to: &text)
    }
    let base32 = secret.secretBase32()
    for bad in [
      String(base32.dropLast(12)), base32 + "0", base32 + base32 + base32 + base32 + base32 + base32 + base32,
    ] {
      do throws(OneTimePasswordError) {
        _ = try OneTimeSecret(base32: bad)
        Issue.record("taken")
      } catch {
        text += "\(error) \(String(reflecting: error))"
        dump(error, to: &text)
      }
    }
    let code = try key.code(at: 0)
    for planted in [canary, base32, base32.lowercased(), code, "99, 97, 110"] { #expect(!text.contains(planted)) }
    #expect(text.contains("208 bits"))
  }
}

/// The code of the error that a call throws, `nil` when it throws none.
func refusal<Result>(_ body: () throws(OneTimePasswordError) -> Result) -> OneTimePasswordError.Code? {
  do throws(OneTimePasswordError) {
    _ = try body()
    return nil
  } catch {
    return error.code
  }
}
