// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Keys are shared by all threads: one of each kind, used by eight threads at once.
///
/// `WRIT_STRESS` is how often each is used, a hundred times unless given; `Scripts/threads` and `Scripts/memory` say
/// 100,000, and a tenth of it where an operation takes long.
@Suite("Keys that many threads share")
struct SharedKeyTests {
  private static func times(_ algorithm: JSONWebAlgorithm) -> Int {
    let times = ProcessInfo.processInfo.environment["WRIT_STRESS"].flatMap { Int($0) } ?? 100
    let takeLong: Set<JSONWebAlgorithm> = [.rs256, .ps256, .es512, .es256K, .rsaOAEP256, .ecdhES, .ecdhESA256KW]
    return takeLong.contains(algorithm) ? max(1, times / 10) : times
  }

  /// Calls from eight threads, and how many of them returned true.
  private static func count(_ times: Int, _ body: @escaping @Sendable (Int) throws -> Bool) async -> Int {
    await withTaskGroup(of: Int.self) { group in
      for thread in 0..<8 {
        group.addTask {
          stride(from: thread, to: times, by: 8).count { (try? body($0)) == true }
        }
      }
      return await group.reduce(0, +)
    }
  }

  @Test(
    "A key signs and verifies on all threads, and takes nothing that is wrong",
    arguments: [JSONWebAlgorithm.hs256, .hs512, .rs256, .ps256, .es256, .es512, .es256K, .edDSA]
  )
  func signatures(_ algorithm: JSONWebAlgorithm) async throws {
    let times = Self.times(algorithm)
    let material = try KeyMaker.secretJSON(algorithm)
    let signing = try KeyMaker.signingKey(material)
    let keys = try KeyMaker.verificationKeys(material, accepting: [algorithm])
    let issuer = try TokenIssuer(issuer: "i", signingKey: signing, lifetime: .seconds(600))
    let verifier = try TokenVerifier(keys: keys, issuer: "i", audience: "a")
    let right = await Self.count(times) { number in
      let token = try issuer.issue(NoClaims(), subject: "\(number)", audience: "a")
      guard try verifier.verify(token, as: NoClaims.self).subject == "\(number)" else { return false }
      let dot = token.utf8.lastIndex(of: UInt8(ascii: ".")) ?? token.startIndex
      let signature = token[dot...]
      // One of 131,072 signatures with ES512 begins with AAAA already.
      let spoilt = token[..<dot] + (signature.hasPrefix(".AAAA") ? ".BBBB" : ".AAAA") + signature.dropFirst(5)
      return (try? verifier.verify(String(spoilt), as: NoClaims.self)) == nil
    }
    #expect(right == times)
  }

  @Test(
    "A key encrypts and decrypts on all threads, and opens nothing that is wrong",
    arguments: [JSONWebAlgorithm.dir, .a128KW, .a256GCMKW, .rsaOAEP256, .ecdhES, .ecdhESA256KW]
  )
  func encryption(_ algorithm: JSONWebAlgorithm) async throws {
    let times = Self.times(algorithm)
    let material = try KeyMaker.secretJSON(algorithm)
    let (encryption, decryption) = (try KeyMaker.encryptionKey(material), try KeyMaker.decryptionKeys(material))
    let right = await Self.count(times) { number in
      let content = Array("content \(number)".utf8)
      let token = try JSONWebEncryption.encrypt(content.span, for: encryption)
      guard try JSONWebEncryption(decrypting: token, keys: decryption).content == content else { return false }
      let spoilt = token.dropLast(4) + (token.hasSuffix("AAAA") ? "BBBB" : "AAAA")
      return (try? JSONWebEncryption(decrypting: String(spoilt), keys: decryption)) == nil
    }
    #expect(right == times)
  }
}
