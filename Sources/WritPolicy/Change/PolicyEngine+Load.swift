// SPDX-License-Identifier: Apache-2.0

import Dispatch
public import WritCedar

extension PolicyEngine {
  /// Replaces the entities, and the policies when there are any, by what arrives page by page, while others decide.
  ///
  /// The whole set is prepared aside, in a thread of its own kind, and swapped in at once: as ``replace(policies:entities:)``.
  /// Pages are asked for one after the other. A set that does not load leaves the old one serving.
  ///
  ///     try await engine.load(policies: PolicySet(parsing: text), entities: database.pages)
  ///
  /// To put pages in as they come, without forgetting what is not among them, ``upsert(replacing:)`` each.
  ///
  /// - Parameters:
  ///   - policies: the policies; `nil` for those that are there.
  ///   - pages: all entities, in pages of any size.
  /// - Returns: the number of the new version.
  /// - Throws: what the sequence throws; ``EntityStoreError`` for two different entities of one UID and for a circle;
  ///   ``PolicyEngineError``; `CancellationError` when the task is cancelled before everything is compiled.
  @discardableResult
  public func load<Pages: AsyncSequence>(
    policies: PolicySet? = nil,
    entities pages: Pages
  ) async throws -> UInt64 where Pages.Element: Sequence<Entity> {
    var entities: [Entity] = []
    for try await page in pages { entities.append(contentsOf: page) }
    try Task.checkCancellation()
    let all = entities
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .utility).async {
        continuation.resume(with: Result { try self.replace(policies, EntityStore(all)) })
      }
    }
  }

  private func replace(_ policies: PolicySet?, _ entities: EntityStore) throws(PolicyEngineError) -> UInt64 {
    guard let policies else { return try replace(entities: entities) }
    return try replace(policies: policies, entities: entities)
  }
}
