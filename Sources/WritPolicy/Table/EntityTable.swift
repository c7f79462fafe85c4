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
    /// The parents in ``EntityTable/parents``.
    var firstParent: UInt32 = 0
    /// The number of parents, and the bit ``isParent``.
    private var parentBits: UInt32 = 0

    init(start: UInt32 = 0, count: UInt32 = Record.absent) {
      self.start = start
      self.count = count
    }

    @inline(__always)
    var isAbsent: Bool { count == Record.absent }

    var parentCount: UInt32 {
      get { parentBits & ~(1 << 31) }
      set { parentBits = parentBits & (1 << 31) | newValue }
    }

    /// Whether it is, or has been, the parent of a stored entity.
    var isParent: Bool {
      get { parentBits >> 31 != 0 }
      set { parentBits = parentCount | (newValue ? 1 << 31 : 0) }
    }
  }

  var rows = Pages<Row>()
  var records = Pages<Record>()
  /// Attributes, tags, and what they refer to.
  var attributes = Buffer<Cell>()
  /// Lists of ancestors: a head, then they, filled up to fours; the one at 0 is empty.
  var ancestors = Buffer<Ancestor>()
  var parents = Buffer<UInt32>()
  /// By UID the marks of the tables that it leads in; those that are not here lead in none (``Ancestor/marks``).
  var leadMarks = Buffer<UInt32>()

  /// A set of UIDs in a word: two sets whose summaries share no bit are disjoint.
  @inline(__always)
  static func summary(of uid: UInt32) -> UInt64 { 1 &<< summaryBit(of: uid) }

  @inline(__always)
  static func summaryBit(of uid: UInt32) -> UInt64 { UInt64((uid &* 0x9E37_79B1) >> 26) }

  /// Where in ``parents`` those of a UID are.
  func parents(of uid: UInt32) -> Range<Int> {
    let record = records[uid]
    return Int(record.firstParent)..<Int(record.firstParent + record.parentCount)
  }

  /// A UID as an ancestor.
  @inline(__always)
  func ancestor(_ uid: UInt32) -> Ancestor {
    Ancestor(uid: uid, marks: Int(uid) < leadMarks.count ? leadMarks[uid] : 0)
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&rows)
    visitor.visit(&ancestors, grows: true)
    visitor.visit(&records)
    visitor.visit(&attributes, grows: true)
    visitor.visit(&parents, grows: true)
    visitor.visit(&leadMarks)
  }
}
