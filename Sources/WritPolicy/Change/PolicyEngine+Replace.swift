// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import WritCedar

extension PolicyEngine {
  /// Replaces the policies, while others decide.
  ///
  /// What begins to decide after this has returned, on whatever thread, decides by the new policies. Nobody waits for
  /// it, and nobody sees a part of it. Handles and contexts stay valid. What a `forbid` that errs does stays that of
  /// the engine.
  ///
  /// Policies linked from templates go with all others, unless they are linked again in the new set or `keepingLinks`
  /// is true: then each is linked again from the template of the same id in the new set, whatever that says now.
  ///
  /// Compiles the policies and copies the tables of entities and texts: linear in them, with memory for both versions
  /// until the last who reads the old one is done. Replacements that come together wait for one another. Texts that
  /// policies once named stay, as handles refer to them.
  ///
  /// - Parameters:
  ///   - policies: the policies; templates count through their links.
  ///   - keepingLinks: whether linked policies that the new set does not have stay.
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``, with ``PolicyEngineError/Code/template`` for a link whose template is not in the
  ///   new set or has other slots, and ``PolicyEngineError/Code/invalidPolicies`` for policies and links that stay and
  ///   are not valid by the engine's schema; then the old policies go on serving.
  @discardableResult
  public func replace(policies: PolicySet, keepingLinks: Bool = false) throws(PolicyEngineError) -> UInt64 {
    try replace(policies, nil, keepingLinks: keepingLinks)
  }

  /// Replaces policies and entities at once, while others decide.
  ///
  /// Like ``replace(policies:keepingLinks:)``, with the entities compiled again. An entity that is not among them is
  /// absent from then on, and handles stand for the same UIDs as before.
  ///
  /// - Parameters:
  ///   - policies: the policies; templates count through their links.
  ///   - entities: what policies may look at. They must fit the engine's schema, when it has one, and its actions are
  ///     added to them.
  ///   - keepingLinks: whether linked policies that the new set does not have stay, linked again from its templates.
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then the old policies and entities go on serving.
  @discardableResult
  public func replace(
    policies: PolicySet,
    entities: EntityStore,
    keepingLinks: Bool = false
  ) throws(PolicyEngineError) -> UInt64 {
    try replace(policies, try Self.entities(entities, fitting: schema), keepingLinks: keepingLinks)
  }

  /// Replaces the entities, while others decide: as ``replace(policies:entities:keepingLinks:)``.
  ///
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then the old entities go on serving.
  @discardableResult
  public func replace(entities: EntityStore) throws(PolicyEngineError) -> UInt64 {
    try replace(nil, try Self.entities(entities, fitting: schema), keepingLinks: false)
  }

  private func replace(
    _ policies: PolicySet?,
    _ entities: EntityStore?,
    keepingLinks: Bool
  ) throws(PolicyEngineError) -> UInt64 {
    // A replacement that no one stops has a number.
    try replace(policies, entities, keepingLinks: keepingLinks, LoadState()) ?? version
  }

  /// Replaces policies and entities, unless a load was cancelled.
  ///
  /// - Parameters:
  ///   - policies: `nil` for those that are there.
  ///   - entities: those that fit the schema and have its actions; `nil` for those that are there.
  ///   - keepingLinks: whether policies that were linked are linked from the new set's templates.
  /// - Returns: the number of the new version; `nil` when the load was cancelled, and nothing has changed.
  func replace(
    _ policies: PolicySet?,
    _ entities: EntityStore?,
    keepingLinks: Bool,
    _ load: LoadState
  ) throws(PolicyEngineError) -> UInt64? {
    if let policies { try validator?.check(policies.members) }
    return try locked { state throws(PolicyEngineError) in
      let current = gate.version
      let new = keepingLinks ? try policies?.keepingLinks(of: current.livePolicies) : policies
      if let policies, let new, keepingLinks {
        // Templates may have changed below the links that stay.
        try validator?.check(new.policies.filter { policies[$0.id] == nil })
      }
      let version = try current.successor(
        policies: new.map { Array($0.policies) } ?? current.livePolicies,
        entities: entities,
        until: load.stop
      )
      guard let version, load.mayPublish() else { return nil }
      gate.publish(version)
      if let new { state.templates = new.templateIDs }
      state.begin(nil)
      return version.number
    }
  }

  /// Reads the current version, for tests of how long it stays: at least until the body returns.
  package func withVersion<Result>(_ body: (any AnyObject & Sendable) -> Result) -> Result {
    unsafe gate.read { unsafe body($0.version) }
  }
}
