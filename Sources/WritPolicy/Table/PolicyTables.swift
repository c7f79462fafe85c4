// SPDX-License-Identifier: Apache-2.0

/// Where policies are found: tables with what their places refer to.
struct PolicyIndex: BufferHolder {
  // A posting is a policy's number with these bits.
  /// The only policy of its key, or the last of a list.
  static let single: UInt32 = 1 << 31
  /// The policy has no conditions.
  static let unconditional: UInt32 = 1 << 30
  /// On the last place of a bucket: keys that belong here are in the next one.
  static let overflow: UInt32 = 1 << 29
  static let number: UInt32 = overflow - 1

  /// In place of a posting: the place is free.
  static let free = UInt32.max & ~overflow
  /// In place of a posting: the lead has so many policies that each pair has a place of its own.
  static let pairs = free - 1

  var actions = TableIndex()
  var buckets = Buffer<Bucket>()
  /// The words of the tables' ``LeadFilter``s.
  var filters = Buffer<UInt64>()
  var postings = Buffer<UInt32>()
  /// Whether the marks beside ancestors tell of the leads of these tables.
  var hasMarks = false

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    actions.visitBuffers(&visitor)
    visitor.visit(&buckets)
    visitor.visit(&filters)
    visitor.visit(&postings)
  }
}

/// The index of the whole set, then those of the policies that were added since, whose memory is not among the buffers
/// here.
struct PolicyIndexes: BufferHolder {
  /// The number of them at most.
  static let limit = 9

  private var all = InlineArray<9, PolicyIndex> { _ in PolicyIndex() }
  var count = 1
  /// Whom the policies name that were added since.
  var anchors = AnchorFilter()

  subscript(level: Int) -> PolicyIndex {
    get { all[level] }
    set { all[level] = newValue }
  }

  /// Whether any policy may err.
  var hasErring: Bool { (0..<count).contains { all[$0].actions.hasErring } }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    all[0].visitBuffers(&visitor)
    anchors.visitBuffers(&visitor)
  }
}

/// The policies as tables.
struct PolicyTables: BufferHolder {
  var removed = RemovedPolicies()

  var sources = Buffer<Source>()
  var policies = Buffer<PolicyRow>()
  var instructions = Buffer<Instruction>()
  var constants = Buffer<Cell>()
  /// Sets, records and addresses among the constants.
  var constantHeap = Buffer<Cell>()
  /// Paths of attributes that requests look at; those of ``Slot`` first.
  var attributeSlots = Buffer<Slot>()
  var lists = Buffer<UInt32>()
  var patterns = PatternTable()
  /// How many operands wait at most while conditions are evaluated.
  var stackDepth = 0

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&policies, grows: true)
    visitor.visit(&instructions, grows: true)
    visitor.visit(&constants, grows: true)
    visitor.visit(&attributeSlots, grows: true)
    visitor.visit(&sources, grows: true)
    visitor.visit(&constantHeap, grows: true)
    visitor.visit(&lists, grows: true)
    patterns.visitBuffers(&visitor)
    removed.visitBuffers(&visitor)
  }
}
