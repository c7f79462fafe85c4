// SPDX-License-Identifier: Apache-2.0

/// The scratch memory of a decider, and with it one request at a time.
///
/// Nothing here allocates once the scratch has grown to what the tables need. Methods are mutating, also those that
/// change nothing: others may be handed a copy, even where they are inlined, which costs more than a decision.
@safe
struct Machine: ~Copyable {
  // The tables, which the decider keeps alive. Fields, and not a pointer to them, so that a step loads what it uses.
  private(set) var directory = Directory()
  private(set) var entities = EntityTable()
  private(set) var policies = PolicyTables()
  /// There from the first version on, as is `selected`.
  private var levels: UnsafePointer<PolicyIndex>?
  private(set) var levelCount = 1
  /// Whether a forbid was added since the whole set was compiled.
  private(set) var hasAddedForbids = false
  /// Whom the policies name that were added since.
  private var anchors = AnchorFilter()
  /// The index that is being looked into.
  private var selected: UnsafePointer<PolicyIndex>?
  private(set) var isStrict = false
  /// The number of the version that has the tables; 0, which none has, before the first.
  private(set) var version: UInt64 = 0

  // What the running request is about.
  private(set) var principal = Subject()
  private(set) var action = Subject()
  private(set) var resource = Subject()
  /// The tables of the action itself.
  private(set) var actionRow: Int?
  private var context = Cell.missing
  private var contextTexts: UnsafeMutablePointer<LocalTexts>?
  /// The entities that the request brings.
  private(set) var overlay: UnsafePointer<OverlayTables>?
  /// What the request's source has supplied; `nil` for a request without a source.
  var supplied: UnsafeMutablePointer<SuppliedAttributes>?
  /// Whether stored entities have some of them for ancestors, so that ancestors are walked for.
  private var changesAncestors = false
  /// How many requests had to.
  private(set) var changedHierarchies = 0
  var heaps = Heaps()

  // Scratch.
  var stack = Buffer<Cell>()
  private var slotValues = Buffer<Cell>()
  /// A slot's value is that of the running request when this is its number.
  private var slotRequests = Buffer<UInt32>()
  private(set) var request: UInt32 = 0
  private var missingSlots = Buffer<UInt32>()
  /// What the columns look for, by their sources.
  var columnValues = Buffer<ColumnValues>()
  /// The ancestors of entities whose closures are not listed, for this request.
  private var walked = WalkedAncestors()

  /// Has no tables until ``take(_:)``.
  init() {
    unsafe contextTexts = nil
    unsafe overlay = nil
    unsafe supplied = nil
    unsafe levels = nil
    unsafe selected = nil
  }

  /// - Parameter version: tables that stay for as long as the machine runs.
  init(_ version: UnsafePointer<VersionTables>) {
    self.init()
    unsafe take(version)
  }

  /// Goes on with another version's tables, which somebody keeps from now on.
  ///
  /// Slots and columns stay: the next request finds nothing in them that is its own.
  mutating func take(_ version: UnsafePointer<VersionTables>) {
    directory = unsafe version.pointee.directory
    entities = unsafe version.pointee.entities
    policies = unsafe version.pointee.policies
    isStrict = unsafe version.pointee.isStrict
    self.version = unsafe version.pointee.number
    let indexes = unsafe version.indexes
    unsafe levels = indexes
    unsafe selected = indexes
    levelCount = unsafe version.pointee.indexes.count
    anchors = unsafe version.pointee.indexes.anchors
    hasAddedForbids = false
    for level in 1..<Swift.max(1, levelCount) where unsafe indexes[level].actions.has(.forbids) {
      hasAddedForbids = true
    }
    heaps.entities = entities.attributes
    heaps.constants = policies.constantHeap
    stack.extend(to: policies.stackDepth + 1, .missing)
    slotValues.extend(to: policies.attributeSlots.count, .missing)
    slotRequests.extend(to: policies.attributeSlots.count, 0)
    columnValues.extend(to: policies.sources.count, ColumnValues())
  }

  // MARK: Levels

  /// The index that is being looked into: the first one, unless ``select(level:)`` has chosen another.
  @inline(__always)
  var level: PolicyIndex { unsafe selected.unsafelyUnwrapped.pointee }

  @inline(__always)
  mutating func select(level number: Int) { unsafe selected = levels.unsafelyUnwrapped + number }

  /// Whether a policy that was added since the whole set was compiled may be for the request, as its scope goes.
  mutating func mayHaveAdded() -> Bool {
    let forms = anchors.forms
    if forms.contains(.open) { return true }
    if forms.contains(.principal), isAnchor(principal, .principal, action.uid) { return true }
    if forms.contains(.resource), isAnchor(resource, .resource, action.uid) { return true }
    if forms.isDisjoint(with: [.principalOfSome, .resourceOfSome]) { return false }
    if forms.contains(.principalOfSome), isAnchor(principal, .principalOfSome, TableKey.anyAction) { return true }
    return forms.contains(.resourceOfSome) && isAnchor(resource, .resourceOfSome, TableKey.anyAction)
  }

