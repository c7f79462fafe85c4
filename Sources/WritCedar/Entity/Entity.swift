// SPDX-License-Identifier: Apache-2.0

/// A principal, action or resource with what is known about it.
public struct Entity: Hashable, Sendable {
  /// Its identifier.
  public let uid: EntityUID
  /// Its attributes.
  public var attributes: RecordValue
  /// Its tags, a map of its own beside the attributes.
  public var tags: RecordValue
  /// The entities it is directly in.
  ///
  /// They need not exist.
  public var parents: [EntityUID]

  /// An entity.
  public init(
    uid: EntityUID,
    attributes: RecordValue = .empty,
    tags: RecordValue = .empty,
    parents: [EntityUID] = []
  ) {
    self.uid = uid
    self.attributes = attributes
    self.tags = tags
    self.parents = parents
  }

  /// A parent that is not an action, of an action: Cedar knows groups of actions only.
  package var parentOfOtherKind: EntityUID? {
    guard !parents.isEmpty, uid.isAction else { return nil }
    return parents.first { !$0.isAction }
  }

  /// Whether attributes, tags and parents are the same.
  package func hasContent(of other: Entity) -> Bool {
    attributes == other.attributes && tags == other.tags && Set(parents) == Set(other.parents)
  }
}
