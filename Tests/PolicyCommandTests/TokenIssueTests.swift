// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy token issue")
struct TokenIssueTests {
  private static let files = [
    "k": Example.key, "c.json": #"{"role":"editor","n":[1.50,{"a":null,"é":-1e2}],"t":true}"#,
  ]

  private func issue(_ arguments: [String], input: String = "") async throws -> Outcome {
    let files = Self.files
    return try await policy(["token", "issue"] + arguments, input: Array(input.utf8), in: Folder(files))
  }

  @Test("header and claims are what was asked for, values as they were written")
  func everything() async throws {
    let folder = try Folder(Self.files)
    let arguments = [
      "--key", "k", "--issuer", "https://id.example", "--subject", "alice", "--audience", "api", "--lifetime", "60",
      "--id", "t1", "--type", "at+jwt", "--claims", "c.json", "--time", "1000",
    ]
    let issued = try await policy(["token", "issue"] + arguments, in: folder)
    #expect(issued.status == 0, "\(issued.errors)")
    #expect(issued.lines.count == 1)
    let verified = try await policy(
      ["token", "verify", "--keys", "k", "--token", "-", "--time", "1059", "--format", "json"],
      input: Array(issued.output.utf8),
      in: folder
    )
    #expect(
      verified.lines == [
        """
        {"valid":true,"header":{"alg":"HS256","typ":"at+jwt"},"claims":{"iss":"https://id.example","sub":"alice",\
        "aud":"api","exp":1060,"iat":1000,"jti":"t1","role":"editor","n":[1.50,{"a":null,"é":-1e2}],"t":true}}
        """
      ]
    )
    let json = try await policy(["token", "issue"] + arguments + ["--format", "json"], in: folder)
    #expect(json.lines == [#"{"token":"\#(issued.lines.first ?? "")"}"#])
  }

  @Test("audiences in an array and a time not before are issued; of several issuers and audiences one is enough")
  func audiences() async throws {
    let arguments = [
      "--key", "k", "--issuer", "i", "--audience", "api", "--audience", "web", "--not-before", "5.5", "--time", "0",
    ]
    let issued = try await issue(arguments)
    let token = issued.lines.first ?? ""
    let shown = try await policy("token", "inspect", "--token", token, in: Folder())
    #expect(shown.output.contains(#"{"iss":"i","aud":["api","web"],"exp":900,"nbf":5.5,"iat":0}"#))
    let verify = ["token", "verify", "--keys", "k", "--token", token, "--time"]
    let folder = try Folder(Self.files)
    #expect(
      try await policy(verify + ["6", "--issuer", "j", "--issuer", "i", "--audience", "web"], in: folder).status == 0
    )
    #expect(try await policy(verify + ["6", "--issuer", "j", "--audience", "web"], in: folder).status == 2)
    #expect(try await policy(verify + ["5.4", "--leeway", "0"], in: folder).status == 2)
    #expect(try await policy(verify + ["5.5", "--leeway", "0"], in: folder).status == 0)
  }

  @Test("a token that is bound to a key is refused, unless that is waived by name (J51)")
  func bound() async throws {
    let claims = #"{"cnf":{"jkt":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#
    let issued = try await issue(["--key", "k", "--issuer", "i", "--time", "0", "--claims", claims])
    let verify = [
      "token", "verify", "--keys", "k", "--token", issued.lines.first ?? "", "--time", "1", "--format", "json",
    ]
    let refused = try await policy(verify, in: Folder(Self.files))
    #expect(refused.status == 2 && refused.output.contains(#""code":"binding""#), "\(refused.output)")
    #expect(try await policy(verify + ["--without-proof"], in: Folder(Self.files)).status == 0)
  }

  @Test("a key comes from standard input, too; a token is valid for 900 seconds unless something else is asked for")
  func standardInput() async throws {
    let issued = try await issue(
      ["--key", "-", "--issuer", "a", "--time", "0", "--claims", #" {"b":1}"#],
      input: Example.key
    )
    #expect(issued.status == 0, "\(issued.errors)")
    let shown = try await policy("token", "inspect", "--token", issued.lines.first ?? "", in: Folder())
    #expect(shown.output.contains(#"{"iss":"a","exp":900,"iat":0,"b":1}"#))
  }

  @Test("the password of an encrypted PEM comes from a file, and a wrong one says so")
  func password() async throws {
    let folder = try Folder(["right": "letmein\n", "wrong": "letmeout\n", "empty": "\n"])
    let generated = try await policy(
      ["keys", "generate", "--algorithm", "ES256", "--pem", "--password-file", "right", "--output", "k.pem"],
      in: folder
    )
    #expect(generated.status == 0, "\(generated.errors)")
    let text = try await shell("head -1 k.pem", in: folder)
    #expect(text.output == "-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    let issue = ["token", "issue", "--key", "k.pem", "--issuer", "a"]
    #expect(try await policy(issue + ["--password-file", "right"], in: folder).status == 0)
    for more in [["--password-file", "wrong"], []] {
      let outcome = try await policy(issue + more, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("(password)"), "\(outcome.errors)")
      #expect(!outcome.errors.contains("letme"))
    }
    #expect(try await policy(issue + ["--password-file", "empty"], in: folder).status == 1)
  }

  @Test(
    "what cannot be issued is an error, 1, and prints no token",
    arguments: [
      (["--key", "k"], "--issuer"), (["--issuer", "a"], "--key"), (["--key", "none", "--issuer", "a"], "cannot open"),
      (["--key", "k", "--issuer", "a", "--lifetime", "0"], "(configuration)"),
      (["--key", "k", "--issuer", "a", "--lifetime", "3155760001"], "(configuration)"),
      (["--key", "k", "--issuer", "a", "--lifetime", "9223372036854775807"], "(configuration)"),
      (["--key", "k", "--issuer", "a", "--claims", #"{"exp":9}"#], "written by the issuer"),
      (["--key", "k", "--issuer", "a", "--claims", #"{"a":1,"a":2}"#], "no JSON"),
      (["--key", "k", "--issuer", "a", "--claims", "{"], "no JSON"),
      (["--key", "k", "--issuer", "a", "--claims", "-"], "no JSON"),
      (["--key", "k", "--issuer", "a", "--algorithm", "HS512"], "(algorithmNotAccepted)"),
      (["--key", "-", "--issuer", "a", "--claims", "-"], "more than once"),
      (["--key", "c.json", "--issuer", "a"], "(malformed)"),
    ]
  )
  func refused(arguments: [String], message: String) async throws {
    let outcome = try await issue(arguments)
    #expect(outcome.status == 1)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!outcome.errors.contains(Example.secret))
  }

  @Test("a public key, a set and a key that may only verify sign nothing")
  func keys() async throws {
    let folder = try Folder([
      "verify": #"{"kty":"oct","k":"\#(Example.secret)","alg":"HS256","key_ops":["verify"]}"#,
      "set": #"{"keys":[\#(Example.key)]}"#,
      "public":
        #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA"}"#,
    ])
    for (key, code) in [("verify", "notPermitted"), ("public", "notPermitted"), ("set", "ambiguous")] {
      let outcome = try await policy("token", "issue", "--key", key, "--issuer", "a", in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.output.isEmpty)
      #expect(outcome.errors.contains("(\(code))"), "\(outcome.errors)")
    }
  }
}
