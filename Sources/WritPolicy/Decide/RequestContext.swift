// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// The context of requests, built for one engine: read any number of times, also by several threads.
@safe
public final class RequestContext: @unchecked Sendable {
  // Sendable: nothing writes to the buffers after `init`.
  let engine: UInt32
  /// The context as it was given.
  public let record: RecordValue
  let root: Cell
  let heap: Buffer<Cell>
  /// The texts that neither the directory nor the overlay knows, `nil` when there are none.
  let texts: UnsafeMutablePointer<LocalTexts>?
  /// Whose texts the context refers to.
  let overlay: EntityOverlay?

  init(_ record: RecordValue, over version: Version, _ overlay: EntityOverlay?) {
    engine = version.engine
    self.record = record
    // An overlay without texts of its own is like none.
    self.overlay = unsafe overlay?.texts == nil ? nil : overlay
    var encoder = ValueEncoder(region: .context)
    var numbering = unsafe LocalNumbering(version.directory, over: overlay?.texts)
    root = encoder.cell(.record(record), &numbering)
    encoder.finish()
    heap = encoder.heap
    unsafe texts = numbering.texts.isEmpty ? nil : UnsafeMutablePointer.allocate(capacity: 1)
    unsafe texts?.initialize(to: numbering.texts)
  }

  /// Whether the context's texts and those of a request's overlay are told apart by their numbers.
  @inline(__always)
  func isBuilt(over other: EntityOverlay?) -> Bool {
    unsafe overlay === other || (overlay == nil && (texts == nil || other?.texts == nil))
  }

  deinit {
    var heap = heap
    heap.deallocate()
    unsafe texts?.pointee.deallocate()
    unsafe texts?.deallocate()
  }
}
