// SPDX-License-Identifier: Apache-2.0

/// What a policy does once an index has proposed it: its conditions.
struct PolicyRow: BitwiseCopyable {
  /// In place of a program: there are no conditions.
  static let unconditional = UInt32.max

  /// The start of its instructions.
  let program: UInt32
  /// The start of its constants.
  let constants: UInt32
}

/// A hash table of the policies whose scopes, and tests of attributes where that is not selective enough, look at the
/// same things: a tuple space (Srinivasan, Suri, Varghese 1999).
struct Table: BitwiseCopyable {
  /// Which of the principal's, or the resource's, UIDs are looked for.
  enum Scope: UInt8 {
    /// None: the scope names nothing.
    case any
    /// In place of a UID the number of its type: `is`.
    case ofType
    /// Its own: `==`.
    case own
    /// Its own and its ancestors': `in`.
    case ancestors
  }

  /// By which UIDs the buckets are found.
  enum Lead: UInt8 {
    /// Both at once, or none.
    case both
    /// The one side; its policies are told apart by the other.
    case principal, resource
  }

  /// In place of a type: any.
  static let anyType = UInt32.max

  /// The types that the scopes demand beside a group: `is … in`.
  var principalType: UInt32
  var resourceType: UInt32
  var principal: Scope
  var resource: Scope
  var lead = Lead.both
  /// The number of columns of attributes, at most two.
  var columnCount: UInt8
  /// The columns, indices into ``PolicyTables/sources``.
  var firstColumn: UInt32 = 0
  var secondColumn: UInt32 = 0
  /// The buckets are so many of ``PolicyIndex/buckets`` from here on.
  var firstBucket: UInt32 = 0
  var bucketCount: UInt32 = 0
  /// Whether there is a lead whose pairs have places of their own.
  var hasPairs = false
  /// Which leads there are, where they are ancestors.
  var filter = LeadFilter()
  /// The summaries of the leads' types: users and documents are in groups, and seldom named themselves.
  var leadTypes: UInt64 = 0
  /// The posting of all policies, where there is no key to tell them apart, and no buckets.
  var list = PolicyIndex.free
  /// The summaries of the UIDs that the scopes name; all bits where they name none.
  var principalSummary: UInt64 = 0
  var resourceSummary: UInt64 = 0

  /// The number of places.
  var size: Int { Int(bucketCount) * Bucket.size }
}

/// Four places of a table, a cache line compared at once: the UIDs of the scopes, exactly, and the hashes of the
/// columns.
///
/// In a table with a lead the bucket follows from that side alone: a lead has as many places as keys, until it has so
/// many that one place says so (``PolicyIndex/pairs``) and the others stand where both sides put them. Keys that do not
/// fit go to the next bucket.
struct Bucket: BitwiseCopyable {
  static let size = 4
  /// What stands in the place of the other side in a key that is looked for by one; no UID has this number.
  static let noUID = UInt32.max

  var principals = SIMD4<UInt32>(repeating: noUID)
  var resources = SIMD4<UInt32>(repeating: noUID)
  var columns = SIMD4<UInt32>(repeating: KeyHash.none)
  /// Policies with ``PolicyIndex/single``, or where in ``PolicyIndex/postings`` they begin.
  var postings = SIMD4<UInt32>(repeating: PolicyIndex.free)

  /// Whether keys that belong here are in the next bucket.
  @inline(__always)
  var hasOverflow: Bool { postings[3] & PolicyIndex.overflow != 0 }

  /// What stands in a place.
  @inline(__always)
  func posting(_ place: Int) -> UInt32 { postings[place] & ~PolicyIndex.overflow }

