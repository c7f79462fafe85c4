// Decides one request: policies and entities in, a decision and its reasons out.
// snippet.hide
#if canImport(WritPolicy)
  // snippet.show
  import WritCedar
  import WritPolicy

  let policies = try PolicySet(
    parsing: """
      permit(principal in Role::"nurse", action == Action::"readChart", resource is Patient);
      @id("suspended") forbid(principal, action, resource) when { principal.suspended };
      """
  )
  let (ines, nurse) = (try EntityUID(parsing: #"Staff::"ines""#), try EntityUID(parsing: #"Role::"nurse""#))
  let entities = try EntityStore([
    Entity(uid: ines, attributes: RecordValue([("suspended", false)]), parents: [nurse])  // or EntityStore(json: bytes)
  ])
  let engine = try PolicyEngine(policies, entities: entities)  // compiled once, shared by all threads

  let action = try EntityUID(parsing: #"Action::"readChart""#)
  let chart = try EntityUID(parsing: #"Patient::"4711""#)
  let answer = engine.authorize(AuthorizationRequest(principal: ines, action: action, resource: chart))
  print(answer.decision, answer.reasons)  // prints: allow [policy0]
// snippet.hide
#endif
