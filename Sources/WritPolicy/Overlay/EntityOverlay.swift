// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import WritCedar

/// Entities that a request brings: a principal made from a token, a row just read.
///
/// Built and checked once, by ``PolicyEngine/overlay(_:rule:replacing:)``; then only read, any number of times, also by
/// several threads. Deciding with an overlay is deciding over what is stored at that time, with its entities added or
/// put in: an overlay holds no stored facts, so that a role, a suspension or a limit that changes after it was built
/// counts from the next decision on.
@safe
public final class EntityOverlay: @unchecked Sendable {
  // Sendable: nothing writes to the memory after `init`.
  /// The entities as they were given, those in place of stored ones last.
  public let entities: [Entity]
  /// How many of the entities are merged with the stored ones of their UIDs; those behind stand in place of them.
  let mergedCount: Int
  private let engine: UInt32
  /// The number of the version that it is laid over.
  private let version: UInt64
  let tables: UnsafePointer<OverlayTables>
  /// Tells the handles of this overlay from those of others: 47 bits of a number that no other overlay has.
  private let tag: UInt64

  private static let count = Atomic<UInt64>(0)

  init(
    _ entities: [Entity],
    merging mergedCount: Int,
    engine: UInt32,
    _ version: UInt64,
    copying tables: inout OverlayTables
  ) {
    self.entities = entities
    self.mergedCount = mergedCount
    self.engine = engine
    self.version = version
    unsafe self.tables = Arena.copy(of: &tables)
    tag = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
  }

  deinit { unsafe tables.deallocate() }

  /// Whether its numbers and lists of ancestors are those of a version.
  @inline(__always)
  func isBuilt(for engine: UInt32, _ version: UInt64) -> Bool { self.engine == engine && self.version == version }

  /// The texts that only this overlay knows, `nil` when there are none.
  var texts: UnsafePointer<LocalTexts>? {
    guard unsafe !tables.pointee.texts.isEmpty else { return nil }
    return unsafe tables.texts
  }

  // MARK: Handles

  // An engine's handles have even tags and no bit `local` in their numbers. The 47 bits of a tag are in the upper 31
  // bits of `engine` and, beside the row, in bits 16 to 30 of `number`.
  private static let rowBits: UInt32 = 16

  private var upper: UInt32 { UInt32(truncatingIfNeeded: tag << 1) | 1 }
  private var lower: UInt32 {
    UInt32(truncatingIfNeeded: tag >> 31) << Self.rowBits & ~Directory.local | Directory.local
  }

  /// The handle of an entity that the overlay brings, to decide with it by handles; of another UID `nil`.
  ///
  /// With another overlay, or none, it is an absent entity. Only the first 65,536 entities have handles.
  public func handle(for uid: EntityUID) -> EntityHandle? {
    guard let position = entities.firstIndex(where: { $0.uid == uid }) else { return nil }
    let rows = unsafe tables.pointee.rows
    for row in 0..<Swift.min(rows.count, 1 << Self.rowBits) where Int(rows[row].entity) == position {
      return EntityHandle(engine: upper, number: lower | UInt32(truncatingIfNeeded: row))
    }
    return nil
  }

  /// The number of the UID of one of this overlay's handles.
  @inline(__always)
  func uid(of handle: EntityHandle) -> UInt32? {
    let row = handle.number & (1 << Self.rowBits - 1)
    guard handle.engine == upper, handle.number & ~(1 << Self.rowBits - 1) == lower else { return nil }
    return unsafe row < tables.pointee.rows.count ? tables.pointee.rows[row].uid : nil
  }

  /// The entity of one of this overlay's handles.
  func entity(of handle: EntityHandle) -> Entity? {
    guard let uid = uid(of: handle), let row = unsafe tables.pointee.row(of: uid) else { return nil }
    return unsafe entities[Int(tables.pointee.rows[row].entity)]
  }
}
