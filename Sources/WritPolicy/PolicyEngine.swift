// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import WritCedar

/// Policies and entities compiled into tables, so that a decision costs the same with ten policies and with a million.
///
/// Shared by all threads. Decisions are made by its deciders, one a thread, event loop or connection:
///
///     let engine = try PolicyEngine(policies, entities: entities)
///     let decider = engine.decider()
///     guard decider.decide(request).isAllowed else { … }
///
/// Decisions, reasons and erring policies are those of the literal `Authorizer` over the same policies and entities. A
/// `forbid` that errs denies, unless the engine is made with `ErringForbids.skip`, Cedar's rule.
public final class PolicyEngine: Sendable {
  let gate: VersionGate
  let schema: Schema?
  /// Validates policies before they are compiled; `nil` without a schema, or where that is not wanted.
  let validator: SchemaValidator?
  let limits: ChangeLimits
  private let changes: Guarded<ChangeState>
  let tag: UInt32
  private let pool = DeciderPool()

  private static let engineCount = Atomic<UInt32>(0)

  /// Compiles policies and entities.
  ///
  /// - Parameters:
  ///   - policies: the policies; templates count through their links.
  ///   - schema: when given, the entities must fit it, its actions and their groups are added to them, and policies are
  ///     validated against it.
  ///   - entities: what policies may look at.
  ///   - erringForbids: the effect of a `forbid` that errs; `ErringForbids.skip` is Cedar's rule.
  ///   - validation: whether policies that are not valid by the schema are refused, now and whenever policies change.
  /// - Throws: ``PolicyEngineError``; for policies that are refused with ``PolicyEngineError/report``.
  public convenience init(
    _ policies: PolicySet,
    schema: Schema? = nil,
    entities: EntityStore = EntityStore(),
    erringForbids: ErringForbids = .deny,
    validation: PolicyValidation = .refuse
  ) throws(PolicyEngineError) {
    let validator = validation == .refuse ? schema.map { SchemaValidator($0) } : nil
    try validator?.check(policies.members)
    try self.init(
      Array(policies.policies),
      schema,
      Self.entities(entities, fitting: schema),
      erringForbids: erringForbids,
      templates: policies.templateIDs,
      validator: validator
    )
  }

  /// Compiles policies, and entities that fit the schema and have its actions.
  package init(
    _ policies: [Policy],
    _ schema: Schema?,
    _ entities: EntityStore,
    erringForbids: ErringForbids,
    limits: ChangeLimits = .usual,
    templates: Set<PolicyID> = [],
    validator: SchemaValidator? = nil
  ) throws(PolicyEngineError) {
    // Even: the odd ones are overlays'.
    tag = Self.engineCount.wrappingAdd(2, ordering: .relaxed).newValue
    self.schema = schema
    self.validator = validator
    self.limits = limits
    changes = Guarded(ChangeState(templates: templates))
    let version = try Version(
      engine: tag,
      policies: policies,
      entities: entities,
      isStrict: erringForbids == .deny
    )
    gate = VersionGate(version, limits.reclaim)
  }

  static func entities(
    _ entities: EntityStore,
    fitting schema: Schema?
  ) throws(PolicyEngineError) -> EntityStore {
    guard let schema else { return entities }
    for entity in entities {
      if let problem = schema.problem(with: entity) { throw PolicyEngineError(code: .schema, description: problem) }
    }
    var all = entities
    do {
      try all.upsert(replacing: EntityStore(actionsOf: schema))
    } catch {
      // Actions are in no other entity, and a schema's do not form a circle.
      throw PolicyEngineError(code: .schema, description: error.description, underlyingError: error)
    }
    return all
  }

  /// The number of the version that decides at the moment: 1 at first, and larger with each change; also, now and then,
  /// when tables have been written again.
  public var version: UInt64 { unsafe gate.read { unsafe $0.pointee.number } }

