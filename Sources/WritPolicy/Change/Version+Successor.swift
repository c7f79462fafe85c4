// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Version {
  /// A new version with other policies, and other entities when there are any.
  ///
  /// It begins with a copy of this one's directory, so that each UID keeps its number; the entities' tables do not
  /// depend on policies and are copied as well. Linear in both, and in what is compiled.
  /// - Throws: ``PolicyEngineError/Code/tooLarge``.
  func successor(policies: [Policy], entities: EntityStore? = nil) throws(PolicyEngineError) -> Version {
    var new = VersionTables()
    new.number = unsafe tables.pointee.number + 1
    new.isStrict = unsafe tables.pointee.isStrict
    new.directory = unsafe tables.pointee.directory.copied()
    if let entities {
      new.compile(entities)
    } else {
      new.entities = unsafe tables.pointee.entities.copied()
    }
    return try Version(engine: engine, policies: policies, over: new)
  }
}

extension BufferHolder {
  /// The same with memory of its own.
  func copied() -> Self {
    var copy = self
    var copier = Copier()
    copy.visitBuffers(&copier)
    return copy
  }
}

private struct Copier: BufferVisitor {
  func visit<Element>(_ buffer: inout Buffer<Element>) { buffer = buffer.copied() }
}
