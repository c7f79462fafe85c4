// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// A source of attributes that are neither stored nor brought with a request: a row that is in memory anyway, a quota,
/// a risk score that is worth computing only when a policy looks at it.
///
/// A decision asks it when a condition looks at an attribute that the entity does not have, be the entity stored,
/// brought by an overlay, or absent; what an entity has is never asked for. What the source supplies is exactly as if
/// the entity had it: `has` sees it, and an absent entity has it too. Tags and ancestors are not asked for.
///
/// Each attribute of each entity is asked for at most once a request, whichever policies look at it. In which order,
/// and which of those that no policy's outcome depends on, is not promised.
///
///     struct Quotas: AttributeSource {
///       let used: [EntityUID: Int64]
///
///       func value(of attribute: borrowing AskedAttribute) -> Value? {
///         attribute.isNamed("used") ? used[attribute.entity].map { .long($0) } : nil
///       }
///     }
///
///     decider.decide(request, attributes: Quotas(used: used))
public protocol AttributeSource: ~Copyable {
  /// The value of an attribute, `nil` when the entity does not have it.
  ///
  /// Called on the thread that decides, while it decides. It may ask engines and deciders, the one that is deciding
  /// included, and replace policies, which the running request does not see.
  func value(of attribute: borrowing AskedAttribute) -> Value?
}

/// The name of an attribute as one engine numbers it, so that comparing it compares numbers.
///
/// ``PolicyEngine/attributeName(for:)`` gives one. It stays valid through every change of the engine; another engine
/// refuses a request whose source compares with it (``AskedAttribute/isNamed(_:)-(AttributeName?)``).
public struct AttributeName: Hashable, Sendable, BitwiseCopyable {
  let engine: UInt32
  let number: UInt32
}
