// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Compiles policies to tables, over entities that are compiled already.
struct PolicyCompiler {
  var tables: VersionTables
  private(set) var encoder = ValueEncoder(region: .constants)
  private var slotNumbers: [Slot: UInt32] = [:]
  private var sourceNumbers: [Source: UInt32] = [:]
  private var programs: [[Instruction]: UInt32] = [:]
  /// By UID, the marks of the tables in which it leads.
  private var leadMarks: [UInt64] = []

  init(_ tables: VersionTables) {
    self.tables = tables
    // Principal, action, resource and context have no base.
    for number in 0..<Slot.firstAttribute {
      self.tables.policies.attributeSlots.append(Slot(base: number, name: 0))
    }
  }

  mutating func compile(_ policies: [Policy]) -> VersionTables {
    var entries: [TableEntry] = []
    entries.reserveCapacity(policies.count)
    for (position, policy) in policies.enumerated() {
      let number = UInt32(truncatingIfNeeded: position)
      let mayErr = compileConditions(of: policy)
      appendScopes(of: policy, number: number, as: policy.effect == .forbid ? .forbids : .permits, to: &entries)
      if mayErr { appendScopes(of: policy, number: number, as: .erring, to: &entries) }
    }
    tables.policies.index = index(entries, policies)
    encoder.finish()
    tables.policies.constantHeap = encoder.heap
    tables.addRows()
    markAncestors()
    return tables
  }

  /// Notes that a UID leads under a mark.
  mutating func mark(_ lead: UInt32, _ mark: UInt64) {
    if leadMarks.isEmpty { leadMarks = Array(repeating: 0, count: tables.directory.uidCount) }
    leadMarks[Int(lead)] |= 1 &<< mark
  }

  /// Writes the marks beside the ancestors.
  private mutating func markAncestors() {
    let ancestors = tables.entities.ancestors
    tables.entities.leadMarks = Buffer(repeating: 0, count: ancestors.count)
    var start = 0
    while start < ancestors.count {
      let count = Int(ancestors[start])
      tables.entities.leadMarks[start] = UInt64(count)
      for index in (start + 1)..<(start + 1 + count) where Int(ancestors[index]) < leadMarks.count {
        tables.entities.leadMarks[index] = leadMarks[Int(ancestors[index])]
      }
      start += (count + 1 + 3) / 4 * 4
    }
  }

  // MARK: Numbers

  mutating func number(of uid: EntityUID) -> UInt32 { tables.directory.insert(uid) }
  mutating func number(ofName name: String) -> UInt32 { tables.directory.strings.insert(name) }
  mutating func number(of type: EntityTypeName) -> UInt32 { tables.directory.types.insert(type.text.string) }

  mutating func cell(_ value: Value) -> Cell { encoder.cell(value, &tables.directory) }

  mutating func slot(_ base: UInt32, _ name: String) -> UInt32 {
    let slot = Slot(base: base, name: number(ofName: name))
    if let known = slotNumbers[slot] { return known }
    let number = UInt32(truncatingIfNeeded: tables.policies.attributeSlots.count)
    tables.policies.attributeSlots.append(slot)
    slotNumbers[slot] = number
    return number
  }

  mutating func number(of source: Source) -> UInt32 {
    if let known = sourceNumbers[source] { return known }
    let number = UInt32(truncatingIfNeeded: tables.policies.sources.count)
    tables.policies.sources.append(source)
    sourceNumbers[source] = number
    return number
  }

  mutating func list(_ numbers: [UInt32]) -> UInt32 {
    let start = UInt32(truncatingIfNeeded: tables.policies.lists.count)
    tables.policies.lists.append(UInt32(truncatingIfNeeded: numbers.count))
    tables.policies.lists.append(contentsOf: numbers)
    return start
  }

  mutating func pattern(_ pattern: Pattern) -> UInt32 { tables.policies.patterns.append(pattern) }

  // MARK: Conditions

  /// Writes the policy's row.
  ///
  /// - Returns: whether it may err.
  private mutating func compileConditions(of policy: Policy) -> Bool {
    guard !policy.conditions.isEmpty else {
      tables.policies.policies.append(PolicyRow(program: PolicyRow.unconditional, constants: 0))
      return false
    }
    var program = ProgramBuilder(tree: policy.tree)
    for condition in policy.conditions { program.append(condition, &self) }
    program.finish()
    let constants = UInt32(truncatingIfNeeded: tables.policies.constants.count)
    tables.policies.constants.append(contentsOf: program.constants)
    tables.policies.stackDepth = Swift.max(tables.policies.stackDepth, program.deepest)
    tables.policies.policies.append(PolicyRow(program: start(of: program.instructions), constants: constants))
    return program.mayErr
  }

  /// Policies that differ in constants only share a program.
  private mutating func start(of instructions: [Instruction]) -> UInt32 {
    if let known = programs[instructions] { return known }
    let start = UInt32(truncatingIfNeeded: tables.policies.instructions.count)
    tables.policies.instructions.append(contentsOf: instructions)
    programs[instructions] = start
    return start
  }

  // MARK: Scopes

  /// Where a policy is found by its scope alone: once for each action of its list.
  private mutating func appendScopes(
    of policy: Policy,
    number: UInt32,
    as part: TableIndex.Part,
    to entries: inout [TableEntry]
  ) {
    let principal = scope(policy.principalConstraint)
    let resource = scope(policy.resourceConstraint)
    var entry = TableEntry(policy: number, part: part)
    entry.table.principalType = principal.type
    entry.table.resourceType = resource.type
    entry.table.principal = principal.scope
    entry.table.resource = resource.scope
    entry.scope = UInt64(principal.uid) << 32 | UInt64(resource.uid)
    switch policy.actionConstraint {
    case .any:
      entries.append(entry)
    case .equal(let action):
      entry.table.action = self.number(of: action)
      entries.append(entry)
    case .in(let group):
      entry.table.action = self.number(of: group)
      entry.table.isGroup = true
      entries.append(entry)
    case .inAny(let groups):
      entry.table.isGroup = true
      for group in Set(groups.map { self.number(of: $0) }) {
        entry.table.action = group
        entries.append(entry)
      }
    }
  }

  private mutating func scope(_ constraint: ScopeConstraint) -> (scope: Table.Scope, type: UInt32, uid: UInt32) {
    switch constraint {
    case .any: (.any, Table.anyType, 0)
    case .equal(.entity(let uid)): (.own, Table.anyType, number(of: uid))
    case .in(.entity(let uid)): (.ancestors, Table.anyType, number(of: uid))
    case .isType(let type): (.ofType, Table.anyType, number(of: type))
    case .isTypeIn(let type, .entity(let uid)): (.ancestors, number(of: type), number(of: uid))
    // A template is never in the list of policies.
    case .equal(.slot), .in(.slot), .isTypeIn(_, .slot): (.own, Table.anyType, UInt32.max)
    }
  }
}
