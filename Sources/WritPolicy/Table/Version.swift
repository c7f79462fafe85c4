// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WritCedar

/// Everything a decision reads, as flat memory.
@safe
struct VersionTables: BufferHolder {
  var directory = Directory()
  var entities = EntityTable()
  var policies = PolicyTables()
  var isStrict = false
  /// The number of the version; no other of the engine ever has it.
  var number: UInt64 = 1
  /// Whose tables these are, once they are complete.
  private var owner: Unmanaged<Version>?

  init() {
    unsafe owner = nil
  }

  /// Whose tables these are, for those who know that it is there.
  ///
  /// A call, and not inlined: it retains the version while the caller's pin holds it. The optimiser, which does not know that
  /// a pin's store may free it, would otherwise retain it behind that store.
  var version: Version {
    @inline(never) get { unsafe owner.unsafelyUnwrapped.takeUnretainedValue() }
  }

  fileprivate mutating func belong(to version: Version) { unsafe owner = Unmanaged.passUnretained(version) }

  /// What there is more of than the tables can number, `nil` for nothing.
  ///
  /// The numbers were cut off where that is so, which nobody has read yet.
  fileprivate var excess: String? {
    if policies.policies.count > Int(PolicyTables.number) { return "there are too many policies" }
    if directory.uidCount >= Int(Directory.local) { return "there are too many entities" }
    if directory.strings.count >= Int(Directory.local) { return "there are too many different strings" }
    var largest = LargestBuffer()
    var tables = self
    tables.visitBuffers(&largest)
    return largest.count >= Int(UInt32.max) ? "the entities or policies are too large" : nil
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    policies.visitBuffers(&visitor)
    entities.visitBuffers(&visitor)
    directory.visitBuffers(&visitor)
  }
}

extension UnsafePointer<VersionTables> {
  /// In place: a copy of the directory would cost as much as a look-up.
  var directory: UnsafePointer<Directory> {
    unsafe UnsafeRawPointer(self).advanced(by: MemoryLayout<VersionTables>.offset(of: \.directory) ?? 0)
      .assumingMemoryBound(to: Directory.self)
  }
}

/// One state of policies and entities, never changed once it is compiled: the tables and, off the hot path, the
/// policies as they were written.
@safe
final class Version: @unchecked Sendable {
  // Sendable: nothing writes to the memory after `init`.
  private let memory: UnsafeMutablePointer<VersionTables>
  private let arena: Arena
  /// Tells the engine's handles and contexts from those of others.
  let engine: UInt32
  let policies: [Policy]
  /// Where the gate lists versions that were replaced and are still read: the tables of the next one, or 0.
  let nextRetired = Atomic<UInt>(0)

  convenience init(engine: UInt32, policies: [Policy], entities: EntityStore, isStrict: Bool) throws(PolicyEngineError)
  {
    var tables = VersionTables()
    tables.isStrict = isStrict
    tables.compile(entities)
    try self.init(engine: engine, policies: policies, over: tables)
  }

  /// Compiles policies over entities that are compiled already.
  init(engine: UInt32, policies: [Policy], over entities: VersionTables) throws(PolicyEngineError) {
    self.engine = engine
    self.policies = policies
    var tables = entities
    var compiler = PolicyCompiler(tables)
    tables = compiler.compile(policies)
    if let excess = tables.excess {
      tables.deallocate()
      throw PolicyEngineError(code: .tooLarge, description: excess)
    }
    arena = Arena(moving: &tables)
    unsafe memory = UnsafeMutablePointer<VersionTables>.allocate(capacity: 1)
    unsafe memory.initialize(to: tables)
    unsafe memory.pointee.belong(to: self)
  }

  var tables: UnsafePointer<VersionTables> { unsafe UnsafePointer(memory) }

  var number: UInt64 { unsafe memory.pointee.number }
  var isStrict: Bool { unsafe memory.pointee.isStrict }

  /// The UID of a handle; that of a foreign one is like no other.
  func uid(of handle: EntityHandle) -> EntityUID {
    guard handle.engine == engine else { return EntityUID(foreign: handle) }
    return unsafe tables.pointee.directory.uid(handle.number)
  }

  deinit {
    arena.deallocate()
    unsafe memory.deallocate()
  }
}

/// The count of the buffer with the most elements, those of texts aside, which have wide indices.
private struct LargestBuffer: BufferVisitor {
  var count = 0

  mutating func visit<Element>(_ buffer: inout Buffer<Element>) {
    if Element.self != UInt8.self { count = Swift.max(count, buffer.count) }
  }
}
