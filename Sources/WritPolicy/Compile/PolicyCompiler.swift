// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Compiles policies to tables, over entities that are compiled already.
struct PolicyCompiler {
  var tables: VersionTables
  var encoder = ValueEncoder(region: .constants)
  private var slotNumbers: [Slot: UInt32] = [:]
  private var sourceNumbers: [Source: UInt32] = [:]
  /// How many sources of the narrowings of added policies have numbers.
  private var numberedSources = 0
  var tableKeys = TableKeys()
  /// What is being written.
  var index = PolicyIndex()
  /// Where programs start.
  private var programs = HashIndex()
  /// By UID, the marks of the tables in which it leads.
  private var leadMarks = Buffer<UInt32>()

  init(_ tables: VersionTables) {
    self.tables = tables
    // Principal, action, resource and context have no base.
    for number in 0..<Slot.firstAttribute {
      self.tables.policies.attributeSlots.append(Slot(base: number, name: 0))
    }
  }

  /// Goes on with tables that were compiled before.
  init(adding tables: VersionTables) {
    self.tables = tables
    let policies = tables.policies
    for number in Int(Slot.firstAttribute)..<policies.attributeSlots.count {
      slotNumbers[policies.attributeSlots[number]] = UInt32(truncatingIfNeeded: number)
    }
    for number in 0..<policies.sources.count {
      sourceNumbers[policies.sources[number]] = UInt32(truncatingIfNeeded: number)
    }
  }

  /// Compiles a whole set: what is returned means nothing when the work was stopped.
  mutating func compile(_ policies: [Policy], until stop: StopFlag) -> VersionTables {
    var entries: [TableEntry] = []
    entries.reserveCapacity(policies.count)
    for (position, policy) in policies.enumerated() {
      if stop.isSet(at: position) { break }
      appendScopes(of: policy, UInt32(truncatingIfNeeded: position), to: &entries)
    }
    entries.sort(by: <)
    var finder = NarrowingFinder()
    let isCrowded = crowded(entries, policyCount: policies.count)
    compileConditions(of: policies, isCrowded, &finder, erring: &entries, until: stop)
    guard !stop.isSet else {
      finish()
      deallocatePrograms()
      return tables
    }
    entries.sort(by: <)
    leadMarks = Buffer(repeating: 0, count: tables.directory.uidCount)
    narrow(&entries, by: finder.narrowings)
    tables.indexes[0] = write(entries)
    tables.indexes[0].hasMarks = true
    finish()
    deallocatePrograms()
    tables.addRows()
    markAncestors()
    return tables
  }

  /// Compiles policies that are added, up to the entries from which an index is written.
  mutating func add(_ policies: [Policy], _ finder: inout NarrowingFinder, to entries: inout [TableEntry]) {
    encoder = ValueEncoder(region: .constants, adding: tables.policies.constantHeap)
    let first = tables.policies.policies.count
    for (position, policy) in policies.enumerated() {
      appendScopes(of: policy, UInt32(truncatingIfNeeded: first + position), to: &entries)
    }
    compileConditions(of: policies, nil, &finder, erring: &entries, until: StopFlag())
    // A thread that merges indexes meanwhile only looks sources up.
    for source in finder.narrowings.sources.dropFirst(numberedSources) { _ = number(of: source) }
    numberedSources = finder.narrowings.sources.count
    finish()
    tables.addRows()
  }

  private mutating func finish() {
    encoder.finish()
    tables.policies.constantHeap = encoder.heap
  }

  mutating func deallocatePrograms() { programs.deallocate() }

  /// Notes that a UID leads under a mark.
  mutating func mark(_ lead: UInt32, _ mark: UInt32) {
    // None when policies are added: marks tell of the first index.
    if Int(lead) < leadMarks.count { leadMarks[lead] |= 1 &<< mark }
  }

