// Tokens of other issuers, keys that rotate, tokens that are encrypted or bound to a key.
import WritTokens
#if RemoteKeys
  import WritRemoteKeys
#endif

struct Role: TokenClaims {
  var role: String
  init(role: String) { self.role = role }
  init(reading claims: ClaimsReader) throws(TokenError) { role = try claims.string("role") }
  func write(to claims: inout ClaimsWriter) { claims.string("role", role) }
}

let november = try PrivateKey.generate(.es256, identifier: "2026-11")
let december = try PrivateKey.generate(.es256, identifier: "2026-12")
let now: Int64 = 1_796_000_000

#if RemoteKeys
  func entra(ourTenant: String, clientID: String) async throws -> TokenVerifier {
    // snippet.entra
    var settings = RemoteKeySet.Settings()
    settings.assumed = [.rs256]  // Entra's key set leaves out `alg`
    let keys = try RemoteKeySet(
      source: HTTPSJWKSSource(url: "https://login.microsoftonline.com/\(ourTenant)/discovery/v2.0/keys"),
      settings: settings
    )
    try await keys.refresh()  // a wrong address shows at the start
    // `iss` and `tid` must name the same tenant, and it must be one of these.
    let rules = TokenRules(issuers: try .entra(tenants: [ourTenant]), audiences: [clientID])
    let verifier = try TokenVerifier(keys: .remote(keys), rules: rules)
    // snippet.end
    return verifier
  }

  func google() async throws -> TokenVerifier {
    // snippet.google
    let keys = try RemoteKeySet(source: HTTPSJWKSSource(url: "https://www.googleapis.com/oauth2/v3/certs"))
    try await keys.refresh()
    // Both spellings of Google's `iss`; a client of each platform is an audience.
    let rules = TokenRules(
      issuers: .google,
      audiences: ["web.apps.googleusercontent.com", "ios.apps.googleusercontent.com"]
    )
    let verifier = try TokenVerifier(keys: .remote(keys), rules: rules)
    // snippet.end
    return verifier
  }

  func auth0() async throws -> TokenVerifier {
    // snippet.auth0
    let domain = "https://example.eu.auth0.com/"  // with the slash: `iss` has it
    let keys = try RemoteKeySet(source: HTTPSJWKSSource(url: domain + ".well-known/jwks.json"))
    try await keys.refresh()
    let verifier = try TokenVerifier(keys: .remote(keys), issuer: domain, audience: "https://api.example")
    // snippet.end
    return verifier
  }

  func keycloak() async throws -> TokenVerifier {
    // snippet.keycloak
    let realm = "https://id.example/realms/shop"
    let keys = try RemoteKeySet(source: HTTPSJWKSSource(url: realm + "/protocol/openid-connect/certs"))
    try await keys.refresh()
    let verifier = try TokenVerifier(keys: .remote(keys), issuer: realm, audience: "shop-api")
    // snippet.end
    return verifier
  }

  func request(_ verifier: TokenVerifier, _ text: String) async throws {
    // snippet.refreshing
    let token = try await verifier.verifyRefreshingKeys(text, as: NoClaims.self)
    // snippet.end
    print(token.subject ?? "")
  }
#endif

func rotation() throws {
  // snippet.rotate
  let keys = try SigningKeySet([ScheduledKey(november, signsFrom: now)], overlap: .seconds(3600))
  let issuer = try TokenIssuer(issuer: "https://id.example", keys: keys, lifetime: .seconds(900))
  // Published at once, so that verifiers have the key before the first token that it signs.
  try keys.add(ScheduledKey(december, signsFrom: now + 30 * 86_400))
  let published = try keys.publicJSON()  // for /.well-known/jwks.json; holds no private part
  // snippet.end
  print(published.utf8.count > 0, issuer)
}
try rotation()

func publicKeys() throws {
  let pem = try november.publicKey.pem()
  let text = try JSONWebKeySet([.public(november.publicKey)]).publicJSON()
  // snippet.publicKeys
  let key = try PublicKey(pem: pem, accepting: [.es256])
  let set = try PublicKeySet(parsing: text, assuming: [.rs256])  // for keys that do not name their algorithm
  // snippet.end
  print(key, set)
}
try publicKeys()

func severalIssuers() throws {
  let issuer = try TokenIssuer(
    issuer: "https://ours.example",
    signingKey: SigningKey(november),
    lifetime: .seconds(900)
  )
  let text = try issuer.issue(NoClaims(), subject: "alice", audience: "api")
  let keys = try VerificationKeys(november.publicKey)
  let ourVerifier = try TokenVerifier(keys: keys, issuer: "https://ours.example", audience: "api")
  let theirVerifier = try TokenVerifier(keys: keys, issuer: "https://theirs.example", audience: "api")
  // snippet.severalIssuers
  // Which verifier a token is for, before it is verified. Nothing else can be done with an unverified token.
  let unverified = try UnverifiedToken(peekingAt: text)
  let known = [("https://ours.example", ourVerifier), ("https://theirs.example", theirVerifier)]
  guard let verifier = unverified.choose(from: known) else { return }
  let token = try verifier.verify(text, as: NoClaims.self)
  // snippet.end
  print(token.subject ?? "")
}
try severalIssuers()

func encryption() throws {
  let issuer = try TokenIssuer(issuer: "https://id.example", signingKey: SigningKey(november), lifetime: .seconds(900))
  let keys = try VerificationKeys(november.publicKey)
  let verifier = try TokenVerifier(keys: keys, issuer: "https://id.example", audience: "api")
  let theirPrivateKey = try PrivateKey.generate(.ecdhES, curve: .p256, identifier: "theirs")
  let theirPublicKey = theirPrivateKey.publicKey
  // snippet.encrypt
  let nested = try NestedTokenIssuer(issuer: issuer, encryptionKey: EncryptionKey(theirPublicKey))
  let sealed = try nested.issue(Role(role: "editor"), subject: "alice", audience: "api")

  let opener = NestedTokenVerifier(decryptionKeys: try DecryptionKeys(theirPrivateKey), verifier: verifier)
  let token = try opener.verify(sealed, as: Role.self)
  // snippet.end
  print(token.claims.role)
}
try encryption()

func proofs(_ verifier: TokenVerifier, text: String, field: String, uri: String, certificate: [UInt8]) throws {
  // snippet.proof
  let dpop = try DPoPVerifier()
  let replays = try LocalReplayMemory()  // one server; several share a ReplayMemory
  let token = try verifier.verify(
    text,
    as: AccessTokenClaims.self,
    proof: .dpop(field, method: "GET", uri: uri, verifier: dpop, replays: replays)
  )
  let other = try verifier.verify(text, as: AccessTokenClaims.self, proof: .certificate(certificate))
  // snippet.end
  print(token, other)
}
