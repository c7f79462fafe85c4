// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// Adds, removes and replaces policies and entities, while others decide.
  ///
  /// What begins to decide after this has returned, on whatever thread, decides by what has changed. Nobody waits for it,
  /// and nobody sees a part of it. Handles, contexts and overlays stay valid.
  ///
  /// The cost follows the change and not what is stored: microseconds for an entity or a policy. When an entity changes
  /// that others have for an ancestor, it is that of their rows as well. The first change notes the ids of all policies.
  /// Now and then the tables are compiled anew, in a thread aside, while changes go on. Texts that were named once stay, until
  /// ``compact()``.
  ///
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then nothing has changed.
  @discardableResult
  public func apply(_ change: Change) throws(PolicyEngineError) -> UInt64 {
    try check(change)
    var change = change
    change.addedPolicies.removeAll(where: \.isTemplate)
    let (version, work) = try locked { state throws(PolicyEngineError) in
      let writer = state.writer ?? VersionWriter(gate.version, limits)
      if state.writer == nil { state.begin(writer) }
      let version = try writer.apply(change)
      gate.publish(version)
      state.note(change)
      return (version.number, state.beginWork())
    }
    for item in work { start(item) }
    return version
  }

  private func check(_ change: Change) throws(PolicyEngineError) {
    guard let schema else { return }
    for entity in change.upsertedEntities {
      if let problem = schema.problem(with: entity) { throw PolicyEngineError(code: .schema, description: problem) }
    }
    let actions = change.upsertedEntities.map(\.uid) + change.removedEntities
    if let action = actions.first(where: { $0.type.isAction }) {
      throw PolicyEngineError(code: .action, description: "the action \(action) is the schema's")
    }
  }

  /// Adds policies; the templates among them count through their links.
  ///
  /// As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError/Code/duplicatePolicy`` when an id is taken; then nothing has changed.
  @discardableResult
  public func add(_ policies: PolicySet) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(addedPolicies: Array(policies.policies)))
  }

  /// Removes a policy.
  ///
  /// As ``apply(_:)``: no decision that begins after this has returned honours it.
  /// - Throws: ``PolicyEngineError/Code/unknownPolicy`` when there is no such policy.
  @discardableResult
  public func remove(_ policy: PolicyID) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(removedPolicies: [policy]))
  }

  /// Puts entities in, each in place of the one of its UID, whole.
  ///
  /// As ``apply(_:)``.
  /// - Throws: ``PolicyEngineError``: one does not fit the schema, there are two of one UID, one would be its own ancestor;
  ///   then nothing has changed.
  @discardableResult
  public func upsert(_ entities: [Entity]) throws(PolicyEngineError) -> UInt64 {
    try apply(Change(upsertedEntities: entities))
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
