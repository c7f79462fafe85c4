// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy token verify: one token")
struct TokenVerifyTests {
  private func verify(
    _ token: String,
    _ more: [String] = [],
    keys: String = Example.key,
    input: String = ""
  ) async throws -> Outcome {
    let arguments = ["token", "verify", "--keys", "k", "--token", token, "--format", "json"]
    return try await policy(arguments + more, input: Array(input.utf8), in: Folder(["k": keys]))
  }

  @Test("a valid token is one line with header and claims, and 0 (RFC 7515 A.1)")
  func valid() async throws {
    let outcome = try await verify(Example.token, Example.time + ["--issuer", "joe"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines == [Example.valid + "}"])
    #expect(outcome.errors.isEmpty)
  }

  @Test("text says valid, or refused with the reason and its code")
  func text() async throws {
    let folder = try Folder(["k": Example.key])
    let arguments = ["token", "verify", "--keys", "k", "--token", Example.token]
    let valid = try await policy(arguments + Example.time, in: folder)
    #expect(valid.status == 0)
    #expect(
      valid.lines == [
        "valid", #"  header   {"typ":"JWT","alg":"HS256"}"#,
        #"  claims   {"iss":"joe","exp":1300819380,"http://example.com/is_root":true}"#,
      ]
    )
    let refused = try await policy(arguments, in: folder)
    #expect(refused.status == 2)
    #expect(refused.lines.count == 1)
    #expect(refused.output.hasPrefix("refused: the token expired at 1300819380"))
    #expect(refused.output.hasSuffix(" (expired)\n"))
  }

