// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("JSON Web Signatures")
struct JSONWebSignatureTests {
  private static let kinds: [(JSONWebAlgorithm, JSONWebCurve?)] =
    JSONWebAlgorithm.allCases.filter(\.isSignature).map { ($0, nil) } + [(.edDSA, .ed448)]

  @Test("what is signed verifies, by its key alone", arguments: kinds)
  func roundTrip(algorithm: JSONWebAlgorithm, curve: JSONWebCurve?) throws {
    let material = try KeyMaker.secretJSON(algorithm, curve: curve)
    let key = try KeyMaker.signingKey(material)
    let keys = try KeyMaker.verificationKeys(material)
    for payload in [[], [0], Array("{}".utf8), [UInt8](repeating: 0xFF, count: 1000)] {
      let token = try JSONWebSignature.sign(payload.span, with: key, type: "test")
      let signature = try JSONWebSignature(verifying: token, keys: keys)
      #expect(signature.payload == payload)
      #expect(signature.type == "test")
      #expect(signature.key.algorithm == algorithm)
    }
    let payload: [UInt8] = [1, 2, 3]
    let token = try JSONWebSignature.sign(payload.span, with: key)
    let parts = token.split(separator: ".")
    for (index, part) in parts.enumerated() {
      // Each character of each part changed, the last ones of which may have bits that mean nothing.
      for position in [0, part.utf8.count / 2, part.utf8.count - 1] {
        var changed = Array(part.utf8)
        changed[position] = changed[position] == UInt8(ascii: "A") ? UInt8(ascii: "E") : UInt8(ascii: "A")
        var others = parts.map(String.init)
        others[index] = String(decoding: changed, as: UTF8.self)
        #expect(refusal(of: others.joined(separator: "."), keys) != nil, "part \(index), character \(position)")
      }
    }
    guard !algorithm.suits(.rsa) else { return }
    let stranger = try KeyMaker.verificationKeys(try KeyMaker.secretJSON(algorithm, curve: curve))
    #expect(refusal(of: token, stranger) == .signature)
  }

  @Test("the examples of RFC 7515, A.1 to A.4, RFC 7520, 4.1 to 4.4, and RFC 8037, A.4")
  func examples() throws {
    let examples = try #require(Vectors.rfc["signatures"] as? [Object])
    #expect(examples.count == 9)
    for example in examples {
      let name = try #require(example["name"] as? String)
      let algorithm = try #require(JSONWebAlgorithm(named: example["algorithm"] as? String ?? ""))
      let material = try #require(example["key"] as? Object).merging(["alg": algorithm.rawValue]) { $1 }
      let token = try #require(example["jws"] as? String)
      let parts = token.split(separator: ".").map(String.init)
      let keys = try KeyMaker.verificationKeys(material)
      #expect(try JSONWebSignature(verifying: token, keys: keys).payload == decodedBase64URL(parts[1]), "\(name)")
      // The header of A.1 has line breaks that are not written here.
      guard example["deterministic"] as? Bool == true, name != "RFC 7515 A.1" else { continue }
      let payload = decodedBase64URL(parts[1])
      #expect(try JSONWebSignature.sign(payload.span, with: try KeyMaker.signingKey(material)) == token, "\(name)")
    }
  }

  @Test("a token selects among the keys by kid, and falls back to none")
  func selection() throws {
    let materials = try ["a", "b"].map { name in try KeyMaker.secretJSON(.hs256).merging(["kid": name]) { $1 } }
    let keys = try VerificationKeys(try JSONWebKeySet(parsing: json(["keys": materials])))
    let payload: [UInt8] = [1]
    func sign(_ name: String?, with material: Object) throws -> String {
      let renamed = material.filter { $0.key != "kid" }.merging(name.map { ["kid": $0] } ?? [:]) { $1 }
      return try JSONWebSignature.sign(payload.span, with: try KeyMaker.signingKey(renamed))
    }
    #expect(try JSONWebSignature(verifying: sign("b", with: materials[1]), keys: keys).key.identifier == "b")
    #expect(try JSONWebSignature(verifying: sign(nil, with: materials[1]), keys: keys).key.identifier == "b")
    #expect(refusal(of: try sign("a", with: materials[1]), keys) == .signature)
    for name in ["c", "", "A", "a\0", "a "] {
      #expect(refusal(of: try sign(name, with: materials[0]), keys) == .keyUnknown, "\(name)")
    }
    let unnamed = try KeyMaker.verificationKeys(materials[0].filter { $0.key != "kid" })
    #expect(refusal(of: try sign("any", with: materials[0]), unnamed) == nil, "a key without a name contradicts none")
    #expect(refusal(of: try sign("any", with: materials[1]), unnamed) == .signature)
    #expect(refusal(of: try sign(nil, with: materials[0]), VerificationKeys([])) == .keyUnknown)
  }

  @Test("EdDSA goes by both its names, on the curve of the key")
  func edwardsNames() throws {
    let material = try KeyMaker.secretJSON(.edDSA, curve: .ed25519)
    let keys = try KeyMaker.verificationKeys(material)
    let payload: [UInt8] = [1]
    for name in ["EdDSA", "Ed25519"] {
      let key = try KeyMaker.signingKey(material.merging(["alg": name]) { $1 })
      #expect(refusal(of: try JSONWebSignature.sign(payload.span, with: key), keys) == nil)
    }
    let other = try KeyMaker.signingKey(.ed448)
    #expect(refusal(of: try JSONWebSignature.sign(payload.span, with: other), keys) == .algorithm)
  }

  @Test("a key signs and verifies only what its operations allow")
  func operations() throws {
    let secret = try KeyMaker.secretJSON(.hs256).filter { $0.key != "use" }
    let verifying = secret.merging(["key_ops": ["verify"]]) { $1 }
    let signing = secret.merging(["key_ops": ["sign"]]) { $1 }
    #expect(throws: KeyError.self) { try KeyMaker.signingKey(verifying) }
    #expect(try KeyMaker.verificationKeys(verifying).keys.count == 1)
    #expect(try KeyMaker.verificationKeys(signing).keys.isEmpty, "J48 key_ops without verify")
    let pair = try KeyMaker.secretJSON(.es256).merging(["key_ops": ["sign"]]) { $1 }
    #expect(try KeyMaker.verificationKeys(pair).keys.count == 1, "the public half of a key that signs")
    let encrypting = try SymmetricKey.generate(.a128KW)
    #expect(refusal { () throws(KeyError) in try SigningKey(encrypting) } == .notPermitted)
    #expect(refusal { () throws(KeyError) in try VerificationKey(encrypting) } == .notPermitted)
  }

  @Test(
    "64 tasks sign and verify with one key at once",
    arguments: [JSONWebAlgorithm.hs256, .rs256, .ps256, .es256, .edDSA]
  )
  func threads(algorithm: JSONWebAlgorithm) async throws {
    let material = try KeyMaker.secretJSON(algorithm)
    let (key, keys) = (try KeyMaker.signingKey(material), try KeyMaker.verificationKeys(material))
    await withTaskGroup(of: Int.self) { group in
      for task in 0..<64 {
        group.addTask {
          (0..<10).count { number in
            let payload = Array("\(task) \(number)".utf8)
            guard let token = try? JSONWebSignature.sign(payload.span, with: key) else { return false }
            let wrong = refusal(of: token + "A", keys) != nil
            return wrong && (try? JSONWebSignature(verifying: token, keys: keys).payload) == payload
          }
        }
      }
      for await right in group { #expect(right == 10) }
    }
  }
}
