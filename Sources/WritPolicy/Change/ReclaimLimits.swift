// SPDX-License-Identifier: Apache-2.0

/// How much of what was replaced may wait for its readers before a change waits for them too.
package struct ReclaimLimits: Sendable {
  /// Versions that were replaced and are still being read.
  package var versions = 1_024
  /// Bytes of tables that only replaced versions refer to, beyond as many as the current version has.
  package var bytes = 64 << 20
  /// How long a change waits for readers at most, in milliseconds: a source of attributes may keep a reader for longer,
  /// and may itself be what makes the change.
  package var patience = 1_000
  /// Readers that a change looks at.
  package var pins = 1_024

  /// The usual limits.
  package static let usual = ReclaimLimits()

  /// So little that a test sees all of it.
  package static let few = ReclaimLimits(versions: 4, bytes: 1 << 30, patience: 20, pins: 3)
}
