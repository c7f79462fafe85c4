// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Signing keys by a schedule")
struct SigningKeySetTests {
  private static let start: Int64 = 1_800_000_000
  private let time = TestTime(Self.start)

  private static func key(_ identifier: String) throws -> PrivateKey {
    try PrivateKey.generate(.edDSA, identifier: identifier)
  }

  /// Keys that sign from these seconds after the start on.
  private func set(_ schedule: [(String, from: Int64, retires: Int64?)], overlap: Int64 = 100) throws -> SigningKeySet {
    let keys = try schedule.map {
      ScheduledKey(try Self.key($0.0), signsFrom: Self.start + $0.from, retires: $0.retires.map { Self.start + $0 })
    }
    return try SigningKeySet(keys, overlap: .seconds(overlap), clock: time.clock)
  }

  private func published(_ set: SigningKeySet) throws -> [Object] {
    object(try set.publicJSON())["keys"] as? [Object] ?? []
  }

  private func names(_ set: SigningKeySet) throws -> [String] {
    try published(set).compactMap { $0["kid"] as? String }
  }

  private func verifier(_ set: SigningKeySet) throws -> TokenVerifier {
    try TokenVerifier(keys: .scheduled(set), issuer: "i", audience: "a", clock: time.clock)
  }

  @Test(
    "at each second one key signs, and those that do not yet or not any more are accepted as long as they should be",
    arguments: [
      (-1, nil, ["a", "b", "c"]), (0, "a", ["a", "b", "c"]), (999, "a", ["a", "b", "c"]), (1000, "b", ["a", "b", "c"]),
      (1099, "b", ["a", "b", "c"]), (1100, "b", ["b", "c"]), (1999, "b", ["b", "c"]), (2000, "c", ["b", "c"]),
      (2100, "c", ["c"]), (2999, "c", ["c"]), (3000, nil, []), (1050, "b", ["a", "b", "c"]), (Int64.max / 4, nil, []),
    ] as [(Int64, String?, [String])]
  )
  func schedule(after: Int64, active: String?, accepted: [String]) throws {
    // In any order, and whichever second was looked at before.
    let set = try set([("b", 1000, nil), ("c", 2000, 3000), ("a", 0, nil)])
    for second in [after, 0, after, 2500, after] {
      time.seconds = Self.start + second
      guard second == after else {
        _ = try names(set)
        continue
      }
      #expect(set.active?.identifier == active)
      #expect(try names(set) == accepted)
    }
  }

  @Test("J48 what is published has no private part, whatever has happened")
  func publication() throws {
    let set = try set([("a", 0, nil)])
    try set.add(ScheduledKey(PrivateKey.generate(.es256, identifier: "b"), signsFrom: Self.start + 10))
    try set.add(ScheduledKey(KeyMaker.privateKey(.rs256) ?? Self.key("k"), signsFrom: Self.start + 20))
    set.remove("a")
    let keys = try published(set)
    #expect(keys.count == 2)
    for key in keys {
      #expect(Set(key.keys).isDisjoint(with: ["d", "p", "q", "dp", "dq", "qi", "k", "oth"]), "\(key.keys)")
      #expect(key["kty"] as? String != "oct")
    }
  }