  @Test(
    "each reason has its code, and ends with 2",
    arguments: [
      (Example.token, [], "expired"), (Example.token, ["--time", "1300819380"], "expired"),
      (Example.token, Example.time + ["--issuer", "jo"], "issuer"),
      (Example.token, Example.time + ["--issuer", "Joe"], "issuer"),
      (Example.token, Example.time + ["--audience", "api"], "audience"),
      (Example.token, Example.time + ["--type", "at+jwt"], "type"),
      (Example.forged, Example.time, "signature"),
      (Example.unsigned(#"{"alg":"none"}"#), [], "signature"),
      (Example.unsigned(#"{"alg":"none"}"#, "{}", "AA"), [], "algorithm"),
      (Example.unsigned(#"{"alg":"nOnE"}"#, "{}", "AA"), [], "algorithm"),
      (Example.unsigned(#"{"alg":"HS384"}"#, "{}", "AA"), [], "algorithm"),
      (Example.unsigned(#"{"alg":"RS256"}"#, "{}", "AA"), [], "algorithm"),
      (Example.unsigned(#"{"alg":"HS256","crit":["b64"],"b64":false}"#, "{}", "AA"), [], "header"),
      (Example.unsigned(#"{"alg":"HS256","alg":"HS256"}"#, "{}", "AA"), [], "malformed"),
      ("", [], "malformed"), ("a.b", [], "malformed"), ("a.b.c.d", [], "malformed"), ("a.b.c.d.e", [], "malformed"),
      (" " + Example.token, Example.time, "malformed"), (Example.token + "=", Example.time, "malformed"),
      (Example.token + "\n", Example.time, "malformed"), ("é.é.é", [], "malformed"),
      (#"{"payload":"a","signatures":[]}"#, [], "malformed"),
    ]
  )
  func codes(token: String, more: [String], code: String) async throws {
    let outcome = try await verify(token, more)
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.lines.count == 1)
    #expect(outcome.output.hasPrefix(refusal(code)), "\(outcome.output)")
    #expect(outcome.output.hasSuffix("\"}}\n"))
    #expect(outcome.errors.isEmpty)
  }

  @Test("leeway is added to the time, type is compared as media types are")
  func leeway() async throws {
    let late = ["--time", "1300819439", "--expiration-leeway"]
    #expect(try await verify(Example.token, late + ["60"]).status == 0)
    #expect(try await verify(Example.token, late + ["59"]).status == 2)
    #expect(try await verify(Example.token, ["--time", "1300819379.999"]).status == 0)
    #expect(try await verify(Example.token, ["--time", "1300819380"]).status == 2)
    #expect(try await verify(Example.token, Example.time + ["--type", "application/jwt"]).status == 0)
  }

  @Test("standard input is the token without the newline at its end, and nothing else is taken away")
  func standardInput() async throws {
    for end in ["", "\n", "\r\n"] {
      let outcome = try await verify("-", Example.time, input: Example.token + end)
      #expect(outcome.status == 0)
      #expect(outcome.lines == [Example.valid + "}"])
    }
    for (input, code) in [
      ("", "malformed"), (Example.token + "\n\n", "malformed"), ("\n" + Example.token, "malformed"),
    ] {
      let outcome = try await verify("-", Example.time, input: input)
      #expect(outcome.status == 2)
      #expect(outcome.output.hasPrefix(refusal(code)))
    }
    let long = try await verify("-", input: String(repeating: "a", count: 65537))
    #expect(long.status == 2)
    #expect(long.output.hasPrefix(refusal("tooLarge")))
  }

  @Test("with --payload any the signature alone counts; what is not JSON comes as base64url")
  func anyPayload() async throws {
    let outcome = try await verify(Example.token, ["--payload", "any"])
    #expect(outcome.status == 0)
    #expect(outcome.lines == [Example.valid.replacing(#""claims""#, with: #""payload""#) + "}"])
    // Wycheproof json_web_signature 1: the payload is "foo".
    let key = #"{"alg":"HS256","kty":"oct","k":"-ebuDNsVZ2iJtoZ-akfXTSCt4UO2cruLCsbWlBinggE","kid":"kid-aes-sign"}"#
    let token =
      "eyJhbGciOiJIUzI1NiIsImtpZCI6ImtpZC1hZXMtc2lnbiJ9.Zm9v.TD37p4c_0jmreSrBSDmE0F3mYSPtkZ3WrSyI5wb_KTg"
    let bytes = try await verify(token, ["--payload", "any"], keys: key)
    #expect(bytes.status == 0)
    #expect(
      bytes.lines == [#"{"valid":true,"header":{"alg":"HS256","kid":"kid-aes-sign"},"payloadBase64URL":"Zm9v"}"#]
    )
    let claims = try await verify(token, keys: key)
    #expect(claims.status == 2)
    #expect(claims.output.hasPrefix(refusal("malformed")))
    #expect(try await verify(Example.forged, ["--payload", "any"]).status == 2)
  }

  @Test(
    "what is asked wrongly is an error, 1, and answers nothing",
    arguments: [
      ["token", "verify"], ["token", "verify", "--keys", "k"], ["token", "verify", "--token", "a"],
      ["token", "verify", "--keys", "k", "--token", "a", "--tokens", "t"],
      ["token", "verify", "--keys", "-", "--token", "-"], ["token", "verify", "--keys", "-", "--tokens", "-"],
      ["token", "verify", "--keys", "k", "--tokens", "-", "--password-file", "-"],
      ["token", "verify", "--keys", "none", "--token", "a"], ["token", "verify", "--keys", "k", "--tokens", "none"],
      ["token", "verify", "--keys", "k", "--token", "a", "--algorithm", "none"],
      ["token", "verify", "--keys", "k", "--token", "a", "--algorithm", "hs256"],
      ["token", "verify", "--keys", "k", "--token", "a", "--payload", "some"],
      ["token", "verify", "--keys", "k", "--token", "a", "--leeway", "601"],
      ["token", "verify", "--keys", "k", "--token", "a", "--leeway", "-1"],
      ["token", "verify", "--keys", "k", "--token", "a", "--expiration-leeway", "601"],
      ["token", "verify", "--keys", "k", "--token", "a", "--payload", "any", "--without-proof"],
      ["token", "verify", "--keys", "k", "--token", "a", "--time", "-1"],
      ["token", "verify", "--keys", "k", "--token", "a", "--time", "1e9"],
      ["token", "verify", "--keys", "k", "--token", "a", "--time", "253402300800"],
      ["token", "verify", "--keys", "k", "--token", "a", "--payload", "any", "--issuer", "joe"],
      ["token", "verify", "--keys", "k", "--token", "a", "--payload", "any", "--time", "1"],
    ]
  )
  func usage(arguments: [String]) async throws {
    let outcome = try await policy(arguments, in: Folder(["k": Example.key]))
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.isEmpty)
  }

  @Test("what a token says to a terminal is escaped")
  func escapes() async throws {
    let folder = try Folder(["k": Example.key, "c": #"{"a":"\u001b[31m\u202e\u0085"}"#])
    let issued = try await policy(
      ["token", "issue", "--key", "k", "--issuer", "\u{1B}[2J", "--claims", "c"],
      in: folder
    )
    #expect(issued.status == 0, "\(issued.errors)")
    for format in ["text", "json"] {
      for command in [["verify", "--keys", "k"], ["inspect"]] {
        let arguments = ["token"] + command + ["--token", issued.lines.first ?? "", "--format", format]
        let outcome = try await policy(arguments, in: folder)
        #expect(outcome.status == 0)
        #expect(!outcome.output.unicodeScalars.contains { ["\u{1B}", "\u{202E}", "\u{85}"].contains($0) })
        #expect(outcome.output.contains(#"\u001b[31m\u202e\u0085"#))
      }
    }
  }
}
