// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension RequestContext {
  /// Builds the context for a version.
  convenience init(_ record: RecordValue, engine: UInt32, _ tables: UnsafePointer<VersionTables>) {
    unsafe self.init(
      record,
      engine: engine,
      version: tables.pointee.number,
      directory: tables.pointee.directory
    )
  }

  /// Whether its numbers mean the same to a version of an engine.
  ///
  /// A text that had no number may have got one since; numbers that texts have stay.
  @inline(__always)
  func isValid(engine: UInt32, version: UInt64) -> Bool {
    self.engine == engine && (unsafe texts == nil || self.version == version)
  }
}

/// A context of another engine or version, built anew, for those who bring it again.
struct RebuiltContext {
  let given: RequestContext
  let built: RequestContext
}
