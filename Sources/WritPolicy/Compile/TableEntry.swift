// SPDX-License-Identifier: Apache-2.0

/// One place where a policy is found: a key of a table.
///
/// A policy has several when its action is one of a list, or when the test that an index uses has alternatives.
struct TableEntry {
  /// What tells tables apart.
  struct TableKey: Hashable {
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

    static func order(_ left: TableKey, _ right: TableKey) -> Int {
      if left.action != right.action { return left.action < right.action ? -1 : 1 }
      if left.part != right.part { return left.part.rawValue < right.part.rawValue ? -1 : 1 }
      if left.isGroup != right.isGroup { return right.isGroup ? -1 : 1 }
      if left.principalType != right.principalType { return left.principalType < right.principalType ? -1 : 1 }
      if left.resourceType != right.resourceType { return left.resourceType < right.resourceType ? -1 : 1 }
      if left.principal != right.principal { return left.principal.rawValue < right.principal.rawValue ? -1 : 1 }
      if left.resource != right.resource { return left.resource.rawValue < right.resource.rawValue ? -1 : 1 }
      if left.firstColumn != right.firstColumn { return left.firstColumn < right.firstColumn ? -1 : 1 }
      if left.secondColumn != right.secondColumn { return left.secondColumn < right.secondColumn ? -1 : 1 }
      return 0
    }
  }

  var table: TableKey
  /// What the scope names: for the principal in the upper half, for the resource in the lower, 0 for nothing.
  var scope: UInt64 = 0
  /// The hash of the columns, ``KeyHash/none`` without.
  var columns = KeyHash.none
  let policy: UInt32

  init(policy: UInt32, part: TableIndex.Part) {
    self.policy = policy
    table = TableKey(part: part)
  }

  /// The UID, or type, that the scope names for the principal, 0 for none.
  var principal: UInt32 { UInt32(scope >> 32) }
  /// The UID, or type, that the scope names for the resource, 0 for none.
  var resource: UInt32 { UInt32(truncatingIfNeeded: scope) }

  /// By table, then by key, then by policy.
  static func < (left: TableEntry, right: TableEntry) -> Bool {
    let order = TableKey.order(left.table, right.table)
    if order != 0 { return order < 0 }
    if left.scope != right.scope { return left.scope < right.scope }
    if left.columns != right.columns { return left.columns < right.columns }
    return left.policy < right.policy
  }

  func hasKey(of other: TableEntry) -> Bool {
    scope == other.scope && columns == other.columns && table == other.table
  }
}