  /// Changes something, one caller at a time.
  func locked<Result, Failure: Error>(
    _ body: (inout sending ChangeState) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result { try changes.withLock(body) }

  // MARK: Deciding

  /// A decider of its own for a thread, event loop or connection.
  public func decider() -> Decider { Decider(gate, engine: tag, schema: schema) }

  /// Whether the request is allowed, by a decider from a pool: a ``decider()`` of one's own is faster.
  public func isAuthorized(_ request: AuthorizationRequest, overlay: EntityOverlay? = nil) -> Bool {
    withDecider { $0.decide(request, overlay: overlay).isAllowed }
  }

  /// Whether the request is allowed, with the policies that determine it, by a decider from a pool.
  public func authorize(_ request: AuthorizationRequest, overlay: EntityOverlay? = nil) -> EngineResponse {
    withDecider { $0.authorize(request, overlay: overlay) }
  }

  /// Explains how the policies came to the answer, those first that came nearest to being satisfied.
  ///
  /// For people who look into a decision: every policy is evaluated literally.
  public func explain(_ request: AuthorizationRequest, overlay: EntityOverlay? = nil) -> [Explanation] {
    let version = gate.version
    return withExtendedLifetime(version) {
      let entities = StoredEntities(version: version, overlay: overlay)
      return Evaluator(request: request, entities: entities).explain(version.livePolicies)
    }
  }

  func withDecider<Result>(_ body: (Decider) -> Result) -> Result {
    let decider = pool.take() ?? decider()
    defer { pool.put(decider) }
    return body(decider)
  }

  // MARK: Handles and contexts

  /// The handle of a UID; `nil` when neither policies nor entities name it.
  public func handle(for uid: EntityUID) -> EntityHandle? {
    unsafe gate.read { unsafe $0.pointee.directory.find(uid) }.map { EntityHandle(engine: tag, number: $0) }
  }

  /// The handle of the UID of this type and id, without making a UID; `nil` when neither policies nor entities name it.
  public func handle(type: EntityTypeName, id: String) -> EntityHandle? {
    unsafe gate.read { unsafe $0.pointee.directory.find(type: type, id: id) }.map {
      EntityHandle(engine: tag, number: $0)
    }
  }

  /// Builds the context of requests.
  ///
  /// - Parameters:
  ///   - record: the attributes of the context.
  ///   - overlay: the entities that the same requests bring.
  public func context(_ record: RecordValue, over overlay: EntityOverlay? = nil) -> RequestContext {
    unsafe gate.read { unsafe RequestContext(record, engine: tag, $0, over: overlay) }
  }

  /// Builds entities that requests bring: a principal made from a token, a row just read.
  ///
  /// What is stored stays, and what is brought is added, so that a token cannot undo what a policy forbids by stored
  /// facts:
  ///
  ///     try engine.overlay([principal])                         // its roles and attributes are added to the stored
  ///     ones try engine.overlay([principal], replacing: [document])  // the document was just read, and counts as it
  ///     is
  ///
  /// Parents may be stored, among these, or absent. The cost of deciding follows the entities and the ancestors of
  /// their parents, unless one of them gives ancestors to a stored entity, or takes some away: then deciding walks to
  /// the ancestors it asks for (``Decider/changedHierarchies``). An overlay serves every later version too, and what
  /// has been stored, changed or removed since it was built counts; a conflict that arises later is the stored value's.
  ///
  /// - Parameters:
  ///   - entities: what comes from outside.
  ///   - rule: the effect of those on stored entities of their UIDs. `OverlayRule.mergeWithoutConflicts` reads the
  ///     stored entities back, which costs microseconds.
  ///   - replacing: entities that stand in place of the stored ones, whole, whatever the rule.
  /// - Throws: ``PolicyEngineError``: an entity that, with what is stored of it, does not fit the engine's schema, an
  ///   action, two different entities of one UID, an entity that would be its own ancestor, a value that is refused
  ///   (``PolicyEngineError/Code/conflict``).
  public func overlay(
    _ entities: [Entity] = [],
    rule: OverlayRule = .merge,
    replacing: [Entity] = []
  ) throws(PolicyEngineError) -> EntityOverlay {
    let decider = pool.take() ?? decider()
    defer { pool.put(decider) }
    return try decider.overlay(entities, rule: rule, replacing: replacing)
  }
}

extension Decision {
  /// Whether it is ``allow``.
  public var isAllowed: Bool { self == .allow }
}
