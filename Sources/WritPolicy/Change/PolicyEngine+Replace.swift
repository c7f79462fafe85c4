// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import WritCedar

extension PolicyEngine {
  /// Replaces the policies, while others decide.
  ///
  /// What begins to decide after this has returned, on whatever thread, decides by the new policies. Nobody waits for it,
  /// and nobody sees a part of it. Handles and contexts stay valid. Strictness stays that of the engine.
  ///
  /// Compiles the policies and copies the tables of entities and texts: linear in them, with memory for both versions
  /// until the last who reads the old one is done. Replacements that come together wait for one another. Texts that
  /// policies once named stay, as handles refer to them.
  ///
  /// - Parameter policies: the policies; templates count through their links.
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then the old policies go on serving.
  @discardableResult
  public func replace(policies: PolicySet) throws(PolicyEngineError) -> UInt64 {
    try replace(Array(policies.policies), nil)
  }

  /// Replaces policies and entities at once, while others decide.
  ///
  /// As ``replace(policies:)``, with the entities compiled anew. Whoever is not among them is absent from then on, and
  /// handles stand for the same UIDs as before.
  ///
  /// - Parameters:
  ///   - policies: the policies; templates count through their links.
  ///   - entities: what policies may look at. They must fit the engine's schema, when it has one, and its actions are
  ///     added to them.
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then the old policies and entities go on serving.
  @discardableResult
  public func replace(policies: PolicySet, entities: EntityStore) throws(PolicyEngineError) -> UInt64 {
    try replace(Array(policies.policies), try Self.entities(entities, fitting: schema))
  }

  /// Replaces the entities, while others decide: as ``replace(policies:entities:)``.
  ///
  /// - Returns: the number of the new version.
  /// - Throws: ``PolicyEngineError``; then the old entities go on serving.
  @discardableResult
  public func replace(entities: EntityStore) throws(PolicyEngineError) -> UInt64 {
    try replace(nil, try Self.entities(entities, fitting: schema))
  }

  private func replace(_ policies: [Policy]?, _ entities: EntityStore?) throws(PolicyEngineError) -> UInt64 {
    try locked { state throws(PolicyEngineError) in
      let current = gate.version
      let version = try current.successor(policies: policies ?? current.livePolicies, entities: entities)
      gate.publish(version)
      state.begin(nil)
      return version.number
    }
  }

  /// Reads the current version, for tests of how long it stays: at least until the body returns.
  package func withVersion<Result>(_ body: (any AnyObject & Sendable) -> Result) -> Result {
    unsafe gate.read { unsafe body($0.version) }
  }
}
