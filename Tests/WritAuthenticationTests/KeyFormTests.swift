// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Keys as providers, editors and environment variables write them.
@Suite("Keys as they are found")
struct KeyFormTests {
  // MARK: PEM

  /// The output of `openssl pkcs12 -nodes`: a certificate and its key, with attributes.
  private static let bag = """
    Bag Attributes
        localKeyID: F4 94 3A DA 4B E3 D3 D1 4D 06 E5 49 7B C6 C6 CF 5C E2 6D 1D
    subject=CN = example
    issuer=CN = example
    \(certificate)
    Bag Attributes
        localKeyID: F4 94 3A DA 4B E3 D3 D1 4D 06 E5 49 7B C6 C6 CF 5C E2 6D 1D
    Key Attributes: <No Attributes>
    \(privatePEM)
    """

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

  private static let privatePEM = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgC9fRt1OecjJRgpWG
    Hb4uDestSnGWF146URzekKUQe7OhRANCAATPK02SKw+cGdJmzAuHYKo4hVyTv+pP
    Usli9MMAWtSpfwcoQESc1FHxPYOifylrh4SGXGkLJ7Gl/iNCYZZnIH+P
    -----END PRIVATE KEY-----
    """

  private static let publicPEM = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzytNkisPnBnSZswLh2CqOIVck7/q
    T1LJYvTDAFrUqX8HKEBEnNRR8T2Don8pa4eEhlxpCyexpf4jQmGWZyB/jw==
    -----END PUBLIC KEY-----
    """

  /// The same text in the ways that it reaches a program.
  private static func variants(_ pem: String) -> [(String, String)] {
    [
      ("as it is", pem), ("a byte order mark", "\u{FEFF}" + pem), ("text around it", "a key:\n\(pem)\n# end\n"),
      ("escaped line breaks", pem.replacing("\n", with: "\\n")),
      ("escaped line breaks and quotes", "\"" + pem.replacing("\n", with: "\\n") + "\\n\""),
      ("escaped line breaks of Windows", pem.replacing("\n", with: "\\r\\n")),
      ("spaces for line breaks", pem.replacing("\n", with: " ")), ("Windows", pem.replacing("\n", with: "\r\n")),
      ("indented", "    " + pem.replacing("\n", with: "\n    ")), ("empty lines", pem.replacing("\n", with: "\n\n")),
      ("a certificate beside it", certificate + "\n" + pem + "\n" + certificate),
    ]
  }

  @Test("A key in PEM is found in text, with a byte order mark, on one line and with escaped line breaks")
  func textAround() throws {
    let thumbprint = try PublicKey(pem: Self.publicPEM, accepting: [.es256]).thumbprint()
    for (name, text) in Self.variants(Self.publicPEM) {
      #expect(try PublicKey(pem: text, accepting: [.es256]).thumbprint() == thumbprint, "\(name)")
      #expect(try JSONWebKey(pem: Array(text.utf8), accepting: [.es256]).publicKey?.thumbprint() == thumbprint)
    }
    for (name, text) in Self.variants(Self.privatePEM) + [("a bag", Self.bag)] {
      guard case .private(let key) = try JSONWebKey(pem: text, accepting: [.es256]) else {
        Issue.record("no key pair: \(name)")
        continue
      }
      #expect(try key.publicKey.thumbprint() == thumbprint, "\(name)")
    }
  }

  @Test("Text that holds no key, several, or half of one is refused with a reason that says which")
  func wrongText() throws {
    func message(_ text: String) -> String {
      do throws(KeyError) {
        _ = try JSONWebKey(pem: text, accepting: [.es256])
        return "taken"
      } catch {
        return error.description
      }
    }
    #expect(message("") == "not PEM: expected \"-----BEGIN ...\"")
    #expect(message(Self.privatePEM + Self.publicPEM) == "the PEM holds 2 keys, expected one")
    #expect(message(String(Self.privatePEM.dropLast(30))).hasSuffix("is it cut off?"))
    #expect(message(Self.certificate).contains("PublicKey(certificatePEM:)"))
    #expect(message(Self.privatePEM.replacing("MIGH", with: "Proc-Type: 4,ENCRYPTED\n\nMIGH")).contains("pkcs8 -topk8"))
    #expect(message(Self.publicPEM.replacing("MFkw", with: "MF\\tkw")).contains("base64"))
    let wide: [UInt8] = [0xFF, 0xFE] + Self.publicPEM.utf8.flatMap { (byte: UInt8) -> [UInt8] in [byte, 0] }
    #expect(refusal { () throws(KeyError) in try JSONWebKey(pem: wide, accepting: [.es256]) } == .malformed)
  }

