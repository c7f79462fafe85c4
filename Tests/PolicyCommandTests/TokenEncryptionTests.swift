// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy token: encrypted tokens")
struct TokenEncryptionTests {
  /// A folder with a key to sign, one to encrypt to, and a set of both.
  private func folder(_ algorithm: String, _ more: [String] = []) async throws -> Folder {
    let folder = try Folder()
    for arguments in [["EdDSA", "--output", "sign", "--id", "s"], [algorithm, "--output", "enc", "--id", "e"] + more] {
      let outcome = try await policy(["keys", "generate", "--algorithm"] + arguments, in: folder)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    return folder
  }

  private func text(_ name: String, _ folder: Folder) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  private func issue(_ folder: Folder, _ more: [String] = []) async throws -> String {
    let arguments = ["token", "issue", "--key", "sign", "--issuer", "i", "--subject", "alice", "--audience", "api"]
    let outcome = try await policy(arguments + ["--encrypt-to", "enc"] + more, in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try #require(outcome.lines.first)
  }

  private func verify(_ folder: Folder, _ token: String, _ more: [String] = [], keys: String = "enc") async throws
    -> Outcome
  {
    let arguments = ["token", "verify", "--keys", keys, "--token", token, "--format", "json"]
    return try await policy(arguments + more, in: folder)
  }

  @Test(
    "what is issued to a key is nested, and verified with a set of both keys",
    arguments: ["ECDH-ES", "ECDH-ES+A256KW", "RSA-OAEP-256", "RSA-OAEP"]
  )
  func nested(algorithm: String) async throws {
    let folder = try await folder(algorithm, algorithm.hasPrefix("RSA") ? ["--bits", "2048"] : ["--curve", "X25519"])
    let token = try await issue(folder, ["--encryption", "A128CBC-HS256"])
    let (sign, enc) = (try text("sign", folder), try text("enc", folder))
    try folder.write(Array(#"{"keys":[\#(sign),\#(enc)]}"#.utf8), to: "both")
    let valid = try await verify(folder, token, ["--issuer", "i", "--audience", "api"], keys: "both")
    #expect(valid.status == 0, "\(valid.output) \(valid.errors)")
    #expect(valid.errors.isEmpty)
    #expect(
      valid.output.hasPrefix(
        #"{"valid":true,"header":{"alg":"\#(algorithm)","enc":"A128CBC-HS256","kid":"e","cty":"JWT""#
      )
    )
    #expect(
      valid.output.contains(#""innerHeader":{"alg":"EdDSA","typ":"JWT","kid":"s"},"claims":{"iss":"i","sub":"alice""#)
    )
    #expect(try await verify(folder, token, ["--issuer", "other"], keys: "both").output.hasPrefix(refusal("issuer")))
    let content = try await verify(folder, token, ["--payload", "any"])
    #expect(content.status == 0)
    #expect(content.output.contains(#""payloadBase64URL":""#))
    // Without the key that signed nothing is known of the claims; without the other there is no token.
    let unsigned = try await verify(folder, token)
    #expect(unsigned.status == 1)
    #expect(unsigned.output.hasPrefix(refusal("algorithmNotAccepted")))
    let sealed = try await verify(folder, token, keys: "sign")
    #expect(sealed.status == 2)
    #expect(sealed.output.hasPrefix(refusal("malformed")))
    for line in [valid, content, unsigned, sealed] { #expect(line.lines.count == 1) }
  }

  @Test(
    "shared secrets and passwords of each kind, made, encrypted to and decrypted with",
    arguments: [
      "dir", "A128KW", "A192GCMKW", "A256GCM", "A192CBC-HS384", "PBES2-HS256+A128KW",
    ]
  )
  func shared(algorithm: String) async throws {
    let folder = try await folder(algorithm)
    let token = try await issue(folder)
    let limit = algorithm.hasPrefix("PBES2") ? ["--max-iterations", "600000"] : []
    #expect(try await verify(folder, token, ["--payload", "any"] + limit).status == 0)
    let changed = try await verify(folder, String(token.dropLast(4)) + "AAAA", ["--payload", "any"] + limit)
    #expect(changed.status == 2)
    #expect(changed.output.hasPrefix(refusal("decryption")))
    guard !limit.isEmpty else { return }
    let quick = try await issue(folder, ["--iterations", "10000"])
    #expect(try await verify(folder, quick, ["--payload", "any"]).status == 0)
    #expect(try await verify(folder, token, ["--payload", "any"]).output.hasPrefix(refusal("header")), "J40")
    #expect(try await verify(folder, token, ["--payload", "any", "--max-iterations", "1000001"]).status == 1)
  }

  @Test("claims that are not signed inside are refused (J27), whatever the key")
  func unsigned() async throws {
    let folder = try await folder("A256GCM")
    let token = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA"
    #expect(try await verify(folder, token, ["--payload", "any"]).output.hasPrefix(refusal("decryption")))
    #expect(try await verify(folder, token).status == 1)
    #expect(try await verify(folder, token, keys: "sign").output.hasPrefix(refusal("malformed")))
    #expect(try await verify(folder, "a.b.c", ["--payload", "any"]).output.hasPrefix(refusal("malformed")))
  }

  @Test("PEM takes --algorithm, for each of the two keys")
  func pem() async throws {
    let folder = try Folder()
    for (algorithm, file) in [("ES256", "sign"), ("ECDH-ES+A128KW", "enc")] {
      let arguments = ["keys", "generate", "--algorithm", algorithm, "--output", file, "--pem"]
      #expect(try await policy(arguments, in: folder).status == 0)
    }
    let ambiguous = try await policy(
      ["token", "issue", "--key", "sign", "--issuer", "i", "--encrypt-to", "enc"],
      in: folder
    )
    #expect(ambiguous.status == 1)
    #expect(ambiguous.errors.contains("(algorithmAmbiguous)"))
    let token = try await issue(folder, ["--algorithm", "ECDH-ES+A128KW"])
    let named = ["--algorithm", "ECDH-ES+A128KW", "--payload", "any"]
    #expect(try await verify(folder, token, named).status == 0)
    #expect(
      try await verify(folder, token, ["--algorithm", "ECDH-ES", "--payload", "any"]).output.hasPrefix(
        refusal("algorithm")
      )
    )
    #expect(try await verify(folder, token, ["--payload", "any"]).output.hasPrefix(refusal("algorithmAmbiguous")))
  }

  @Test("J27 a public key that does not say what it is for refuses what was encrypted to it")
  func publicKey() async throws {
    let folder = try Folder()
    let key = #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#
    for text in [key, #"{"keys":[\#(key)]}"#] {
      try folder.write(Array(text.utf8), to: "public")
      for payload in ["any", "claims"] {
        let outcome = try await verify(folder, "e30.AA.AA.AA.AA", ["--payload", payload], keys: "public")
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix(refusal("malformed")))
      }
    }
  }

  // The public key of RFC 7515, A.3.1.
  private let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
  private let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"

  @Test("inspect shows the header of an encrypted token, and says that nothing was decrypted")
  func inspect() async throws {
    let token = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA"
    let json = try await policy("token", "inspect", "--token", token, "--format", "json", in: Folder())
    #expect(json.status == 0)
    #expect(
      json.lines == [
        #"{"verified":false,"encrypted":true,"header":{"alg":"dir","enc":"A256GCM"},"encryptedKeyBytes":0,"#
          + #""vectorBytes":12,"ciphertextBytes":1,"tagBytes":16}"#
      ]
    )
    let text = try await policy("token", "inspect", "--token", token, in: Folder())
    #expect(text.lines.first == "not decrypted: anyone could have written this")
    #expect(try await policy("token", "inspect", "--token", "a.b.c.d.=", in: Folder()).status == 1)
  }
}
