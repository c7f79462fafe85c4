// SPDX-License-Identifier: Apache-2.0

/// What changes have cost, in steps, for tests and measurements.
extension PolicyEngine {
  /// What changes have done since the tables were compiled.
  package struct ChangeWork: Equatable, Sendable {
    /// Policies that were written into indexes, each as often as it was.
    package var indexedPolicies = 0
    /// Entities whose ancestors were listed again, each as often as they were.
    package var listedEntities = 0
  }

  package var changeWork: ChangeWork { locked { $0.writer?.work ?? ChangeWork() } }

  /// What is left of replaced versions.
  package struct Unreclaimed: Sendable {
    /// Versions that a reader may hold.
    package let versions: Int
    /// Bytes of tables that the current version does not refer to, those included that answers keep.
    package let bytes: Int
    /// Bytes beyond which a change waits for readers, for a second at most.
    package let limit: Int
    /// The number of pins of readers looked at, ever.
    package let looks: Int
    /// The most that a change has looked at.
    package let mostLooks: Int
    /// How many changes have waited for readers.
    package let waits: Int
  }

  package var unreclaimed: Unreclaimed { gate.unreclaimed }

  /// How many pins there are for deciders that were made.
  package var pins: Int { gate.pins.count }

  /// Holds changes up until the body returns.
  package func holdChanges(_ body: () -> Void) { locked { _ in body() } }

  /// Frees replaced versions.
  ///
  /// - Returns: whether no reader holds one.
  package func reclaim() -> Bool { gate.reclaimAll() }
}