  /// Writes the marks beside the ancestors.
  private mutating func markAncestors() {
    tables.entities.leadMarks = leadMarks
    let ancestors = tables.entities.ancestors
    var start = 0
    while start < ancestors.count {
      let count = Int(ancestors[start].uid)
      for index in (start + 1)..<(start + 1 + count) {
        ancestors[index] = tables.entities.ancestor(ancestors[index].uid)
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

  /// Writes the row of each policy, and where those are found that may err.
  ///
  /// - Parameters:
  ///   - isCrowded: which policies need be narrowed; `nil` for all.
  ///   - finder: finds what narrows them.
  private mutating func compileConditions(
    of policies: [Policy],
    _ isCrowded: [Bool]?,
    _ finder: inout NarrowingFinder,
    erring entries: inout [TableEntry],
    until stop: StopFlag
  ) {
    guard let tree = policies.first?.tree else { return }
    var outline = ExpressionOutline(tree)
    var program = ProgramBuilder()
    for (position, policy) in policies.enumerated() {
      if stop.isSet(at: position) { break }
      let number = UInt32(truncatingIfNeeded: tables.policies.policies.count)
      if policy.conditions.isEmpty {
        tables.policies.policies.append(PolicyRow(program: PolicyRow.unconditional, constants: 0))
      } else {
        program.start()
        for condition in policy.conditions {
          outline.read(condition, of: policy.tree, &self)
          program.append(outline, isUnless: condition.isUnless, &self)
          if isCrowded?[position] ?? true { finder.read(condition, outline, &self) }
        }
        program.finish()
        append(program)
        if program.mayErr { appendScopes(of: policy, number, as: .erring, to: &entries) }
      }
      finder.endPolicy()
    }
  }

  private mutating func append(_ program: ProgramBuilder) {
    let constants = UInt32(truncatingIfNeeded: tables.policies.constants.count)
    tables.policies.constants.append(contentsOf: program.constants)
    tables.policies.stackDepth = Swift.max(tables.policies.stackDepth, program.deepest)
    tables.policies.policies.append(PolicyRow(program: start(of: program.instructions), constants: constants))
  }

  /// Policies that differ in constants only share a program.
  private mutating func start(of program: [Instruction]) -> UInt32 {
    var hasher = Hasher()
    for instruction in program { hasher.combine(instruction.bits) }
    let hash = hasher.finalize()
    let known = tables.policies.instructions
    let found = programs.find(hash) { start in
      // A program ends where it says so, and nowhere before: no other begins with it.
      known.count - Int(start) >= program.count
        && program.indices.allSatisfy { known[Int(start) + $0].bits == program[$0].bits }
    }
    if let found { return found }
    let start = UInt32(truncatingIfNeeded: known.count)
    tables.policies.instructions.append(contentsOf: program)
    programs.insert(start, hash: hash)
    return start
  }

  // MARK: Scopes

  private mutating func appendScopes(of policy: Policy, _ number: UInt32, to entries: inout [TableEntry]) {
    appendScopes(of: policy, number, as: policy.effect == .forbid ? .forbids : .permits, to: &entries)
  }

  /// Where a policy is found by its scope alone: once for each action of its list.
  private mutating func appendScopes(
    of policy: Policy,
    _ policyNumber: UInt32,
    as part: TableIndex.Part,
    to entries: inout [TableEntry]
  ) {
    let principal = scope(policy.principalConstraint)
    let resource = scope(policy.resourceConstraint)
    var key = TableKey(part: part)
    key.principalType = principal.type
    key.resourceType = resource.type
    key.principal = principal.scope
    key.resource = resource.scope
    let scope = UInt64(principal.uid) << 32 | UInt64(resource.uid)
    func append(_ key: TableKey) {
      let table = tableKeys.number(of: key)
      entries.append(TableEntry(table: table, policy: policyNumber, scope: scope))
    }
    switch policy.actionConstraint {
    case .any:
      append(key)
    case .equal(let action):
      key.action = number(of: action)
      append(key)
    case .in(let group):
      key.action = number(of: group)
      key.isGroup = true
      append(key)
    case .inAny(let groups):
      key.isGroup = true
      for group in Set(groups.map { number(of: $0) }) {
        key.action = group
        append(key)
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
