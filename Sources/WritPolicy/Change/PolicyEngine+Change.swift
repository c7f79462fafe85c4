// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// Adds, removes and replaces policies and entities, while others decide.
  ///
  /// What begins to decide after this has returned, on whatever thread, decides by what has changed. Nobody waits for
  /// it, and nobody sees a part of it. Handles, contexts and overlays stay valid. Patches see what changes before this
  /// one have left, also those of other threads.
  ///
  /// The cost follows the change and not what is stored: microseconds for an entity or a policy. When an entity changes
  /// that others have for an ancestor, it is that of their rows as well. The first change notes the ids of all
  /// policies. Now and then the tables are compiled again, in a background thread, while changes go on. Texts that were
  /// named once stay, until ``compact()``.
  ///
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then nothing has changed.
  @discardableResult
  public func apply(_ change: Change) throws(PolicyEngineError) -> UInt64 {
    try check(change)
    let (version, work) = try locked { state throws(PolicyEngineError) in
      let writer = writer(&state)
      try Self.checkTemplates(change, writer, state)
      let change = try change.resolved(
        over: StoredEntities(version: writer.version, overlay: nil),
        fitting: schema
      )
      let version = try writer.apply(change)
      gate.publish(version)
      state.note(change)
      for policy in change.addedPolicies {
        if let template = policy.template { state.templates.insert(template) }
      }
      return (version.number, state.beginWork())
    }
    for item in work { start(item) }
    return version
  }

  private func check(_ change: Change) throws(PolicyEngineError) {
    if let template = change.addedPolicies.first(where: \.isTemplate) {
      throw PolicyEngineError(
        code: .template,
        description: "`\(template.id)` is a template, which decides nothing by itself; add policies linked from it"
      )
    }
    try validator?.check(change.addedPolicies)
    guard let schema else { return }
    let whole = change.insertedEntities + change.replacedEntities
    for entity in whole {
      if let problem = schema.problem(with: entity) { throw PolicyEngineError(code: .schema, description: problem) }
    }
    let actions = whole.map(\.uid) + change.patchedEntities.map(\.uid) + change.removedEntities
    if let action = actions.first(where: { $0.type.isAction }) {
      throw PolicyEngineError(code: .action, description: "the action \(action) is the schema's")
    }
  }

  /// Says of a template that is to be removed what it is: the engine holds the policies linked from it.
  private static func checkTemplates(
    _ change: Change,
    _ writer: VersionWriter,
    _ state: ChangeState
  ) throws(PolicyEngineError) {
    for id in change.removedPolicies where state.templates.contains(id) && writer.policy(id) == nil {
      let links = writer.version.livePolicies.filter { $0.template == id }.map { "`\($0.id)`" }
      let shown = links.prefix(8).joined(separator: ", ") + (links.count > 8 ? " and \(links.count - 8) more" : "")
      throw PolicyEngineError(
        code: .template,
        description: "`\(id)` is a template, which an engine does not hold; "
          + (links.isEmpty ? "no policy is linked from it" : "remove the policies linked from it: \(shown)")
      )
    }
  }

  /// Adds policies; the templates among them count through their links.
  ///
  /// As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError/Code/duplicatePolicy`` when an id is taken; then nothing has changed.
  @discardableResult
  public func add(_ policies: PolicySet) throws(PolicyEngineError) -> UInt64 {
    let version = try apply(Change(addedPolicies: Array(policies.policies)))
    let templates = policies.templateIDs
    if !templates.isEmpty { locked { $0.templates.formUnion(templates) } }
    return version
  }

  /// Removes a policy.
  ///
  /// As ``apply(_:)``: no decision that begins after this has returned honours it.
  /// - Throws: ``PolicyEngineError/Code/unknownPolicy`` when there is no such policy,
  ///   ``PolicyEngineError/Code/template`` for a template: the policies linked from it are what decides, and are
  ///   removed one by one or in one change.
  @discardableResult
  public func remove(_ policy: PolicyID) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(removedPolicies: [policy]))
  }

  /// Adds entities that are not stored.
  ///
  /// As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError``: one is stored already, does not fit the schema, or would be its own ancestor;
  ///   then nothing has changed.
  @discardableResult
  public func insert(_ entities: [Entity]) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(insertedEntities: entities))
  }

  /// Puts entities in, each in place of the stored one of its UID, whole: stored attributes, tags and parents that the
  /// new entity does not have are gone, memberships of forbidden groups among them.
  ///
  /// For rows that were read whole; ``patch(_:)`` changes a part. As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError``: one does not fit the schema, there are two of one UID, one would be its own
  ///   ancestor; then nothing has changed.
  @discardableResult
  public func upsert(replacing entities: [Entity]) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(replacedEntities: entities))
  }

  /// Changes parts of stored entities: sets and removes attributes and tags, adds and removes parents.
  ///
  ///     try engine.patch([EntityPatch(ann, addingParents: [suspended])])
  ///
  /// What a patch does not name stays as it is. As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError``: one is not stored and its patch does not create it, or does not fit the schema
  ///   afterwards, there are two of one UID, one would be its own ancestor; then nothing has changed.
  @discardableResult
  public func patch(_ patches: [EntityPatch]) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(patchedEntities: patches))
  }

  /// Removes entities; of those that are absent nothing is removed.
  ///
  /// Whoever has one for a parent keeps the parent, which is then absent. As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError/Code/action`` for an action of the schema.
  @discardableResult
  public func remove(_ entities: [EntityUID]) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(removedEntities: entities))
  }
}

extension PolicySet {
  /// The ids of the templates.
  var templateIDs: Set<PolicyID> { Set(templates.map(\.id)) }
}
