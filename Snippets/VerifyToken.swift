// Issues a token, and verifies it: signature, expiry, issuer and audience.
import WritTokens

struct Role: TokenClaims {
  var role: String
  init(role: String) { self.role = role }
  init(reading claims: ClaimsReader) throws(TokenError) { role = try claims.string("role") }
  func write(to claims: inout ClaimsWriter) { claims.string("role", role) }
}

let key = try PrivateKey.generate(.es256, identifier: "2026-11")  // or read: PrivateKey(pem:), JSONWebKey(parsing:)
let issuer = try TokenIssuer(issuer: "https://id.example", signingKey: SigningKey(key), lifetime: .seconds(900))
let text = try issuer.issue(Role(role: "editor"), subject: "alice", audience: "api")

let keys = try VerificationKeys(key.publicKey)  // or keys that rotate, fetched from the issuer
let verifier = try TokenVerifier(keys: keys, issuer: "https://id.example", audience: "api")
let token = try verifier.verify(text, as: Role.self)  // throws a TokenError with a code; never waits
print(token.subject ?? "", token.claims.role)  // prints: alice editor
