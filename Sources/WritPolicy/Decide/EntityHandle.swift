// SPDX-License-Identifier: Apache-2.0

/// A UID as one engine numbers it, so that a decision looks no text up.
///
/// A handle stands for the UID, not for what is stored under it: it stays valid through every change, and when nothing
/// is stored it is an absent entity, as in Cedar (equal to itself, in itself, without attributes).
///
/// Another engine refuses it, also the one that ``PolicyEngine/compact()`` has made, for no rule that forbids something
/// to the entity would be found: a debug build stops with an assertion, otherwise the decision is deny and
/// ``EngineResponse/refusal`` says why. So is the handle of an entity of an overlay refused where the request does not
/// bring that overlay.
public struct EntityHandle: Hashable, Sendable, BitwiseCopyable {
  /// The engine's tag, which is even; of an entity that only an ``EntityOverlay`` knows the overlay's, which is odd.
  let engine: UInt32
  let number: UInt32
}
