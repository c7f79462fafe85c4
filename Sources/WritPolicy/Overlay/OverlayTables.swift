// SPDX-License-Identifier: Apache-2.0

/// The entities that a request brings, as flat memory.
struct OverlayTables: BufferHolder {
  struct Row: BitwiseCopyable {
    /// As the directory numbers it, or locally.
    let uid: UInt32
    let type: UInt32
    /// Listed in ``OverlayTables/ancestors``; with `start` ``EntityTable/Row/unlisted`` they are walked for.
    var ancestors = Ancestors()
    /// In ``OverlayTables/cells``.
    var record = EntityTable.Record()
    /// In ``OverlayTables/parents``.
    var firstParent: UInt32 = 0
    var parentCount: UInt32 = 0
    /// Which of the given entities it is.
    let entity: UInt32
    /// Whether the stored entity of this UID stays below it: stored parents count too, and stored attributes and tags
    /// come first.
    var isMerged = false
    /// Whether it gives the stored entity ancestors that it does not have, or takes some away.
    var changesAncestors = true
  }

  /// So few are looked through faster than hashed.
  static let few = 8

  var rows = Buffer<Row>()
  var cells = Buffer<Cell>()
  var ancestors = Buffer<Ancestor>()
  var parents = Buffer<UInt32>()
  var texts = LocalTexts()
  /// Rows by their UIDs, when there are more than a few.
  private var index = HashIndex()
  /// Whether a stored entity has one of these for an ancestor, so that no stored list of ancestors can be trusted.
  var changesAncestors = false

  /// What the request brings for a UID, the number of a row.
  @inline(__always)
  func row(of uid: UInt32) -> Int? {
    if rows.count > Self.few { return index.find(Self.hash(uid)) { rows[$0].uid == uid }.map(Int.init) }
    for row in 0..<rows.count where rows[row].uid == uid { return row }
    return nil
  }

  func parents(of row: Int) -> Range<Int> {
    Int(rows[row].firstParent)..<Int(rows[row].firstParent + rows[row].parentCount)
  }

  mutating func append(_ row: Row) {
    rows.append(row)
    guard rows.count > Self.few else { return }
    let first = rows.count == Self.few + 1 ? 0 : Self.few
    for number in (first == 0 ? 0 : rows.count - 1)..<rows.count {
      index.insert(UInt32(truncatingIfNeeded: number), hash: Self.hash(rows[number].uid))
    }
  }

  private static func hash(_ uid: UInt32) -> Int { Int(truncatingIfNeeded: UInt64(uid) &* 0x9E37_79B9_7F4A_7C15 >> 32) }

  mutating func removeAll() {
    rows.removeAll()
    cells.removeAll()
    ancestors.removeAll()
    parents.removeAll()
    texts.removeAll()
    index.removeAll()
    changesAncestors = false
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&rows)
    visitor.visit(&ancestors)
    visitor.visit(&cells)
    visitor.visit(&parents)
    texts.visitBuffers(&visitor)
    index.visitBuffers(&visitor)
  }
}

extension UnsafePointer<OverlayTables> {
  /// In place.
  var texts: UnsafePointer<LocalTexts> {
    unsafe UnsafeRawPointer(self).advanced(by: MemoryLayout<OverlayTables>.offset(of: \.texts) ?? 0)
      .assumingMemoryBound(to: LocalTexts.self)
  }
}
