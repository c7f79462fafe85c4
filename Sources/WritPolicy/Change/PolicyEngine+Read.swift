// SPDX-License-Identifier: Apache-2.0

public import WritCedar

extension PolicyEngine {
  /// The entity that is stored under a UID, `nil` when there is none.
  ///
  /// Read back from the tables of the current version, in microseconds. To change a part of it, ``patch(_:)`` is safer
  /// than writing it back whole: what others change meanwhile stays.
  public func entity(_ uid: EntityUID) -> Entity? {
    let version = gate.version
    return withExtendedLifetime(version) { StoredEntities(version: version, overlay: nil)[uid] }
  }

  /// The policy, or the policy linked from a template, of an id; `nil` when there is none, and for a template.
  ///
  /// Waits for a change that is under way. The first call, or the first change, notes the ids of all policies.
  public func policy(_ id: PolicyID) -> Policy? {
    locked { state in writer(&state).policy(id) }
  }

  /// The writer of changes, made when there is none.
  func writer(_ state: inout ChangeState) -> VersionWriter {
    if let writer = state.writer { return writer }
    let writer = VersionWriter(gate.version, limits)
    state.begin(writer)
    return writer
  }
}
