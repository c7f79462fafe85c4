// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Decides requests, one after the other, for one thread, event loop or connection.
///
/// It owns the scratch memory that deciding needs, from the first decision on, and is cheap to make;
/// ``PolicyEngine/decider()`` makes one. Deciding never waits and never throws, and allocates only when policies or
/// entities have been replaced since the last time.
/// A decider keeps no version of them, except while it decides, and may outlive its engine.
@safe
public final class Decider {
  // Not the engine, whose pool keeps deciders.
  private let gate: VersionGate
  private let pin: Pin
  let tag: UInt32
  let schema: Schema?
  // A pointer, and not a property, whose every use would be checked for exclusive access.
  let machine: UnsafeMutablePointer<Machine>
  /// What the running request's source has supplied, and the texts of the request's own.
  let supplied: UnsafeMutablePointer<SuppliedAttributes>
  /// Decides with sources: with scratch memory and a pin of its own.
  private var forSources: Decider?

  var builder = OverlayBuilder()
  var rebuilt: Rebuilt?
  /// The context of the running request, to which the machine refers.
  var context: RequestContext?

  /// What another engine or version built, built again, for those who bring it again.
  struct Rebuilt {
    let given: (context: RequestContext?, overlay: EntityOverlay?)
    let built: (context: RequestContext?, overlay: EntityOverlay?)
  }

  /// - Parameter schema: what the entities of overlays must fit, when there is one.
  init(_ gate: VersionGate, engine: UInt32, schema: Schema? = nil) {
    self.gate = gate
    self.schema = schema
    pin = gate.pin()
    tag = engine
    unsafe machine = UnsafeMutablePointer<Machine>.allocate(capacity: 1)
    unsafe machine.initialize(to: Machine())
    unsafe supplied = UnsafeMutablePointer<SuppliedAttributes>.allocate(capacity: 1)
    unsafe supplied.initialize(to: SuppliedAttributes(engine: engine))
  }

  deinit {
    pin.remove()
    builder.deallocate()
    unsafe machine.deinitialize(count: 1)
    unsafe machine.deallocate()
    unsafe supplied.pointee.deallocate()
    unsafe supplied.deinitialize(count: 1)
    unsafe supplied.deallocate()
  }

  // MARK: Deciding

  /// Whether the principal may do the action on the resource.
  ///
  /// - Parameters:
  ///   - principal: the entity that asks.
  ///   - action: the action.
  ///   - resource: the entity that the action is done to.
  ///   - context: a context built by this engine, `nil` for the empty one; with an overlay one that is built over it,
  ///     or it may have to be built again.
  ///   - overlay: entities that the request brings, built by this engine.
  public func decide(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil
  ) -> Decision {
    unsafe pinned { tables in
      guard unsafe begin(principal, action, resource, context, overlay, tables) else { return .deny }
      return unsafe machine.pointee.decide()
    }
  }

  /// Whether the principal may do the action on the resource: costs a look-up for each UID more than with handles.
  ///
  /// - Parameters:
  ///   - principal: the entity that asks.
  ///   - action: the action.
  ///   - resource: the entity that the action is done to.
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  public func decide(
    principal: EntityUID,
    action: EntityUID,
    resource: EntityUID,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil
  ) -> Decision {
    unsafe pinned { tables in
      unsafe begin(principal, action, resource, context, overlay, tables)
      return unsafe machine.pointee.decide()
    }
  }

