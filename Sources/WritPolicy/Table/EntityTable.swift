// SPDX-License-Identifier: Apache-2.0

/// The stored entities by the numbers of their UIDs.
struct EntityTable: BufferHolder {
  /// What deciding by scopes needs of one UID, in a quarter of a cache line.
  struct Row: BitwiseCopyable {
    /// In place of the list of ancestors: they are walked for when they are asked for.
    static let unlisted = UInt32.max

    let type: UInt32
    /// Where in ``EntityTable/ancestors`` its ancestors are listed, a list that it may share with others.
    var ancestors: UInt32 = 0
    /// The ``summary(of:)`` of all ancestors.
    var summary: UInt64 = 0
  }

  /// What is stored under a UID.
  struct Record: BitwiseCopyable {
    /// In place of the count: the entity is absent.
    static let absent = UInt32.max
    /// The name under which a record holds the tags, as a record: after those of all attributes.
    static let tags = UInt32.max

    /// The attributes in ``EntityTable/attributes``, the tags last.
    var start: UInt32 = 0
    var count: UInt32 = Record.absent

    @inline(__always)
    var isAbsent: Bool { count == Record.absent }
  }

  var rows = Buffer<Row>()
  var records = Buffer<Record>()
  /// Attributes, tags, and what they refer to.
  var attributes = Buffer<Cell>()
  /// Lists of ancestors: a head, then they, filled up to fours; the one at 0 is empty.
  var ancestors = Buffer<Ancestor>()
  /// Where each row's parents begin in `parents`; one more than there are rows.
  var parentStarts = Buffer<UInt32>()
  var parents = Buffer<UInt32>()
  /// A bit for each UID: whether it is the parent of a stored entity.
  private var parentBits = Buffer<UInt64>()

  /// A set of UIDs in a word: two sets whose summaries share no bit are disjoint.
  @inline(__always)
  static func summary(of uid: UInt32) -> UInt64 { 1 &<< summaryBit(of: uid) }

  @inline(__always)
  static func summaryBit(of uid: UInt32) -> UInt64 { UInt64((uid &* 0x9E37_79B1) >> 26) }

  func parents(of uid: UInt32) -> Range<Int> {
    guard Int(uid) + 1 < parentStarts.count else { return 0..<0 }
    return Int(parentStarts[uid])..<Int(parentStarts[uid + 1])
  }

  /// Whether a UID is the parent of a stored entity.
  func isParent(_ uid: UInt32) -> Bool {
    let word = Int(uid) / UInt64.bitWidth
    return word < parentBits.count && parentBits[word] &>> UInt64(uid) & 1 != 0
  }

  /// Notes who is a parent.
  mutating func markParents() {
    parentBits = Buffer(repeating: 0, count: rows.count / UInt64.bitWidth + 1)
    for index in 0..<parents.count {
      let parent = parents[index]
      parentBits[Int(parent) / UInt64.bitWidth] |= 1 &<< UInt64(parent)
    }
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&rows)
    visitor.visit(&ancestors)
    visitor.visit(&records)
    visitor.visit(&attributes)
    visitor.visit(&parentStarts)
    visitor.visit(&parents)
    visitor.visit(&parentBits)
  }
}
