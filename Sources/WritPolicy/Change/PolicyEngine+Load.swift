// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// Replaces the entities, and the policies when there are any, by what arrives page by page, while others decide.
  ///
  /// The whole set is prepared on a thread of its own, and replaces the old one at once, as
  /// ``replace(policies:entities:keepingLinks:)`` does.
  /// Pages are asked for one after the other. A set that does not load leaves the old one serving, and so does one
  /// whose task is cancelled: this returns at once then, and what was being compiled is dropped.
  ///
  ///     try await engine.load(policies: PolicySet(parsing: text), entities: database.pages)
  ///
  /// To put pages in as they come, without forgetting what is not among them, ``upsert(replacing:)`` each.
  ///
  /// - Parameters:
  ///   - policies: the policies; `nil` for those that are there.
  ///   - pages: all entities, in pages of any size.
  /// - Returns: the number of the new version.
  /// - Throws: what the sequence throws; `EntityStoreError` for two different entities of one UID and for a circle;
  ///   ``PolicyEngineError``; `CancellationError` when the task is cancelled before the set serves; then it never
  ///   does.
  @discardableResult
  public func load<Pages: AsyncSequence>(
    policies: PolicySet? = nil,
    entities pages: Pages
  ) async throws -> UInt64 where Pages.Element: Sequence<Entity> {
    var entities: [Entity] = []
    for try await page in pages {
      try Task.checkCancellation()
      entities.append(contentsOf: page)
    }
    try Task.checkCancellation()
    let (load, all) = (LoadState(), entities)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard load.begin(continuation) else { return }
        BackgroundThread.run { load.end(Result { try self.load(policies, all, load) }) }
      }
    } onCancel: {
      load.cancel()
    }
  }

  private func load(_ policies: PolicySet?, _ entities: [Entity], _ load: LoadState) throws -> UInt64 {
    let store = try Self.entities(EntityStore(entities), fitting: schema)
    guard let number = try replace(policies, store, keepingLinks: false, load) else {
      throw CancellationError()
    }
    return number
  }
}
