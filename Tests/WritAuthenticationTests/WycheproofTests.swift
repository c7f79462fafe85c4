// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Wycheproof's vectors, when they are at hand.
///
/// They are in the folder that `WRIT_VECTORS` names, or in `shared/vectors` beside the checkout. The other tests pin
/// every rule without them.
@Suite("Wycheproof", .enabled(if: Vectors.wycheproof != nil, "the vectors are not there"))
struct WycheproofTests {
  /// Labels that are wrong, and why (Documentation/ThreatModel.md): what is right is the opposite.
  private static let faultyLabels: [Int: String] = [
    346: "called valid: a PS384 token under a PS256 key",
    350: "called valid: a PS384 token under a PS256 key",
    367: "called invalid: byte for byte the valid 357",
    370: "called invalid: byte for byte the valid 357",
    372: "called valid: a question mark inside base64url",
    373: "called valid: a question mark inside base64url",
  ]

  @Test("every signature, none left out; the labels that are wrong are named")
  func signatures() throws {
    let (total, failures, faulty) = try run("json_web_signature_test.json")
    #expect(total == 345)
    #expect(failures.isEmpty, "\(failures)")
    #expect(Set(faulty).isSubset(of: Self.faultyLabels.keys))
    print("Wycheproof json_web_signature: \(total) run, 0 left out, \(faulty.sorted()) against their labels.")
  }

  @Test("every key, none left out")
  func keys() throws {
    let (total, failures, faulty) = try run("json_web_key_test.json")
    #expect(total == 13)
    #expect(failures.isEmpty, "\(failures)")
    #expect(faulty.isEmpty)
    print("Wycheproof json_web_key: \(total) run, 0 left out.")
  }

  /// Tokens of RSA1_5, which does not exist here, that are called valid (ThreatModel.md, J44).
  private static let absentAlgorithms: Set<Int> = [112, 128]

  @Test("every encrypted token, none left out; those of RSA1_5 are refused")
  func encryption() throws {
    var (total, failures, codes) = (0, [String](), [String: Set<String>]())
    for group in try Vectors.wycheproof("json_web_encryption_test.json") {
      let material = try #require(group["private"] as? Object)
      let keys = try? KeyMaker.decryptionKeys(material)
      for test in group["tests"] as? [Object] ?? [] {
        let number = try #require(test["tcId"] as? Int)
        let token = try #require(test["jwe"] as? String)
        let isLabelledValid = test["result"] as? String == "valid" && !Self.absentAlgorithms.contains(number)
        let content = keys.flatMap { try? JSONWebEncryption(decrypting: token, keys: $0).content }
        total += 1
        if (content != nil) != isLabelledValid { failures.append("\(number) \(test["comment"] ?? "")") }
        if let content, content != hexadecimal(test["pt"]) { failures.append("\(number): another content") }
        if let keys, content == nil {
          codes[refusal(of: token, keys)?.rawValue ?? "", default: []].insert(test["comment"] as? String ?? "")
        }
      }
    }
    #expect(total == 81)
    #expect(failures.isEmpty, "\(failures)")
    // What is changed and still has the parts of a token is one error.
    let changed = codes["decryption"] ?? []
    for name in ["rejectsModifiedCiphertext", "rejectsModifiedEncryptedKey", "rejectsModifiedIv", "ModifiedHmac"] {
      #expect(changed.contains(name), "\(name)")
    }
    print(
      "Wycheproof json_web_encryption: \(total) run, 0 left out, \(Self.absentAlgorithms.sorted()) refused: RSA1_5."
    )
  }

  /// Runs the tokens of a file under the keys of their groups.
  private func run(_ file: String) throws -> (total: Int, failures: [String], faulty: [Int]) {
    var (total, failures, faulty) = (0, [String](), [Int]())
    for group in try Vectors.wycheproof(file) {
      var material = try #require((group["public"] ?? group["private"]) as? Object)
      // The file's own name for ES512 (Documentation/ThreatModel.md).
      if material["alg"] as? String == "ES521" { material["alg"] = "ES512" }
      let text = material["keys"] == nil ? json(["keys": [material]] as Object) : json(material)
      let set: JSONWebKeySet? = try? JSONWebKeySet(parsing: text)
      let keys: VerificationKeys? = set.flatMap { try? VerificationKeys($0) }
      for test in group["tests"] as? [Object] ?? [] {
        let number = try #require(test["tcId"] as? Int)
        let token = try #require(test["jws"] as? String)
        let isLabelledValid = test["result"] as? String == "valid"
        let isTaken = keys.map { refusal(of: token, $0) == nil } == true
        total += 1
        if Self.faultyLabels[number] != nil, file.contains("signature") {
          faulty.append(number)
          if isTaken == isLabelledValid { failures.append("\(number): taken as labelled, though the label is wrong") }
        } else if isTaken != isLabelledValid {
          failures.append("\(number) \(test["comment"] ?? ""): \(isTaken ? "taken" : "refused")")
        }
      }
    }
    return (total, failures, faulty)
  }

  /// The primitives beneath: verdicts on raw signatures and codes.
  @Test(
    "ECDSA, Ed25519, RSA and HMAC, every vector",
    arguments: [
      ("ecdsa_secp256r1_sha256_p1363_test.json", 262), ("ecdsa_secp384r1_sha384_p1363_test.json", 0),
      ("ed25519_test.json", 151),
      ("rsa_signature_2048_sha256_test.json", 0), ("rsa_pss_2048_sha256_mgf1_32_test.json", 108),
      ("hmac_sha256_test.json", 174),
    ]
  )
  func primitives(file: String, count: Int) throws {
    var (total, failures) = (0, [String]())
    for group in try Vectors.wycheproof(file) {
      let verifier = try verifier(of: group, file)
      for test in group["tests"] as? [Object] ?? [] {
        let message = hexadecimal(test["msg"])
        let signature = hexadecimal(test["sig"] ?? test["tag"])
        let isValid: Bool
        if let verifier {
          isValid = try verifier.isValid(signature.span, for: message.span)
        } else {
          let key = hexadecimal(test["key"])
          let code = try MessageAuthenticationKey(key.span, hash: .sha256).code(of: message.span).bytes
          isValid = code.prefix((group["tagSize"] as? Int ?? 0) / 8).elementsEqual(signature)
        }
        total += 1
        // "acceptable" leaves it to the library; here such signatures are DER with a missing NULL, which is refused.
        let isExpected = test["result"] as? String == "valid"
        if isValid != isExpected { failures.append("\(test["tcId"] ?? 0) \(test["comment"] ?? "")") }
      }
    }
    #expect(total > 0 && (count == 0 || total == count))
    #expect(failures.isEmpty, "\(failures)")
  }

  /// `nil` for HMAC, whose vectors have a key each.
  private func verifier(of group: Object, _ file: String) throws -> SignatureVerifier? {
    let scheme: SignatureScheme
    if file.hasPrefix("hmac") {
      return nil
    } else if file.hasPrefix("ed25519") {
      scheme = .edwards
    } else if file.hasPrefix("ecdsa") {
      scheme = .ecdsa(file.contains("sha384") ? .sha384 : .sha256)
    } else {
      scheme = file.contains("pss") ? .rsaPSS(.sha256) : .rsaPKCS1(.sha256)
    }
    let der = hexadecimal(group["publicKeyDer"])
    return try SignatureVerifier(try PublicKeyHandle(der: der.span, .subjectPublicKeyInfo), scheme)
  }

  private func hexadecimal(_ value: Any?) -> [UInt8] {
    let digits = (value as? String ?? "").compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
