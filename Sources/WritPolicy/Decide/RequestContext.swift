// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// The context of requests, built for one engine: read any number of times, also by several threads.
@safe
public final class RequestContext: @unchecked Sendable {
  // Sendable: nothing writes to the buffers after `init`.
  let engine: UInt32
  /// The number of the version whose texts it knows.
  private let version: UInt64
  /// The context as it was given.
  public let record: RecordValue
  let root: Cell
  let heap: Buffer<Cell>
  /// The texts that neither the directory nor the overlay knows, `nil` when there are none.
  let texts: UnsafeMutablePointer<LocalTexts>?
  /// Whose texts the context refers to.
  let overlay: EntityOverlay?

  /// Builds the context for a version.
  ///
  /// - Parameter overlay: of the same version, or else of no use.
  init(
    _ record: RecordValue,
    engine: UInt32,
    _ tables: UnsafePointer<VersionTables>,
    over overlay: EntityOverlay?
  ) {
    let version = unsafe tables.pointee.number
    let overlay = overlay?.isBuilt(for: engine, version) == true ? overlay : nil
    self.engine = engine
    self.version = version
    self.record = record
    // An overlay without texts of its own is like none.
    self.overlay = unsafe overlay?.texts == nil ? nil : overlay
    var encoder = ValueEncoder(region: .context)
    var numbering = unsafe LocalNumbering(tables.directory, over: overlay?.texts)
    root = encoder.cell(.record(record), &numbering)
    encoder.finish()
    heap = encoder.heap
    unsafe texts = numbering.texts.isEmpty ? nil : UnsafeMutablePointer.allocate(capacity: 1)
    unsafe texts?.initialize(to: numbering.texts)
  }

  /// Whether its numbers mean the same to a version of an engine, and to a request's overlay.
  ///
  /// A text that had no number may have got one since; numbers that texts have stay.
  @inline(__always)
  func isBuilt(for engine: UInt32, _ version: UInt64, over other: EntityOverlay?) -> Bool {
    guard self.engine == engine else { return false }
    if unsafe overlay == nil && texts == nil { return true }
    return unsafe self.version == version && (overlay === other || (overlay == nil && other?.texts == nil))
  }

  deinit {
    var heap = heap
    heap.deallocate()
    unsafe texts?.pointee.deallocate()
    unsafe texts?.deallocate()
  }
}
