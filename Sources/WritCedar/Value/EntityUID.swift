// SPDX-License-Identifier: Apache-2.0

/// The unique identifier of an entity: its type and its id, `User::"alice"`.
///
/// Equal when type and id have the same Unicode scalars. Copies share one allocation.
public struct EntityUID: Hashable, Comparable, Sendable {
  private final class Storage: Sendable {
    let type: EntityTypeName
    let id: String
    /// Computed once: an identifier is looked up many times.
    let hash: Int

    init(type: EntityTypeName, id: String) {
      self.type = type
      self.id = id
      hash = EntityUID.textHash(type: type, id: id)
    }
  }

  private let storage: Storage

  /// The identifier of the entity of this type with this id; any text, the empty one included, is an id.
  public init(type: EntityTypeName, id: String) {
    self.storage = Storage(type: type, id: id)
  }

  /// Returns the ``textHash`` of an identifier of this type and id, without making one.
  package static func textHash(type: EntityTypeName, id: String) -> Int {
    var hash = TextHash()
    hash.combine(type.text.string)
    hash.combine(id)
    return hash.finalize()
  }

  /// The hash of the scalars of type and id, with a seed that each process draws.
  package var textHash: Int { storage.hash }

  /// Whether the entity is an action, by its type.
  package var isAction: Bool { storage.type.isAction }

  /// Whether type and id are these bytes in UTF-8; without the reference counts that ``type`` and ``id`` cost.
  package func isUTF8(type: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) -> Bool {
    unsafe storage.id.isUTF8(id) && storage.type.text.string.isUTF8(type)
  }

  /// The entity's type.
  public var type: EntityTypeName { storage.type }

  /// The entity's id within its type, unescaped.
  public var id: String { storage.id }

  /// Same type and same id, by Unicode scalars.
  public static func == (left: EntityUID, right: EntityUID) -> Bool {
    if left.storage === right.storage { return true }
    return left.storage.hash == right.storage.hash && left.id.hasSameScalars(as: right.id) && left.type == right.type
  }

  /// By type, then by id, in the order of the UTF-8 bytes.
  public static func < (left: EntityUID, right: EntityUID) -> Bool {
    left.order(comparedTo: right) < 0
  }

  package func order(comparedTo other: EntityUID) -> Int {
    if storage === other.storage { return 0 }
    let byType = type.text.string.scalarOrder(comparedTo: other.type.text.string)
    return byType != 0 ? byType : id.scalarOrder(comparedTo: other.id)
  }

  /// Feeds type and id.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(storage.hash)
  }
}

extension EntityUID: CustomStringConvertible {
  /// The entity literal, escaped: `User::"o\"brien"`.
  public var description: String { "\(type)::\(CedarText.quoted(id))" }
}