  @Test("an issuer signs with the key of the moment; what it has signed verifies until it expires")
  func issuing() throws {
    let set = try set([("a", 0, nil), ("b", 1000, nil)])
    let issuer = try TokenIssuer(issuer: "i", keys: set, lifetime: .seconds(100))
    let verifier = try verifier(set)
    var tokens: [(text: String, until: Int64)] = []
    for second in stride(from: Int64(0), to: 1300, by: 50) {
      time.seconds = Self.start + second
      tokens.append((try issuer.issue(NoClaims(), audience: "a"), second + 100))
      for token in tokens where token.until > second {
        _ = try verifier.verify(token.text, as: NoClaims.self)
      }
      let key = try verifier.verify(tokens.last?.text ?? "", as: NoClaims.self).key
      #expect(key.identifier == (second < 1000 ? "a" : "b"))
    }
    time.seconds = Self.start + 1100
    #expect(
      refusal { () throws(TokenError) in try verifier.verify(tokens[0].text, as: NoClaims.self) } == .keyUnknown
    )
    time.seconds = Self.start - 1
    #expect(refusal { () throws(TokenError) in try issuer.issue(NoClaims()) } == .keysUnavailable)
  }

  @Test("a removed key verifies nothing from then on, and the one before it signs again")
  func removing() throws {
    let set = try set([("a", 0, nil), ("b", 1000, nil)])
    let issuer = try TokenIssuer(issuer: "i", keys: set, lifetime: .seconds(100))
    let verifier = try verifier(set)
    time.seconds = Self.start + 1050
    let token = try issuer.issue(NoClaims(), audience: "a")
    _ = try verifier.verify(token, as: NoClaims.self)
    #expect(set.remove("b"))
    #expect(!set.remove("b") && !set.remove(""))
    #expect(refusal { () throws(TokenError) in try verifier.verify(token, as: NoClaims.self) } == .keyUnknown)
    #expect(set.active?.identifier == "a")
    set.remove("a")
    #expect(refusal { () throws(TokenError) in try issuer.issue(NoClaims()) } == .keysUnavailable)
    try set.add(ScheduledKey(Self.key("c"), signsFrom: Self.start))
    #expect(try verifier.verify(issuer.issue(NoClaims(), audience: "a"), as: NoClaims.self).key.identifier == "c")
  }

  @Test(
    "what has retired stays so when the key after it is removed, whatever stands before it",
    arguments: [nil, 9000] as [Int64?]
  )
  func retiredForGood(first: Int64?) throws {
    let set = try set([("z", -1000, first), ("a", 0, nil), ("b", 1000, nil)])
    let verifier = try verifier(set)
    let issuer = try TokenIssuer(issuer: "i", keys: set, lifetime: .seconds(100))
    time.seconds = Self.start + 999
    let token = try issuer.issue(NoClaims(), audience: "a")
    time.seconds = Self.start + 1098
    _ = try verifier.verify(token, as: NoClaims.self)
    time.seconds = Self.start + 1100
    #expect(try names(set) == (first == nil ? ["b"] : ["z", "b"]))
    set.remove("b")
    #expect(try names(set) == (first == nil ? [] : ["z"]))
    #expect(set.active?.identifier != "a")
    // Its clock may be behind: the token itself would still be valid.
    let late = try TokenVerifier(keys: .scheduled(set), issuer: "i", audience: "a", clock: .fixed(Self.start + 1000))
    #expect(refusal { () throws(TokenError) in try late.verify(token, as: NoClaims.self) } == .keyUnknown)
  }

  @Test("keys that cannot be rotated are refused, and the set stays as it was")
  func refusals() throws {
    let set = try set([("a", 0, nil)])
    let start = Self.start
    for (key, code) in try [
      (ScheduledKey(PrivateKey.generate(.edDSA), signsFrom: start + 1), .malformed),
      (ScheduledKey(PrivateKey.generate(.ecdhES, identifier: "e"), signsFrom: start + 1), .notPermitted),
      (ScheduledKey(Self.key("a"), signsFrom: start + 1), .ambiguous),
      (ScheduledKey(Self.key("b"), signsFrom: start), .ambiguous),
      (ScheduledKey(Self.key("b"), signsFrom: start + 1, retires: start + 1), .configuration),
      (ScheduledKey(Self.key("b"), signsFrom: start + 1, retires: .min), .configuration),
      (ScheduledKey(Self.key("b"), signsFrom: -1), .configuration),
      (ScheduledKey(Self.key("b"), signsFrom: .max), .configuration),
      (ScheduledKey(Self.key("b"), signsFrom: start + 1, retires: .max), .configuration),
    ] as [(ScheduledKey, KeyError.Code)] {
      #expect(refusal { () throws(KeyError) in try set.add(key) } == code)
    }
    #expect(try names(set) == ["a"])
    for overlap in [Duration.seconds(-1), .seconds(3_155_760_001), .seconds(Int64.max)] {
      #expect(refusal { () throws(KeyError) in try SigningKeySet([], overlap: overlap) } == .configuration)
    }
    #expect(
      refusal { () throws(TokenError) in try TokenIssuer(issuer: "i", keys: set, lifetime: .seconds(101)) }
        == .configuration
    )
    #expect(
      refusal { () throws(TokenError) in try TokenIssuer(issuer: "i", keys: set, lifetime: .zero) } == .configuration
    )
  }

  @Test("as many keys as the cap says; those that have retired make room")
  func cap() throws {
    let set = try set((0..<16).map { ("\($0)", Int64($0) * 10, nil) }, overlap: 1)
    let next = ScheduledKey(try Self.key("16"), signsFrom: Self.start + 160)
    #expect(refusal { () throws(KeyError) in try set.add(next) } == .tooLarge)
    time.seconds = Self.start + 11
    try set.add(next)
    #expect(try names(set).count == 16)
    #expect(SigningKeySet.maximumCount == 16)
  }

  @Test("K07 64 tasks issue and verify while the keys rotate: no valid token is refused")
  func threads() async throws {
    let count: Int64 = 14
    let set = try set((0..<count).map { ("\($0)", $0 * 1000, nil) }, overlap: 900)
    let issuer = try TokenIssuer(issuer: "i", keys: set, lifetime: .seconds(900))
    let verifier = try verifier(set)
    let time = time
    let end = Self.start + (count - 1) * 1000
    await withTaskGroup(of: Int.self) { group in
      group.addTask {
        while time.seconds < end {
          time.seconds += 50
          try? await Task.sleep(for: .milliseconds(1))
        }
        return 0
      }
      for _ in 0..<64 {
        group.addTask {
          var refused = 0
          while time.seconds < end {
            let issued = time.seconds
            let token = (try? issuer.issue(NoClaims(), audience: "a")) ?? ""
            let isTaken = (try? verifier.verify(token, as: NoClaims.self)) != nil
            // A task may have slept until its token was no longer valid.
            if !isTaken && time.seconds < issued + 900 { refused += 1 }
            await Task.yield()
          }
          return refused
        }
      }
      for await refused in group { #expect(refused == 0) }
    }
  }
}