  @Test("The public key of a certificate is taken where it is asked for by name, and nowhere else")
  func certificates() throws {
    let thumbprint = try PublicKey(pem: Self.publicPEM, accepting: [.es256]).thumbprint()
    for text in [Self.certificate, Self.bag] {
      let key = try PublicKey(certificatePEM: text, accepting: [.es256], identifier: "c")
      #expect(try key.thumbprint() == thumbprint)
      #expect(key.attributes.identifier == "c")
    }
    let body = Self.certificate.split(separator: "\n").dropFirst().dropLast().joined()
    let der = Array(try #require(Data(base64Encoded: body)))
    #expect(try PublicKey(certificateDER: der.span, accepting: [.es256]).thumbprint() == thumbprint)
    for (text, code) in [
      (Self.publicPEM, .malformed), (Self.certificate + Self.certificate, .malformed), ("", .malformed),
    ] as [(String, KeyError.Code)] {
      #expect(refusal { () throws(KeyError) in try PublicKey(certificatePEM: text, accepting: [.es256]) } == code)
    }
    #expect(
      refusal { () throws(KeyError) in try PublicKey(certificatePEM: Self.certificate, accepting: [.rs256]) }
        == .algorithmNotAccepted
    )
    #expect(
      refusal { () throws(KeyError) in try PublicKey(pem: Self.certificate, accepting: [.es256]) } == .unsupported
    )
    for index in stride(from: 0, to: der.count, by: 7) {
      let cut = Array(der.prefix(index))
      #expect(
        refusal { () throws(KeyError) in try PublicKey(certificateDER: cut.span, accepting: [.es256]) } == .malformed
      )
    }
  }

  // MARK: JWK

  @Test("Members that are null count as absent, as serializers write them")
  func nullMembers() throws {
    let key = try KeyMaker.publicJSON(.es256)
    let thumbprint = try PublicKey(parsing: json(key)).thumbprint()
    let empty: Object = [
      "alg": NSNull(), "use": NSNull(), "kid": NSNull(), "key_ops": NSNull(), "d": NSNull(), "p": NSNull(),
      "k": NSNull(),
      "oth": NSNull(), "x5c": NSNull(),
    ]
    let read = try JSONWebKey(parsing: json(key.merging(empty) { $1 }))
    guard case .public(let half) = read else { return #expect(Bool(false), "not a public key") }
    #expect(try half.thumbprint() == thumbprint)
    #expect(half.attributes.identifier == nil)
    #expect(half.attributes.algorithm == .es256)
    #expect(try PublicKey(parsing: json(key.merging(["d": NSNull()]) { $1 })).thumbprint() == thumbprint)
    for name in ["kty", "crv", "x", "y"] {
      #expect(refusal(ofKey: key.merging([name: NSNull()]) { $1 }) == .malformed)
    }
    let rsa = try KeyMaker.publicJSON(.rs256).merging(empty.filter { $0.key != "alg" }) { $1 }
    #expect(try JSONWebKey(parsing: json(rsa)).publicKey != nil)
  }

  @Test("A zero byte in front of n and e changes neither the key nor its thumbprint")
  func leadingZero() throws {
    let key = try KeyMaker.publicJSON(.rs256)
    let modulus = decodedBase64URL(key["n"] as? String ?? "")
    let padded = key.merging(["n": base64URL([0] + modulus), "e": base64URL([0, 1, 0, 1] as [UInt8])]) { $1 }
    let (plain, read) = (try PublicKey(parsing: json(key)), try PublicKey(parsing: json(padded)))
    #expect(try read.thumbprint() == plain.thumbprint())
    #expect(try read.json() == plain.json())
    let token = try TokenIssuer(issuer: "i", signingKey: KeyMaker.signingKey(.rs256), lifetime: .seconds(60))
      .issue(NoClaims(), audience: "a")
    #expect(refusal(of: token, try VerificationKeys(read)) == nil)
    var pair = try KeyMaker.secretJSON(.rs256)
    pair["n"] = base64URL([0] + modulus)
    #expect(refusal(ofKey: pair) == nil)
  }

  @Test("SPIFFE's use jwt-svid is that of signatures; a set passes over keys of a use that is not known, and says why")
  func uses() throws {
    let key = try KeyMaker.publicJSON(.es256).filter { $0.key != "alg" }
    let svid = try PublicKey(parsing: json(key.merging(["use": "jwt-svid"]) { $1 }))
    #expect(svid.attributes.use == .signature && svid.attributes.algorithm == .es256)
    #expect(refusal(ofKey: key.merging(["use": "jwt-svid", "alg": "ECDH-ES"]) { $1 }, accepting: [.ecdhES]) != nil)
    for use in ["x509-svid", "JWT-SVID", "jwt-svid ", "signature", ""] {
      #expect(refusal(ofKey: key.merging(["use": use]) { $1 }) == .unsupported)
    }
    let certificate = try KeyMaker.publicJSON(.es256).merging(["use": "x509-svid", "kid": "x"]) { $1 }
    let bundle: Object = ["keys": [certificate, key.merging(["use": "jwt-svid"]) { $1 }], "spiffe_sequence": 1]
    let set = try PublicKeySet(parsing: json(bundle))
    #expect(set.keys.count == 1)
    #expect(set.refusals.map(\.position) == [0])
    #expect(set.refusals.first?.error.description.contains("x509-svid") == true)
  }

  @Test("Keys and sets are read from a string as from bytes, and with a byte order mark")
  func strings() throws {
    let key = try KeyMaker.publicJSON(.es256)
    let text = String(decoding: json(key), as: UTF8.self)
    let set = "{\"keys\":[\(text)]}"
    #expect(try JSONWebKey(parsing: text).type == .curve(.p256))
    #expect(try JSONWebKey(parsing: "\u{FEFF}" + text).type == .curve(.p256))
    #expect(try PublicKey(parsing: text).type == .curve(.p256))
    #expect(try JSONWebKeySet(parsing: set).keys.count == 1)
    #expect(try JSONWebKeySet(parsing: "\u{FEFF}" + set).keys.count == 1)
    #expect(try PublicKeySet(parsing: set).keys.count == 1)
    do throws(KeyError) {
      _ = try JSONWebKey(parsing: "\u{FEFF}{\"kty\":}")
    } catch {
      #expect(error.description.contains("at byte 10"))
    }
  }

  // MARK: Algorithms

  @Test("Keys without alg are bound to the algorithm that the caller assumes for their type, one each")
  func assumed() throws {
    func bare(_ algorithm: JSONWebAlgorithm, _ name: String) throws -> Object {
      try KeyMaker.publicJSON(algorithm).filter { $0.key != "alg" }.merging(["kid": name]) { $1 }
    }
    let keys: [Object] = [
      try bare(.rs256, "a"), try KeyMaker.publicJSON(.ps256).merging(["kid": "b"]) { $1 }, try bare(.es256, "c"),
    ]
    let text = json(["keys": keys])
    #expect(refusal { () throws(KeyError) in try JSONWebKeySet(parsing: text) } == .algorithmAmbiguous)
    #expect(refusal { () throws(KeyError) in try PublicKeySet(parsing: text) } == .algorithmAmbiguous)
    for set in [
      try PublicKeySet(parsing: text, assuming: [.rs256]).keys.map(\.attributes.algorithm),
      try JSONWebKeySet(parsing: text, assuming: [.rs256, .es384]).keys.map(\.attributes.algorithm),
    ] {
      #expect(set == [.rs256, .ps256, .es256], "what a key says itself is not changed")
    }
    #expect(
      refusal { () throws(KeyError) in try PublicKeySet(parsing: text, assuming: [.rs256, .ps256]) }
        == .algorithmAmbiguous
    )
    #expect(
      refusal { () throws(KeyError) in try PublicKeySet(parsing: text, assuming: [.rsaOAEP256]) } == .algorithmAmbiguous
    )
    // What is not accepted cannot be assumed.
    let narrow = try PublicKeySet(parsing: text, accepting: [.ps256, .es256], assuming: [.rs256])
    #expect(narrow.keys.map(\.attributes.algorithm) == [.ps256, .ps256, .es256])
    do throws(KeyError) {
      _ = try PublicKeySet(parsing: text)
    } catch {
      #expect(error.description.contains("`assuming`") && error.description.contains("RS256"))
    }
  }

  @Test("A key of the type RSASSA-PSS is for its own algorithms alone")
  func restricted() throws {
    // openssl genpkey -algorithm RSA-PSS, SHA-256 with a salt of 32 bytes; the public half.
    let pem = """
      -----BEGIN PUBLIC KEY-----
      MIIBVjBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZIhvcN
      AQEIMA0GCWCGSAFlAwQCAQUAogMCASADggEPADCCAQoCggEBALRS8HRS+uDI4PdH
      q/+CHKzRmMx99dBlLW6NJZ5Ntd8+kI+gviDssYNKhThiUGYUnsiHFKw5JLqVT5h1
      unw0xH3R1FeQsbmKwrhImeBh5gIikSSKtXOKgbe5aMd6xJ3r1IZf+5uwkw6CnzOQ
      1omBu1hYChlTdeY/ZKdsr9p/i42IIXWg9qZv2DwqbQKbThKX7NgoLwX/z5qpWwo0
      5ugSt9Ht8sc7SsvglvVogEGm0BoQf69xgBySo55yFSQnc1SJ3IQN6HuSs9+4z+pN
      PCecSY9An4N34j3a0tGybU9H3guVpIOsjCfYsVT8CCq/ARj8iCkkKY+ZcB3x/ZTC
      2WTtJXkCAwEAAQ==
      -----END PUBLIC KEY-----
      """
    let key = try PublicKey(pem: pem, accepting: .signatures)
    #expect(key.type == .rsa && key.attributes.algorithm == .ps256)
    #expect(try PublicKey(pem: key.pem(), accepting: .signatures).attributes.algorithm == .ps256)
    #expect(try PublicKey(parsing: key.json()).thumbprint() == key.thumbprint())
    for accepted: Set<JSONWebAlgorithm> in [[.rs256], [.ps384, .ps512], .encryption] {
      #expect(
        refusal { () throws(KeyError) in try PublicKey(pem: pem, accepting: accepted) } == .algorithmNotAccepted
      )
    }
  }
}
