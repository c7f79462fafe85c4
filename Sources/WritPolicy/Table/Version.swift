// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Everything a decision reads, as flat memory.
@safe
struct VersionTables: BufferHolder {
  var directory = Directory()
  var entities = EntityTable()
  var policies = PolicyTables()
  var indexes = PolicyIndexes()
  var isStrict = false
  /// The number of the version; no other of the engine ever has it.
  var number: UInt64 = 1
  /// Whose tables these are, once they are complete.
  fileprivate var owner: Unmanaged<Version>?

  init() {
    unsafe owner = nil
  }

  fileprivate mutating func belong(to version: Version) { unsafe owner = Unmanaged.passUnretained(version) }

  /// What there is more of than the tables can number, `nil` for nothing.
  ///
  /// The numbers were cut off where that is so, which nobody has read yet.
  var excess: String? {
    if policies.policies.count > Int(PolicyIndex.number) { return "there are too many policies" }
    if directory.uidCount >= Int(Directory.local) { return "there are too many entities" }
    if directory.strings.count >= Int(Directory.local) { return "there are too many different strings" }
    var largest = LargestBuffer()
    var tables = self
    tables.visitBuffers(&largest)
    return largest.count >= Int(UInt32.max) ? "the entities or policies are too large" : nil
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    indexes.visitBuffers(&visitor)
    policies.visitBuffers(&visitor)
    entities.visitBuffers(&visitor)
    directory.visitBuffers(&visitor)
  }
}

extension UnsafePointer<VersionTables> {
  /// Whose tables these are, for those who know that it is there.
  ///
  /// A call, and not inlined: it retains the version while the caller's pin holds it. The optimiser, which does not
  /// know that a pin's store may free it, would otherwise retain it behind that store.
  var version: Version {
    @inline(never) get { unsafe pointee.owner.unsafelyUnwrapped.takeUnretainedValue() }
  }

  /// In place: the indexes of the policies.
  var indexes: UnsafePointer<PolicyIndex> {
    // The first one stands at the beginning.
    unsafe UnsafeRawPointer(self).advanced(by: MemoryLayout<VersionTables>.offset(of: \.indexes) ?? 0)
      .assumingMemoryBound(to: PolicyIndex.self)
  }

  /// In place: a copy of the directory would cost as much as a look-up.
  var directory: UnsafePointer<Directory> {
    unsafe UnsafeRawPointer(self).advanced(by: MemoryLayout<VersionTables>.offset(of: \.directory) ?? 0)
      .assumingMemoryBound(to: Directory.self)
  }
}

/// One state of policies and entities, which never changes.
///
/// The tables and, off the hot path, the policies as they were written. Later versions share its memory
/// (``VersionWriter``).
@safe
final class Version: @unchecked Sendable {
  // Sendable: later versions write behind the counts only, and in indexes of texts one word at a time.
  private let header: UnsafeMutablePointer<VersionTables>
  /// Where the tables lie.
  let memory: VersionMemory
  /// Tells the engine's handles and contexts from those of others.
  let engine: UInt32
  let policies: PolicyList

  convenience init(engine: UInt32, policies: [Policy], entities: EntityStore, isStrict: Bool) throws(PolicyEngineError)
  {
    var tables = VersionTables()
    tables.isStrict = isStrict
    tables.compile(entities)
    try tables.compile(policies)
    self.init(engine: engine, policies: policies, compiled: tables)
  }

  /// A version of tables that were compiled whole.
  convenience init(engine: UInt32, policies: [Policy], compiled tables: VersionTables) {
    var tables = tables
    let memory = VersionMemory(compiled: &tables)
    self.init(engine: engine, policies: PolicyList(policies), tables, memory, number: tables.number)
  }

  /// A version of tables that lie in a memory.
  init(engine: UInt32, policies: PolicyList, _ tables: VersionTables, _ memory: VersionMemory, number: UInt64) {
    self.engine = engine
    self.policies = policies
    self.memory = memory
    unsafe header = UnsafeMutablePointer<VersionTables>.allocate(capacity: 1)
    unsafe header.initialize(to: tables)
    unsafe header.pointee.number = number
    unsafe header.pointee.belong(to: self)
  }

  /// The policies that were not removed, in order.
  var livePolicies: [Policy] {
    let removed = unsafe tables.pointee.policies.removed
    return (0..<policies.count).lazy.filter { !removed.contains(UInt32(truncatingIfNeeded: $0)) }.map {
      self.policies[$0]
    }
  }

  var tables: UnsafePointer<VersionTables> { unsafe UnsafePointer(header) }

  var number: UInt64 { unsafe header.pointee.number }
  var isStrict: Bool { unsafe header.pointee.isStrict }

  /// The UID of a handle; that of a foreign one is like no other.
  func uid(of handle: EntityHandle) -> EntityUID {
    guard handle.engine == engine else { return EntityUID(foreign: handle) }
    return unsafe tables.pointee.directory.uid(handle.number)
  }

  deinit { unsafe header.deallocate() }
}

/// The count of the buffer with the most elements, those of texts aside, which have wide indices.
private struct LargestBuffer: BufferVisitor {
  var count = 0

  mutating func visit<Element>(_ pages: inout Pages<Element>) { count = Swift.max(count, pages.count) }

  mutating func visit<Element>(_ buffer: inout Buffer<Element>, grows: Bool) {
    if Element.self != UInt8.self { count = Swift.max(count, buffer.count) }
  }
}
