// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy token verify: keys")
struct TokenVerifyKeysTests {
  private func verify(_ keys: String, _ more: [String] = [], token: String = Example.token) async throws -> Outcome {
    let arguments = ["token", "verify", "--keys", "k", "--token", token, "--format", "json"] + Example.time
    return try await policy(arguments + more, in: Folder(["k": keys]))
  }

  @Test("a key that does not say its algorithm is bound by --algorithm, and by nothing else")
  func binding() async throws {
    #expect(try await verify(Example.bareKey, ["--algorithm", "HS256"]).status == 0)
    #expect(try await verify(Example.bareKey, ["--algorithm", "HS256", "--algorithm", "RS256"]).status == 0)
    let other = try await verify(Example.bareKey, ["--algorithm", "HS384"])
    #expect(other.status == 2)
    #expect(other.output.hasPrefix(refusal("algorithm")))
    let none = try await verify(Example.bareKey)
    #expect(none.status == 1)
    #expect(none.output.hasPrefix(refusal("algorithmAmbiguous")))
    #expect(none.errors.contains("help: --algorithm"))
    let several = try await verify(Example.bareKey, ["--algorithm", "HS256", "--algorithm", "HS512"])
    #expect(several.status == 1)
    #expect(several.output.hasPrefix(refusal("algorithmAmbiguous")))
  }

  @Test(
    "keys that cannot be used are an error, 1, with the code of the key and without any of it",
    arguments: [
      ("", "malformed"), ("nonsense", "malformed"), ("{", "malformed"), ("[]", "malformed"), ("{}", "malformed"),
      (#"{"kty":"oct","k":"\#(Example.secret)","k":"\#(Example.secret)","alg":"HS256"}"#, "malformed"),
      (#"{"kty":"oct","k":"\#(Example.secret)=","alg":"HS256"}"#, "malformed"),
      (#"{"kty":"oct","k":"\#(Example.secret)" "alg":"HS256"}"#, "malformed"),
      (#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umjw","alg":"HS256"}"#, "weak"),
      (#"{"kty":"oct","k":"\#(Example.secret)","alg":"none"}"#, "unsupported"),
      (#"{"kty":"new","k":"\#(Example.secret)","alg":"HS256"}"#, "unsupported"),
      (#"{"kty":"oct","k":"\#(Example.secret)","alg":"RS256"}"#, "mismatched"),
      (#"{"kty":"oct","k":"\#(Example.secret)","alg":"HS256","use":"enc"}"#, "notPermitted"),
      (#"{"kty":"oct","k":"\#(Example.secret)","alg":"HS256","key_ops":["sign"]}"#, "notPermitted"),
      (#"{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umjw","alg":"HS256"}]}"#, "weak"),
      (#"{"keys":[\#(Example.bareKey)]}"#, "algorithmAmbiguous"),
      (#"{"keys":1}"#, "malformed"),
      ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "malformed"),
      ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "unsupported"),
    ]
  )
  func broken(keys: String, code: String) async throws {
    let outcome = try await verify(keys)
    #expect(outcome.status == 1)
    #expect(outcome.output.hasPrefix(refusal(code)), "\(outcome.output)")
    #expect(outcome.lines.count == 1)
    #expect(outcome.errors.hasPrefix("error: `k`: "))
    #expect(outcome.errors.contains("(\(code))"))
    for part in [Example.secret, "AyM1SysPpbyDfgZld3umjw"] {
      #expect(!outcome.output.contains(part) && !outcome.errors.contains(part))
    }
    let text = try await policy("token", "verify", "--keys", "k", "--token", Example.token, in: Folder(["k": keys]))
    #expect(text.status == 1)
    #expect(text.output.isEmpty)
    #expect(text.errors == outcome.errors)
  }

  @Test("a key of a set that cannot be used is named, and does not keep the others from being used")
  func set() async throws {
    let weak = #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umjw","alg":"HS256"}"#
    let outcome = try await verify(#"{"keys":[\#(weak),\#(Example.key)]}"#)
    #expect(outcome.status == 0)
    #expect(outcome.lines == [Example.valid + "}"])
    #expect(outcome.errors.hasPrefix("warning: key 0 of `k` is left out: "))
    let empty = try await verify(#"{"keys":[]}"#)
    #expect(empty.status == 2)
    #expect(empty.output.hasPrefix(refusal("keyUnknown")))
  }

  @Test(
    "JWK, JWKS and PEM of each kind of pair, private and public, verify what the private key signed",
    arguments: ["RS256", "PS384", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed448"]
  )
  func pairs(algorithm: String) async throws {
    let folder = try Folder()
    let generate = ["keys", "generate", "--algorithm", algorithm]
    let bits = ["RS256", "PS384"].contains(algorithm) ? ["--bits", "2048"] : []
    #expect(try await policy(generate + bits + ["--output", "k.pem", "--pem"], in: folder).status == 0)
    let bound = ["--algorithm", algorithm]
    let published = try await policy(["keys", "publish", "k.pem"] + bound, in: folder)
    try folder.write(Array(published.output.utf8), to: "k.json")
    let issued = try await policy(["token", "issue", "--key", "k.pem", "--issuer", "joe"] + bound, in: folder)
    #expect(issued.status == 0, "\(issued.errors)")
    for keys in [["k.json"], ["k.pem"] + bound] {
      let arguments = ["token", "verify", "--token", "-", "--keys"] + keys
      let outcome = try await policy(arguments, input: Array(issued.output.utf8), in: folder)
      #expect(outcome.status == 0, "\(keys): \(outcome.output)\(outcome.errors)")
    }
    // J04, J05: the text of a public key is no shared secret.
    let confused = try await policy(
      ["token", "verify", "--token", "-", "--keys", "k.json", "--algorithm", "HS256"],
      input: Array(issued.output.utf8),
      in: folder
    )
    #expect(confused.status == 1)
    #expect(confused.errors.contains("(algorithmNotAccepted)"))
  }
}
