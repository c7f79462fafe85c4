// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy token inspect: shown, not verified")
struct TokenInspectTests {
  @Test("text starts with the warning, JSON with \"verified\":false, for genuine and forged tokens alike")
  func warning() async throws {
    for token in [Example.token, Example.forged, Example.unsigned(#"{"alg":"none"}"#)] {
      let text = try await policy("token", "inspect", "--token", token, in: Folder())
      #expect(text.status == 0, "\(text.errors)")
      #expect(text.lines.first == "not verified: anyone could have written this")
      #expect(text.lines.last?.hasSuffix(" bytes, not checked") == true)
      let json = try await policy("token", "inspect", "--format", "json", "--token", "-", input: token, in: Folder())
      #expect(json.status == 0)
      #expect(json.lines.count == 1)
      #expect(json.output.hasPrefix(#"{"verified":false,"header":{"#))
      #expect(!json.output.contains("valid"))
    }
  }

  @Test("what is not strict JSON is shown as the base64url that it is")
  func bytes() async throws {
    let token = Example.unsigned(#"{"a":1,"a":2}"#, "foo", "AAAA")
    let json = try await policy("token", "inspect", "--format", "json", "--token", token, in: Folder())
    #expect(json.status == 0)
    #expect(
      json.lines == [
        #"{"verified":false,"headerBase64URL":"eyJhIjoxLCJhIjoyfQ","payloadBase64URL":"Zm9v","signatureBytes":3}"#
      ]
    )
    let text = try await policy("token", "inspect", "--token", token, in: Folder())
    #expect(text.output.contains("  payload    Zm9v (base64url)\n"))
  }

  @Test(
    "what is no token is an error, 1",
    arguments: [
      ("", "malformed"), ("a", "malformed"), ("a.b.c.d", "malformed"), ("!.!.!", "malformed"), ("AA.AA.A", "malformed"),
      ("AA.AA.AB", "malformed"), (String(repeating: "a", count: 65537), "tooLarge"),
    ]
  )
  func refused(token: String, code: String) async throws {
    let outcome = try await policy("token", "inspect", "--token", token, in: Folder())
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasSuffix(" (\(code))\n"))
  }
}
