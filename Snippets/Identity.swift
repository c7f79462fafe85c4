// From a verified token to a decision: the claims become the principal of a request.
#if canImport(WritIdentity) && canImport(WritPolicy)
  import WritCedar
  import WritIdentity
  import WritPolicy
  import WritTokens

  let policies = try PolicySet(
    parsing: """
      permit(principal in Role::"editor", action == Action::"publish", resource);
      forbid(principal in Role::"suspended", action, resource);
      """
  )
  // Ida is suspended here, whatever her tokens say.
  let entities = try EntityStore(
    json: Array(
      #"[{"uid": {"type": "User", "id": "ida"}, "parents": [{"type": "Role", "id": "suspended"}], "attrs": {}}]"#.utf8
    )
  )
  let engine = try PolicyEngine(policies, entities: entities)

  let key = try PrivateKey.generate(.es256, identifier: "2026-11")
  let issuer = try TokenIssuer(issuer: "https://id.example", signingKey: SigningKey(key), lifetime: .seconds(900))
  let verifier = try TokenVerifier(
    keys: VerificationKeys(key.publicKey),
    issuer: "https://id.example",
    audience: "api"
  )

  struct Roles: TokenClaims {
    var roles: [String]
    init(roles: [String]) { self.roles = roles }
    init(reading claims: ClaimsReader) throws(TokenError) { roles = try claims.strings("roles") }
    func write(to claims: inout ClaimsWriter) { claims.strings("roles", roles) }
  }

  func mayPublish(_ subject: String) throws -> Bool {
    let text = try issuer.issue(Roles(roles: ["editor"]), subject: subject, audience: "api")
    guard let userType = EntityTypeName("User"), let roleType = EntityTypeName("Role") else { return false }
    let publish = try EntityUID(parsing: #"Action::"publish""#)
    let page = try EntityUID(parsing: #"Page::"front""#)
    // snippet.mapping
    let mapping = PrincipalMapping(
      principal: ClaimReference("sub"),
      type: userType,
      parents: [ClaimReference("roles", type: roleType)]
    )
    let token = try verifier.verify(text, as: NoClaims.self)
    let principal = try mapping.principal(of: token)
    // Roles and attributes of the token are added to the stored entity; stored facts stay.
    let overlay = try engine.overlay([principal], rule: mapping.overlayRule)
    let request = AuthorizationRequest(principal: principal.uid, action: publish, resource: page)
    let isAllowed = engine.isAuthorized(request, overlay: overlay)
    // snippet.end
    return isAllowed
  }
  print("maren:", try mayPublish("maren"))  // prints: maren: true
  print("ida:", try mayPublish("ida"))  // prints: ida: false
#endif
