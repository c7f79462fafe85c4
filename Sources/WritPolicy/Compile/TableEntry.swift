// SPDX-License-Identifier: Apache-2.0

/// What tells tables apart.
struct TableKey: Hashable, Comparable {
  /// In place of a column: none.
  static let noColumn = UInt32.max

  /// In place of an action: any.
  static let anyAction = UInt32.max

  var action = anyAction
  var part: TableIndex.Part
  /// Whether the scope says `in` and not `==`.
  var isGroup = false
  var principalType = Table.anyType
  var resourceType = Table.anyType
  var principal = Table.Scope.any
  var resource = Table.Scope.any
  var firstColumn = noColumn
  var secondColumn = noColumn

  static func < (left: TableKey, right: TableKey) -> Bool {
    if left.action != right.action { return left.action < right.action }
    if left.part != right.part { return left.part.rawValue < right.part.rawValue }
    if left.isGroup != right.isGroup { return right.isGroup }
    if left.principalType != right.principalType { return left.principalType < right.principalType }
    if left.resourceType != right.resourceType { return left.resourceType < right.resourceType }
    if left.principal != right.principal { return left.principal.rawValue < right.principal.rawValue }
    if left.resource != right.resource { return left.resource.rawValue < right.resource.rawValue }
    if left.firstColumn != right.firstColumn { return left.firstColumn < right.firstColumn }
    return left.secondColumn < right.secondColumn
  }
}

/// The tables that policies are to be found in, by number.
struct TableKeys {
  private(set) var keys: [TableKey] = []
  private var numbers: [TableKey: UInt32] = [:]
  /// By a table and a column, the table that has the column in addition.
  private var extended: [UInt64: UInt32] = [:]

  subscript(number: UInt32) -> TableKey { keys[Int(number)] }

  mutating func number(of key: TableKey) -> UInt32 {
    if let known = numbers[key] { return known }
    let number = UInt32(truncatingIfNeeded: keys.count)
    keys.append(key)
    numbers[key] = number
    return number
  }

  /// The table that has a column in addition.
  mutating func number(of table: UInt32, adding column: UInt32) -> UInt32 {
    let pair = UInt64(table) << 32 | UInt64(column)
    if let known = extended[pair] { return known }
    var key = self[table]
    if key.firstColumn == TableKey.noColumn { key.firstColumn = column } else { key.secondColumn = column }
    let number = number(of: key)
    extended[pair] = number
    return number
  }
}

/// One place where a policy is found: a key of a table.
///
/// A policy has several when its action is one of a list, or when the test that an index uses has alternatives.
struct TableEntry: BitwiseCopyable {
  /// In place of a narrowing: none.
  static let noNarrowing = UInt32.max

  /// One of the ``TableKeys``.
  var table: UInt32
  let policy: UInt32
  /// What the scope names: for the principal in the upper half, for the resource in the lower, 0 for nothing.
  var scope: UInt64 = 0
  /// The hash of the columns, ``KeyHash/none`` without.
  var columns = KeyHash.none
  /// The policy's narrowing that is the first column.
  var narrowing = noNarrowing

  /// The UID, or type, that the scope names for the principal, 0 for none.
  var principal: UInt32 { UInt32(scope >> 32) }
  /// The UID, or type, that the scope names for the resource, 0 for none.
  var resource: UInt32 { UInt32(truncatingIfNeeded: scope) }

  /// By table, then by key, then by policy.
  static func < (left: TableEntry, right: TableEntry) -> Bool {
    if left.table != right.table { return left.table < right.table }
    if left.scope != right.scope { return left.scope < right.scope }
    if left.columns != right.columns { return left.columns < right.columns }
    return left.policy < right.policy
  }

  func hasKey(of other: TableEntry) -> Bool {
    scope == other.scope && columns == other.columns && table == other.table
  }
}
