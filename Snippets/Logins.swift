// A login with all that belongs to it: passwords, codes, sessions, forged requests, refresh tokens.
import WritAuthentication

let ring = try SecretRing([ApplicationSecret.generate(identifier: "2026-11")])
let store = try MemoryRecordStore()
struct NoAddress: Error {}
// The address of the connection, or the one that a trusted proxy names.
guard let address = ClientAddress("192.0.2.7") else { throw NoAddress() }

func hasher() throws -> PasswordHasher {
  // snippet.ring
  let ring = try SecretRing(contentsOfFile: "/run/secrets/writ")  // `policy secrets generate`; never in a store
  let hasher = PasswordHasher(ring: ring)  // scrypt; Argon2id with the trait Argon2
  // snippet.end
  return hasher
}

// snippet.setup
let sessions = try Sessions(store: store, ring: ring, origins: ["https://app.example"])
let refreshTokens = try RefreshTokens(store: store, ring: ring, sessions: sessions)
let codes = try OneTimePasswords(store: store, ring: ring)
let recoveryCodes = RecoveryCodes(store: store, ring: ring)
let events = SecurityEvents { event in print(event) }  // a line each, without secrets
let logins = Passwords(
  store: store,
  hasher: PasswordHasher(ring: ring),
  revoking: [sessions, refreshTokens],
  events: events
)
// snippet.end

func signUp(_ password: String) async throws {
  // snippet.signUp
  try await logins.set(password, for: "ines", from: address)  // 15 characters or more, unless there is a second factor
  // snippet.end
}

func login(_ password: String, visitor: Session?) async throws -> BegunSession {
  // snippet.login
  // Read before the password, so that a reset in between ends this login too.
  let epoch = try await sessions.epoch(of: "ines")
  try await logins.verify(password, account: "ines", from: address)  // throws unless it is right
  let begun = try await sessions.begin(for: "ines", proving: [.password], replacing: visitor, since: epoch)
  // begun.cookie is the value of Set-Cookie.
  // snippet.end
  return begun
}

func everyRequest(_ cookieFields: [String]) async throws {
  // snippet.request
  // nil: there is no session. An error, such as a store that is down: refuse the request.
  guard let session = try await sessions.session(in: cookieFields) else { return }
  // snippet.end
  print(session.account ?? "")
}

func logout(_ session: Session) async throws -> String {
  // snippet.logout
  let cookie = try await sessions.end(session)  // the value of Set-Cookie that removes the cookie
  // snippet.end
  return cookie
}

func forgery(_ session: Session, _ fields: (fetchSite: [String], origin: [String], tokens: [String])) throws {
  // snippet.forgery
  let token = try sessions.forgeryToken(for: session)  // for each form; another text each time
  let origin = RequestOrigin(
    method: "POST",
    fetchSite: fields.fetchSite,  // the values of Sec-Fetch-Site
    origin: fields.origin,
    tokens: fields.tokens,  // from the form's field or a header
    upgrade: []
  )
  try sessions.check(origin, for: session)  // throws unless it comes from one's own page, with the session's token
  // snippet.end
  print(token.isEmpty)
}

func visitors() async throws -> Session {
  // snippet.visitor
  let visitor = try await sessions.beginAnonymous(from: address)  // for the login form's token; limited by address
  // snippet.end
  return visitor.session
}

func secondFactor(_ begun: BegunSession, code: String) async throws -> BegunSession {
  // snippet.enroll
  let uri = try await codes.enroll("ines", issuer: "Example")  // shown once, as a QR code
  try await codes.confirm(code, account: "ines")  // from now on it counts
  let printed = try await recoveryCodes.generate(for: "ines")  // ten, to be printed; only hashes are stored
  // snippet.end
  print(uri, printed.count)
  // snippet.secondFactor
  try await codes.verify(code, account: "ines")  // each code once, never an older one
  let raised = try await sessions.rotate(begun.session, proving: .oneTimePassword)  // a new identifier
  guard sessions.hasProved(.oneTimePassword, in: raised.session, within: .seconds(900)) else { return begun }
  // snippet.end
  return raised
}

func change(_ password: String, to other: String, _ session: Session) async throws {
  // snippet.change
  try await logins.change(password, to: other, of: "ines", from: address, in: session)
  let link = try await logins.requestReset(for: "ines", from: address)  // half an hour, once; the application sends it
  try await logins.reset(to: other, by: link)
  try await sessions.revokeAll(of: "ines", except: nil)
  // snippet.end
}

func devices(_ password: String, _ cookieFields: [String]) async throws {
  // snippet.devices
  let devices = try DeviceCookies(ring: ring)
  let device = devices.device(in: cookieFields, for: "ines")  // nil: not known
  try await logins.verify(password, account: "ines", from: address, on: device)
  let field = try devices.issue(for: "ines")  // Set-Cookie, once all factors are proved
  for account in try await logins.lockedAccounts() { try await logins.unlock(account) }
  // snippet.end
  print(field)
}

func adoption(_ secret: String, _ hash: String) async throws {
  // snippet.adopt
  try await logins.adopt(hash: hash, for: "ines")  // bcrypt, SHA-crypt, Django's PBKDF2, scrypt or Argon2id
  let key = try OneTimePasswordKey(OneTimeSecret(base32: secret, minimum: .legacy80Bits))
  try await codes.adopt(key, for: "ines")
  try await recoveryCodes.adopt(["a1b2c-3d4e5", "f6071-82930"], for: "ines")
  // snippet.end
}

func refresh(_ begun: BegunSession) async throws {
  let issuer = try TokenIssuer(
    issuer: "https://id.example",
    signingKey: SigningKey(PrivateKey.generate(.es256, identifier: "2026-11")),
    lifetime: .seconds(900)
  )
  let epoch = try await sessions.epoch(of: "ines")
  // snippet.refresh
  let grant = try await refreshTokens.begin(
    for: "ines",
    client: "app",
    scopes: ["read", "write"],
    session: begun.session,  // nil: the family outlives the browser's session
    since: epoch
  )
  // Once each; with narrower scopes for one access token.
  let next = try await refreshTokens.rotate(grant.token, client: "app", scopes: ["read"])
  let access = try issuer.issue(AccessTokenClaims(next), subject: "ines", audience: "api")
  // snippet.end
  print(access.isEmpty)
}

// The way of one account through all of it.
try await signUp("correct horse battery staple")
let visitor = try await visitors()
let begun = try await login("correct horse battery staple", visitor: visitor)
try await everyRequest(["\(begun.cookie.prefix { $0 != ";" })"])
try await refresh(begun)
let removal = try await logout(begun.session)
print("logged out:", removal.contains("Max-Age=0"))  // prints: logged out: true
print("logged in:", begun.session.account ?? "")  // prints: logged in: ines
