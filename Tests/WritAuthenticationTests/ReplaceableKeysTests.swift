// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Keys that are replaced")
struct ReplaceableKeysTests {
  private static let clock = TokenClock.fixed(1_800_000_000)

  /// A key and a token under it.
  private static func pair(_ identifier: String) throws -> (keys: VerificationKeys, token: String) {
    let key = try SymmetricKey.generate(.hs256, identifier: identifier)
    let issuer = try TokenIssuer(issuer: "i", signingKey: SigningKey(key), lifetime: .seconds(60), clock: clock)
    return (try VerificationKeys(key), try issuer.issue(NoClaims(), audience: "a"))
  }

  private static func verifier(_ keys: VerificationKeySource) throws -> TokenVerifier {
    try TokenVerifier(keys: keys, issuer: "i", audience: "a", clock: clock)
  }

  @Test("a replaced key verifies nothing any more, also under a header that was known")
  func replacing() throws {
    let (old, new) = (try Self.pair("1"), try Self.pair("1"))
    let keys = ReplaceableKeys(old.keys)
    let verifier = try Self.verifier(.replaceable(keys))
    for (pair, other) in [(old, new), (new, old), (old, new)] {
      keys.replace(with: pair.keys)
      for _ in 0..<2 {
        _ = try verifier.verify(pair.token, as: NoClaims.self)
        #expect(refusal { () throws(TokenError) in try verifier.verify(other.token, as: NoClaims.self) } == .signature)
      }
    }
    keys.replace(with: VerificationKeys([]))
    #expect(refusal { () throws(TokenError) in try verifier.verify(old.token, as: NoClaims.self) } == .keyUnknown)
  }

  @Test("the generation is 0 for ever, or another with each replacement")
  func generations() throws {
    let pair = try Self.pair("1")
    #expect(try Self.verifier(.fixed(pair.keys)).keyGeneration == 0)
    let keys = ReplaceableKeys(pair.keys)
    let verifier = try Self.verifier(.replaceable(keys))
    #expect(try verifier.keyGeneration == 1)
    keys.replace(with: pair.keys)
    #expect(try verifier.keyGeneration == 2)
  }

  @Test("K07 64 tasks verify 100,000 tokens while keys are replaced: no token under a key of both sets is refused")
  func threads() async throws {
    let (kept, old, new) = (try Self.pair("kept"), try Self.pair("old"), try Self.pair("new"))
    let sets = [old, new].map { VerificationKeys(kept.keys.keys + $0.keys.keys) }
    let keys = ReplaceableKeys(sets[0])
    let verifier = try Self.verifier(.replaceable(keys))
    await withTaskGroup(of: Int.self) { group in
      group.addTask {
        var number = 0
        while !Task.isCancelled {
          number += 1
          keys.replace(with: sets[number % 2])
          await Task.yield()
        }
        return 0
      }
      for _ in 0..<64 {
        group.addTask {
          (0..<800).count { _ in
            _ = try? verifier.verify(old.token, as: NoClaims.self)
            return (try? verifier.verify(kept.token, as: NoClaims.self)) == nil
          }
        }
      }
      var refused = 0
      for _ in 0..<64 { refused += await group.next() ?? 1 }
      group.cancelAll()
      #expect(refused == 0)
    }
  }
}
