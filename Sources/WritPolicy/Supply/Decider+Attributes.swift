// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Deciding with a source of attributes.
extension Decider {
  /// Whether the principal may do the action on the resource, with attributes on demand.
  ///
  /// - Parameters:
  ///   - principal: the entity that asks.
  ///   - action: the action.
  ///   - resource: the entity that the action is done to.
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  ///   - attributes: is asked for attributes that an entity does not have, during this call and never again.
  public func decide(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> Decision {
    unsafe supplied(by: attributes) { decider, tables in
      guard unsafe decider.begin(principal, action, resource, context, overlay, tables) else { return .deny }
      return decider.suppliedDecision()
    }
  }

  /// Whether the principal may do the action on the resource, by UIDs and with attributes on demand.
  ///
  /// - Parameters:
  ///   - principal: the entity that asks.
  ///   - action: the action.
  ///   - resource: the entity that the action is done to.
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  ///   - attributes: is asked for attributes that an entity does not have, during this call and never again.
  public func decide(
    principal: EntityUID,
    action: EntityUID,
    resource: EntityUID,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> Decision {
    unsafe supplied(by: attributes) { decider, tables in
      unsafe decider.begin(principal, action, resource, context, overlay, tables)
      return decider.suppliedDecision()
    }
  }

  /// Whether the request is allowed, with attributes on demand.
  public func decide(
    _ request: AuthorizationRequest,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> Decision {
    unsafe supplied(by: attributes) { decider, tables in
      unsafe decider.begin(request, overlay, tables)
      return decider.suppliedDecision()
    }
  }

  /// Whether the principal may do the action on the resource, with the policies that determine it and attributes on
  /// demand.
  ///
  /// The policies that err are looked for at once, for the source is not asked after this has returned;
  /// ``EngineResponse/errors`` says why they do, by the values that it has given. They may look at attributes that the
  /// decision did not need.
  ///
  /// - Parameters:
  ///   - principal: the entity that asks.
  ///   - action: the action.
  ///   - resource: the entity that the action is done to.
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  ///   - attributes: is asked for attributes that an entity does not have, during this call and never again.
  public func authorize(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> EngineResponse {
    unsafe supplied(by: attributes, keepsValues: true) { decider, tables in
      let isBegun = unsafe decider.begin(principal, action, resource, context, overlay, tables)
      let question = EngineResponse.Question.handles(principal, action, resource, context)
      return unsafe decider.answer(question, overlay, tables, refusal: isBegun ? nil : .foreignHandle)
    }
  }

  /// Whether the request is allowed, with the policies that determine it and attributes on demand.
  ///
  /// As ``authorize(principal:action:resource:context:overlay:attributes:)``.
  public func authorize(
    _ request: AuthorizationRequest,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> EngineResponse {
    unsafe supplied(by: attributes, keepsValues: true) { decider, tables in
      unsafe decider.begin(request, overlay, tables)
      return unsafe decider.answer(.texts(request), overlay, tables)
    }
  }

  /// Does something with the current version and a source, to which nothing refers afterwards.
  ///
  /// - Parameter body: who decides, and the tables of the version.
  @inline(__always)
  private func supplied<Source: AttributeSource & ~Copyable, Result>(
    by source: borrowing Source,
    keepsValues: Bool = false,
    _ body: (Decider, UnsafePointer<VersionTables>) -> Result
  ) -> Result {
    let decider = sourced
    return unsafe withUnsafePointer(to: source) { source in
      unsafe decider.pinned { tables in
        let keepsValues = unsafe keepsValues && tables.pointee.indexes.hasErring
        unsafe decider.supplied.pointee.begin(source, tables.directory, keepsValues: keepsValues)
        unsafe decider.machine.pointee.supplied = decider.supplied
        let result = unsafe body(decider, tables)
        unsafe decider.machine.pointee.supplied = nil
        unsafe decider.supplied.pointee.end()
        return result
      }
    }
  }

  /// The decision, unless the source compared with a name that is not the engine's.
  @inline(__always)
  private func suppliedDecision() -> Decision {
    let decision = unsafe machine.pointee.decide()
    return unsafe supplied.pointee.texts.hasForeignName ? .deny : decision
  }

  private func answer(
    _ question: EngineResponse.Question,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>,
    refusal: PolicyEngineError? = nil
  ) -> EngineResponse {
    if let refusal {
      return unsafe EngineResponse(Findings(), question, overlay, tables.version, refusal: refusal)
    }
    let found = unsafe machine.pointee.authorize()
    var erring = ErringPolicies()
    if unsafe tables.pointee.indexes.hasErring {
      erring.numbers = unsafe machine.pointee.erringPolicies()
      // What the literal evaluator will look at for these.
      if !erring.numbers.isEmpty { erring.values = unsafe supplied.pointee.answers() }
    }
    if unsafe supplied.pointee.texts.hasForeignName {
      return unsafe EngineResponse(Findings(), question, overlay, tables.version, refusal: .foreignName)
    }
    return unsafe EngineResponse(found, question, overlay, tables.version, erring: erring)
  }
}