  /// The places of a key as bits; a side that is ``noUID`` may be any.
  ///
  /// Without branches, for which places have the key cannot be guessed.
  @inline(__always)
  func places(_ key: UInt64, columns: UInt32) -> UInt32 {
    let principal = UInt32(truncatingIfNeeded: key >> 32)
    let resource = UInt32(truncatingIfNeeded: key)
    let difference =
      (principals ^ principal) & SIMD4(repeating: principal == Self.noUID ? 0 : .max)
      | (resources ^ resource) & SIMD4(repeating: resource == Self.noUID ? 0 : .max)
      | (self.columns ^ columns)
    // Where there is none, this alone has the upper bit.
    let equal = ~difference & (difference &- 1)
    let (low, high) = (equal.lowHalf, equal.highHalf)
    let halves = (UInt64(low.x) | UInt64(low.y) << 32, UInt64(high.x) | UInt64(high.y) << 32)
    let bits = (halves.0 >> 31 & 1) | (halves.0 >> 62 & 2) | (halves.1 >> 29 & 4) | (halves.1 >> 60 & 8)
    return UInt32(truncatingIfNeeded: bits)
  }
}

/// Tables by the action they are for.
struct TableIndex: BufferHolder {
  /// What the tables are for.
  enum Part: UInt8, CaseIterable {
    /// The decision.
    case forbids, permits
    /// By their scopes alone the policies that may err, for finding those that do.
    case erring
  }

  /// The tables of policies that name one action, or a group of actions, or none.
  struct Row: BitwiseCopyable {
    /// In place of the number: a free place of the hash table.
    static let free = UInt32.max

    var action = free
    /// The starts of the tables: by part those of `== action`, then those of `in action`.
    var starts: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0, 0, 0, 0)

    /// The tables of a request for the action itself.
    @inline(__always)
    func own(_ part: Part) -> Range<Int> {
      switch part {
      case .forbids: Int(starts.0)..<Int(starts.2)
      case .permits: Int(starts.2)..<Int(starts.4)
      case .erring: Int(starts.4)..<Int(starts.6)
      }
    }

    /// The tables of a request for an action in the group.
    @inline(__always)
    func group(_ part: Part) -> Range<Int> {
      switch part {
      case .forbids: Int(starts.1)..<Int(starts.2)
      case .permits: Int(starts.3)..<Int(starts.4)
      case .erring: Int(starts.5)..<Int(starts.6)
      }
    }
  }

  var tables = Buffer<Table>()
  /// For policies whose scope names no action.
  var any = Row()
  /// By the number of the action, a power of two of places.
  private(set) var rows = Buffer<Row>()
  private var hasForbids = false
  private(set) var hasErring = false

  init() {}

  /// - Parameter rows: of different actions.
  init(tables: Buffer<Table>, any: Row, rows: [Row]) {
    self.tables = tables
    self.any = any
    hasForbids = ([any] + rows).contains { !$0.own(.forbids).isEmpty }
    hasErring = ([any] + rows).contains { !$0.own(.erring).isEmpty }
    guard !rows.isEmpty else { return }
    var size = 2
    while size < rows.count * 4 { size *= 2 }
    self.rows = Buffer(repeating: Row(), count: size)
    for row in rows {
      var place = Self.place(row.action, size)
      while self.rows[place].action != Row.free { place = (place + 1) & (size - 1) }
      self.rows[place] = row
    }
  }

  @inline(__always)
  private static func place(_ action: UInt32, _ size: Int) -> Int {
    Int(truncatingIfNeeded: (UInt64(action) &* 0x9E37_79B9_7F4A_7C15) >> 32) & (size - 1)
  }

  /// Where the row of an action is, if a scope names the action.
  @inline(__always)
  func row(of action: UInt32) -> Int? {
    guard rows.count > 0 else { return nil }
    var place = Self.place(action, rows.count)
    while true {
      let known = rows[place].action
      if known == action { return place }
      if known == Row.free { return nil }
      place = (place + 1) & (rows.count - 1)
    }
  }

  /// Whether there are any tables for this.
  @inline(__always)
  func has(_ part: Part) -> Bool {
    switch part {
    case .forbids: hasForbids
    case .permits: true
    case .erring: hasErring
    }
  }

  /// The rows of actions and groups that scopes name.
  var actions: [Row] { (0..<rows.count).map { rows[$0] }.filter { $0.action != Row.free } }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&rows)
    visitor.visit(&tables)
  }
}