  /// Whether scopes may name the subject or one of its ancestors: without branches, for which of them cannot be
  /// guessed.
  @inline(__always)
  private mutating func isAnchor(_ subject: Subject, _ form: AnchorFilter.Form, _ action: UInt32) -> Bool {
    let salt = AnchorFilter.salt(form, action)
    var found = anchors.bit(of: subject.uid, salt)
    let count = count(of: subject.ancestors)
    guard count > 0 else { return found != 0 }
    guard count <= AnchorFilter.longest else { return true }
    let ancestors = unsafe span(0..<count, of: subject.ancestors)
    for index in 0..<count { found |= unsafe anchors.bit(of: ancestors[index].uid, salt) }
    return found != 0
  }

  // MARK: A request

  /// Principal, action or resource of a request.
  struct Subject: BitwiseCopyable {
    /// Nobody, before the first request.
    var uid = UInt32.max
    var type: UInt32 = 0
    var ancestors = Ancestors()
  }

  /// Begins a request of UIDs that the directory knows.
  @inline(__always)
  mutating func begin(
    _ principal: UInt32,
    _ action: UInt32,
    _ resource: UInt32,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?
  ) {
    reset(overlay)
    begin(subject(principal), subject(action), subject(resource), context)
  }

  /// Forgets the last request; then the subjects are looked up, then the request begins.
  @inline(__always)
  mutating func reset(_ overlay: EntityOverlay?) {
    heaps.scratch.removeAll()
    walked.removeAll()
    if unsafe overlay != nil || self.overlay != nil { lay(overlay) }
    request &+= 1
    if request == 0 { forgetSlots() }
  }

  private mutating func lay(_ overlay: EntityOverlay?) {
    unsafe self.overlay = overlay?.tables
    heaps.overlay = unsafe overlay?.tables.pointee.cells ?? Buffer()
    changesAncestors = unsafe overlay?.tables.pointee.changesAncestors ?? false
    if changesAncestors { changedHierarchies &+= 1 }
  }

  /// What the request brings for a UID.
  @inline(__always)
  func overlaid(_ uid: UInt32) -> OverlayTables.Row? {
    guard let overlay = unsafe overlay, let row = unsafe overlay.pointee.row(of: uid) else { return nil }
    return unsafe overlay.pointee.rows[row]
  }

  /// A UID that the directory knows, or an overlaid one.
  @inline(__always)
  mutating func subject(_ uid: UInt32) -> Subject {
    if unsafe overlay != nil, let row = overlaid(uid) {
      return Subject(uid: uid, type: row.type, ancestors: ancestors(of: row))
    }
    let row = entities.rows[uid]
    return Subject(uid: uid, type: row.type, ancestors: ancestors(of: row, uid))
  }

  /// A UID that only the request knows.
  mutating func subject(local uid: UInt32, type: UInt32) -> Subject {
    if let row = overlaid(uid) { return Subject(uid: uid, type: row.type, ancestors: ancestors(of: row)) }
    return Subject(uid: uid, type: type)
  }

  @inline(__always)
  mutating func begin(_ principal: Subject, _ action: Subject, _ resource: Subject, _ context: RequestContext?) {
    self.principal = principal
    self.action = action
    self.resource = resource
    actionRow = level.actions.row(of: action.uid)
    if let context {
      heaps.context = context.heap
      unsafe contextTexts = context.texts
      self.context = context.root
    } else {
      unsafe contextTexts = nil
      self.context = .composite(.record, at: 0, count: 0, .context, depth: 1)
    }
  }

  /// Puts what the request brings in its slots, when the first conditions are evaluated.
  @inline(__always)
  mutating func fillSlots() {
    guard slotRequests[Slot.context] != request else { return }
    set(Slot.principal, .entity(principal.uid))
    set(Slot.action, .entity(action.uid))
    set(Slot.resource, .entity(resource.uid))
    set(Slot.context, context)
  }

  @inline(__always)
  private func set(_ slot: UInt32, _ cell: Cell) {
    slotValues[slot] = cell
    slotRequests[slot] = request
  }

  /// The number of requests has run over: numbers of long ago come again.
  @inline(never)
  private mutating func forgetSlots() {
    for slot in 0..<slotRequests.count { slotRequests[slot] = 0 }
    for column in 0..<columnValues.count { columnValues[column].request = 0 }
    request = 1
  }

  // MARK: Entities

  mutating func type(of uid: UInt32) -> UInt32 {
    if uid & Directory.local == 0 { return entities.rows[uid].type }
    if uid == principal.uid { return principal.type }
    if uid == resource.uid { return resource.type }
    if uid == action.uid { return action.type }
    return unsafe contextTexts?.pointee.type(of: uid) ?? overlay?.pointee.texts.type(of: uid)
      ?? supplied?.pointee.texts.own.type(of: uid) ?? Directory.unknownType
  }

  /// The bytes of a string.
  mutating func text(_ string: UInt32) -> (bytes: Buffer<UInt8>, range: Range<Int>) {
    guard string & Directory.local != 0 else { return (directory.strings.storage, directory.strings.range(string)) }
    return unsafe contextTexts?.pointee.text(string) ?? overlay?.pointee.texts.text(string)
      ?? supplied?.pointee.texts.own.text(string) ?? (Buffer(), 0..<0)
  }