  /// Whether the request is allowed: costs building the context as well.
  public func decide(_ request: AuthorizationRequest, overlay: EntityOverlay? = nil) -> Decision {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe machine.pointee.decide()
    }
  }

  /// Whether the principal may do the action on the resource, with the policies that determine it.
  ///
  /// - Parameters:
  ///   - principal: the entity that asks.
  ///   - action: the action.
  ///   - resource: the entity that the action is done to.
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  public func authorize(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil
  ) -> EngineResponse {
    unsafe pinned { tables in
      let isBegun = unsafe begin(principal, action, resource, context, overlay, tables)
      let found = unsafe isBegun ? machine.pointee.authorize() : Findings()
      return unsafe EngineResponse(
        found,
        .handles(principal, action, resource, context),
        overlay,
        tables.version,
        refusal: isBegun ? nil : .foreignHandle
      )
    }
  }

  /// Whether the request is allowed, with the policies that determine it.
  public func authorize(_ request: AuthorizationRequest, overlay: EntityOverlay? = nil) -> EngineResponse {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      let found = unsafe machine.pointee.authorize()
      return unsafe EngineResponse(found, .texts(request), overlay, tables.version)
    }
  }

  /// What gave candidates for a request.
  func tableUse(of request: AuthorizationRequest, overlay: EntityOverlay? = nil) -> [String: Int] {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe machine.pointee.tableUse()
    }
  }

  /// The policies that err.
  func errors(of request: AuthorizationRequest, overlay: EntityOverlay?) -> [PolicyError] {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe tables.version.errors(of: &machine.pointee, request, overlay)
    }
  }

  /// The number of requests that brought an entity that stored ones have for an ancestor, so that ancestors were walked
  /// for.
  public var changedHierarchies: Int {
    unsafe machine.pointee.changedHierarchies + (forSources?.changedHierarchies ?? 0)
  }

  // MARK: Overlays

  /// Builds entities that a request brings, in memory of the decider's.
  ///
  /// ``PolicyEngine/overlay(_:rule:replacing:)`` says the rest.
  public func overlay(
    _ entities: [Entity] = [],
    rule: OverlayRule = .merge,
    replacing: [Entity] = []
  ) throws(PolicyEngineError) -> EntityOverlay {
    let tables = unsafe pin.enter()
    defer { pin.leave() }
    if schema != nil || rule == .mergeWithoutConflicts {
      let stored = unsafe StoredEntities(version: tables.version, overlay: nil)
      try Self.check(entities, rule, over: stored, fitting: schema)
      try Self.check(replacing, .replace, over: stored, fitting: schema)
    }
    return unsafe try builder.build(
      replacing.isEmpty ? entities : entities + replacing,
      merging: rule == .replace ? 0 : entities.count,
      engine: tag,
      over: tables
    )
  }

  private static func check(
    _ entities: [Entity],
    _ rule: OverlayRule,
    over stored: StoredEntities,
    fitting schema: Schema?
  ) throws(PolicyEngineError) {
    for entity in entities {
      let known = rule == .replace ? nil : stored[entity.uid]
      if rule == .mergeWithoutConflicts, let conflict = known?.conflict(with: entity) {
        throw PolicyEngineError(
          code: .conflict,
          description: "\(conflict) of \(entity.uid) differs from the stored value"
        )
      }
      // Attributes that must be there may be stored.
      let problem = schema?.problem(with: entity, isPartial: known != nil)
      if let problem = problem ?? known.flatMap({ schema?.problem(with: $0.adding(entity)) }) {
        throw PolicyEngineError(code: .schema, description: problem)
      }
    }
  }

  // MARK: Versions

  /// Does something with the current version, which stays for as long.
  @inline(__always)
  func pinned<Result>(_ body: (UnsafePointer<VersionTables>) -> Result) -> Result {
    let tables = unsafe pin.enter()
    // The number and not the address, which comes again.
    if unsafe tables.pointee.number != machine.pointee.version { unsafe reload(tables) }
    let result = unsafe body(tables)
    pin.leave()
    return result
  }

  /// Who decides with sources, which may ask this one meanwhile: not somebody who is deciding already.
  var sourced: Decider {
    guard let known = forSources else {
      let made = Decider(gate, engine: tag, schema: schema)
      forSources = made
      return made
    }
    return known.pin.isEntered ? known.sourced : known
  }

  @inline(never)
  private func reload(_ tables: UnsafePointer<VersionTables>) {
    unsafe machine.pointee.take(tables)
  }
}
