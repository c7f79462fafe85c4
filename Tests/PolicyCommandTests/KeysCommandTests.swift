// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy keys: made, shown and published")
struct KeysCommandTests {
  /// The members of JSON that only private keys and secrets have.
  private static let privateMembers = [#""d":"#, #""p":"#, #""q":"#, #""dp":"#, #""dq":"#, #""qi":"#, #""k":"#]

  @Test(
    "a generated key is in a file of mode 0600, whatever the umask, and only what may be known is printed",
    arguments: [
      ("EdDSA", [], "Ed25519", 255), ("EdDSA", ["--curve", "Ed448"], "Ed448", 448), ("ES384", [], "P-384", 384),
      ("RS256", ["--bits", "2048"], "RSA", 2048), ("HS512", [], "oct", 512), ("A256GCM", [], "oct", 256),
      ("ECDH-ES", ["--curve", "X25519"], "X25519", 255),
    ]
  )
  func generate(algorithm: String, more: [String], type: String, bits: Int) async throws {
    let folder = try Folder()
    let options = more.joined(separator: " ")
    let script = """
      umask 0277
      "$POLICY" keys generate --algorithm \(algorithm) \(options) --id 'a b' --output key --format json && stat -c %a key
      """
    let outcome = try await shell(script, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.lines.last == "600")
    let report = outcome.lines.first ?? ""
    #expect(report.hasPrefix(#"{"type":"\#(type)","private":true,"algorithm":"\#(algorithm)","#))
    #expect(report.contains(#""kid":"a b","#))
    #expect(report.contains(#""bits":\#(bits),"#))
    #expect(!Self.privateMembers.contains(where: report.contains))
    let inspected = try await policy("keys", "inspect", "key", "--format", "json", in: folder)
    #expect(inspected.output == report + "\n")
    let secret = try String(contentsOfFile: "\(folder.path)/key", encoding: .utf8)
    #expect(Self.privateMembers.contains(where: secret.contains))
  }

  @Test("a file that is there is never overwritten, nor a link followed; `-` prints the key alone")
  func output() async throws {
    let folder = try Folder(["there": "precious"])
    let generate = ["keys", "generate", "--algorithm", "ES256", "--output"]
    _ = try await shell("ln -s nowhere link", in: folder)
    for path in ["there", "link", ".", "none/key", ""] {
      let outcome = try await policy(generate + [path], in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.hasPrefix("error: cannot write `\(path)`: "))
    }
    #expect(try await shell("cat there; ls", in: folder).output == "preciouslink\nthere\n")
    let printed = try await policy(generate + ["-"], in: folder)
    #expect(printed.status == 0)
    #expect(printed.lines.count == 1)
    #expect(printed.output.hasPrefix(#"{"kty":"EC","use":"sig","alg":"ES256","crv":"P-256","x":""#))
    #expect(printed.output.contains(#","d":""#))
  }

  @Test(
    "what cannot be made is an error, 1, and leaves no file",
    arguments: [
      [], ["--output", "key"], ["--algorithm", "EdDSA"], ["--algorithm", "none", "--output", "key"],
      ["--algorithm", "RSA1_5", "--output", "key"],
      ["--algorithm", "RS256", "--bits", "1024", "--output", "key"],
      ["--algorithm", "RS256", "--bits", "16385", "--output", "key"],
      ["--algorithm", "ES256", "--bits", "2048", "--output", "key"],
      ["--algorithm", "ES256", "--curve", "P-384", "--output", "key"],
      ["--algorithm", "RS256", "--curve", "P-256", "--output", "key"],
      ["--algorithm", "HS256", "--curve", "P-256", "--output", "key"],
      ["--algorithm", "HS256", "--pem", "--output", "key"],
      ["--algorithm", "ES256", "--password-file", "password", "--output", "key"],
      ["--algorithm", "ES256", "--pem", "--id", "a", "--output", "key"],
    ]
  )
  func refused(arguments: [String]) async throws {
    let folder = try Folder(["password": "a"])
    let outcome = try await policy(["keys", "generate"] + arguments, in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.isEmpty)
    #expect(try await shell("ls", in: folder).output == "password\n")
  }

  @Test("inspect shows type, algorithm, use, kid, thumbprint and strength (RFC 7638, section 3.1)")
  func inspect() async throws {
    let modulus = """
      0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM\
      stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5\
      hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw
      """
    let key = #"{"kty":"RSA","n":"\#(modulus)","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#
    let folder = try Folder(["key": key, "bare": key.replacing(#","alg":"RS256""#, with: "")])
    let text = try await policy("keys", "inspect", "key", in: folder)
    #expect(
      text.lines == [
        "RSA: public key", "  algorithm   RS256", "  use         sig", #"  kid         "2011-04-29""#,
        "  thumbprint  NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "  strength    2048 bits, security of 112",
      ]
    )
    let bare = try await policy("keys", "inspect", "bare", "--format", "json", in: folder)
    #expect(
      bare.lines == [
        """
        {"type":"RSA","private":false,"algorithm":null,"algorithms":["RS256","RS384","RS512","PS256","PS384","PS512",\
        "RSA-OAEP","RSA-OAEP-256","RSA-OAEP-384","RSA-OAEP-512"],"use":null,"kid":"2011-04-29",\
        "thumbprint":"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs","bits":2048,"securityBits":112}
        """
      ]
    )
    let bound = try await policy("keys", "inspect", "bare", "--algorithm", "PS256", in: folder)
    #expect(bound.lines.dropFirst().first == "  algorithm   PS256")
  }

  @Test("a set is shown key after key, and one that cannot be used makes the status 1")
  func inspectSet() async throws {
    let set = #"{"keys":[\#(Example.key),{"kty":"oct","k":"AA","alg":"HS256"},\#(Example.bareKey)]}"#
    let folder = try Folder(["set": set])
    let json = try await policy("keys", "inspect", "set", "--format", "json", in: folder)
    #expect(json.status == 1)
    #expect(json.lines.count == 3)
    #expect(json.lines[0].hasPrefix(#"{"type":"oct","private":true,"algorithm":"HS256","#))
    #expect(json.lines[1].hasPrefix(#"{"error":{"code":"weak","message":""#))
    #expect(json.lines[2].contains(#""algorithm":null,"algorithms":["HS256","HS384","HS512","dir","#))
    let text = try await policy("keys", "inspect", "set", in: folder)
    #expect(text.output.contains("key 1: a key for HS256 has 1 bytes"))
    for outcome in [json, text] { #expect(!outcome.output.contains(Example.secret)) }
  }

  @Test("publish prints public halves only, of files and sets together")
  func publish() async throws {
    let folder = try Folder()
    for (algorithm, more) in [("EdDSA", ["--id", "1"]), ("ES256", ["--id", "2"]), ("ECDH-ES", [])] {
      let arguments = ["keys", "generate", "--algorithm", algorithm, "--output", algorithm] + more
      #expect(try await policy(arguments, in: folder).status == 0)
    }
    let first = try await policy("keys", "publish", "EdDSA", "ECDH-ES", in: folder)
    #expect(first.status == 0, "\(first.errors)")
    try folder.write(Array(first.output.utf8), to: "set")
    let all = try await policy("keys", "publish", "set", "ES256", in: folder)
    #expect(all.status == 0)
    #expect(all.lines.count == 1)
    #expect(all.output.hasPrefix(#"{"keys":[{"kty":"OKP","kid":"1","use":"sig","alg":"EdDSA","crv":"Ed25519","x":""#))
    #expect(all.output.components(separatedBy: #""kty""#).count == 4)
    #expect(!Self.privateMembers.contains(where: all.output.contains))
    let twice = try await policy("keys", "publish", "EdDSA", "set", in: folder)
    #expect(twice.status == 1)
    #expect(twice.errors.contains("(ambiguous)"))
  }

  @Test("a shared secret and a key that cannot be used are not published, nor is anything beside them")
  func unpublished() async throws {
    let folder = try Folder(["secret": Example.key, "broken": #"{"keys":[{"kty":"EC"}]}"#])
    #expect(try await policy("keys", "generate", "--algorithm", "ES256", "--output", "good", in: folder).status == 0)
    for path in ["secret", "broken", "none"] {
      let outcome = try await policy("keys", "publish", "good", path, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("`\(path)`"))
      #expect(!outcome.errors.contains(Example.secret))
    }
  }

  @Test("an RSA PEM is published under the algorithm given, and not without (J48)")
  func publishPEM() async throws {
    let folder = try Folder()
    let generate = ["keys", "generate", "--algorithm", "RS256", "--bits", "2048", "--pem", "--output", "key.pem"]
    #expect(try await policy(generate, in: folder).status == 0)
    let bound = try await policy("keys", "publish", "key.pem", "--algorithm", "PS256", in: folder)
    #expect(bound.output.hasPrefix(#"{"keys":[{"kty":"RSA","use":"sig","alg":"PS256","e":"AQAB","n":""#))
    let unbound = try await policy("keys", "publish", "key.pem", in: folder)
    #expect(unbound.status == 1)
    #expect(unbound.errors.contains("PS256, PS384, PS512, RS256, RS384, RS512 (algorithmAmbiguous)\nhelp: --algorithm"))
  }

  /// A certificate and its key as `openssl pkcs12 -nodes` writes them.
  private static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBeTCCAR+gAwIBAgIUAqK1Jso0UUZ8h1CHSyO0lJZX/iIwCgYIKoZIzj0EAwIw
    EjEQMA4GA1UEAwwHZXhhbXBsZTAeFw0yNjExMzAyMjQ5NTBaFw0yNjEyMDEyMjQ5
    NTBaMBIxEDAOBgNVBAMMB2V4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
    AATPK02SKw+cGdJmzAuHYKo4hVyTv+pPUsli9MMAWtSpfwcoQESc1FHxPYOifylr
    h4SGXGkLJ7Gl/iNCYZZnIH+Po1MwUTAdBgNVHQ4EFgQUWak3JDkRgWCmadyQYkbI
    BNBgKVYwHwYDVR0jBBgwFoAUWak3JDkRgWCmadyQYkbIBNBgKVYwDwYDVR0TAQH/
    BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAzgvPeot+Kxn9ppOkceTMOCPbwEUh
    Zgy36hXSS4ZTJysCIBG3VcNGeJ9vTY0DVxQc9+X+RFu/9EglS05IXwF5sqf/
    -----END CERTIFICATE-----
    """

  @Test("a certificate is refused with the option that takes its public key, and taken with it")
  func certificate() async throws {
    let folder = try Folder(["c.pem": "subject=CN = example\n" + Self.certificate])
    let refused = try await policy("keys", "inspect", "c.pem", in: folder)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("--certificate") && refused.errors.contains("(unsupported)"))
    let taken = try await policy("keys", "inspect", "c.pem", "--certificate", "--algorithm", "ES256", in: folder)
    #expect(taken.status == 0, "\(taken.errors)")
    #expect(taken.lines.prefix(2) == ["P-256: public key", "  algorithm   ES256"])
  }

  @Test("a key with a byte order mark, with text around it or on one line is read as the key that it is")
  func forms() async throws {
    let folder = try Folder()
    let generate = ["keys", "generate", "--algorithm", "ES256", "--pem", "--output", "key.pem"]
    #expect(try await policy(generate, in: folder).status == 0)
    let pem = try String(contentsOfFile: "\(folder.path)/key.pem", encoding: .utf8)
    let expected = try await policy("keys", "inspect", "key.pem", in: folder)
    let forms = [
      "\u{FEFF}" + pem, "Bag Attributes\n    localKeyID: 1\n" + pem, pem.replacing("\n", with: "\\n"),
      pem + Self.certificate,
    ]
    for form in forms {
      try folder.write(Array(form.utf8), to: "other.pem")
      #expect(try await policy("keys", "inspect", "other.pem", in: folder).output == expected.output)
    }
    try folder.write(Array("\u{FEFF}\(Example.key)".utf8), to: "key.jwk")
    #expect(try await policy("keys", "inspect", "key.jwk", in: folder).status == 0)
  }
}