  /// Lets the source name what the request names.
  mutating func beginTexts() {
    unsafe supplied?.pointee.beginTexts(brought: overlay?.texts, named: UnsafePointer(contextTexts))
  }

  // MARK: Hierarchy

  @inline(__always)
  mutating func ancestors(of uid: UInt32) -> Ancestors {
    if uid == principal.uid { return principal.ancestors }
    if uid == resource.uid { return resource.ancestors }
    if unsafe overlay != nil, let row = overlaid(uid) { return ancestors(of: row) }
    guard uid & Directory.local == 0 else { return Ancestors() }
    return ancestors(of: entities.rows[uid], uid)
  }

  @inline(__always)
  private mutating func ancestors(of row: EntityTable.Row, _ uid: UInt32) -> Ancestors {
    if row.ancestors == EntityTable.Row.unlisted || changesAncestors { return walk(uid) }
    return Ancestors(start: row.ancestors, summary: row.summary)
  }

  private mutating func ancestors(of row: OverlayTables.Row) -> Ancestors {
    row.ancestors.start == EntityTable.Row.unlisted ? walk(row.uid) : row.ancestors
  }

  // Apart, so that the common path keeps its registers.
  @inline(never)
  private mutating func walk(_ uid: UInt32) -> Ancestors { unsafe walked.ancestors(of: uid, entities, overlay) }

  /// The list that ancestors are in, and where.
  @inline(__always)
  private func list(_ ancestors: Ancestors) -> (list: Buffer<Ancestor>, start: Int) {
    if ancestors.start & (Ancestors.walked | Ancestors.overlaid) == 0 {
      return (entities.ancestors, Int(ancestors.start))
    }
    if ancestors.start & Ancestors.walked != 0 { return (walked.list, Int(ancestors.start & ~Ancestors.walked)) }
    return unsafe (overlay?.pointee.ancestors ?? Buffer(), Int(ancestors.start & ~Ancestors.overlaid))
  }

  @inline(__always)
  func count(of ancestors: Ancestors) -> Int {
    guard ancestors.summary != 0 else { return 0 }
    let (list, start) = list(ancestors)
    return Int(list[start].uid)
  }

  @inline(__always)
  func ancestor(_ index: Int, in ancestors: Ancestors) -> UInt32 {
    let (list, start) = list(ancestors)
    return list[start + 1 + index].uid
  }

  /// The memory of some ancestors, until the next walk.
  @inline(__always)
  func span(_ range: Range<Int>, of ancestors: Ancestors) -> UnsafeMutableBufferPointer<Ancestor> {
    let (list, start) = list(ancestors)
    return unsafe list.span((start + 1 + range.lowerBound)..<(start + 1 + range.upperBound))
  }

  @inline(__always)
  func contains(_ ancestors: Ancestors, _ uid: UInt32) -> Bool {
    guard ancestors.summary & EntityTable.summary(of: uid) != 0 else { return false }
    let (list, start) = list(ancestors)
    return list.isListed(uid, at: start)
  }

  /// Whether the entity is the group or has it for an ancestor.
  @inline(__always)
  mutating func isEntity(_ uid: UInt32, in group: UInt32) -> Bool {
    // First, for a walk may move the list that `contains` looks into.
    let ancestors = ancestors(of: uid)
    return uid == group || contains(ancestors, group)
  }

  // MARK: Slots

  /// The value of a slot; ``Cell/missing`` when the attribute is not there, ``Cell/error`` when what should have it has
  /// no value or cannot have attributes.
  @inline(__always)
  mutating func value(ofSlot slot: UInt32) -> Cell {
    if slotRequests[slot] == request { return slotValues[slot] }
    return lookUp(slot)
  }

  private mutating func lookUp(_ slot: UInt32) -> Cell {
    let path = policies.attributeSlots[slot]
    guard slotRequests[path.base] == request else { return lookUpPath(slot) }
    let value = attribute(path.name, of: slotValues[path.base])
    set(slot, value)
    return value
  }

  /// A path is as long as a policy makes it: down to what is known, and up again.
  private mutating func lookUpPath(_ slot: UInt32) -> Cell {
    missingSlots.removeAll()
    var next = slot
    while slotRequests[next] != request {
      missingSlots.append(next)
      next = policies.attributeSlots[next].base
    }
    var value = slotValues[next]
    for index in stride(from: missingSlots.count - 1, through: 0, by: -1) {
      let missing = missingSlots[index]
      value = attribute(policies.attributeSlots[missing].name, of: value)
      set(missing, value)
    }
    return value
  }

  deinit {
    var (stack, slotValues, slotRequests) = (stack, slotValues, slotRequests)
    var (missingSlots, columnValues, scratch, walked) = (missingSlots, columnValues, heaps.scratch, walked)
    missingSlots.deallocate()
    stack.deallocate()
    slotValues.deallocate()
    slotRequests.deallocate()
    columnValues.deallocate()
    scratch.deallocate()
    walked.deallocate()
  }
}
