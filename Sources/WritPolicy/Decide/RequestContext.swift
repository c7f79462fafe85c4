// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// The context of requests, built for one engine: read any number of times, also by several threads.
@safe
public final class RequestContext: @unchecked Sendable {
  // Sendable: nothing writes to the buffers after `init`.
  let engine: UInt32
  /// The number of the version whose texts it knows.
  let version: UInt64
  /// The context as it was given.
  public let record: RecordValue
  let root: Cell
  let heap: Buffer<Cell>
  /// The texts that the directory does not know, `nil` when there are none.
  let texts: UnsafeMutablePointer<LocalTexts>?

  init(_ record: RecordValue, engine: UInt32, version: UInt64, directory: Directory) {
    self.engine = engine
    self.version = version
    self.record = record
    var encoder = ValueEncoder(region: .context)
    var numbering = LocalNumbering(directory: directory)
    root = encoder.cell(.record(record), &numbering)
    encoder.finish()
    heap = encoder.heap
    unsafe texts = numbering.texts.isEmpty ? nil : UnsafeMutablePointer.allocate(capacity: 1)
    unsafe texts?.initialize(to: numbering.texts)
  }

  /// What the directory does not know: nothing, mostly.
  var unknown: LocalTexts { unsafe texts?.pointee ?? LocalTexts() }

  deinit {
    var heap = heap
    heap.deallocate()
    unsafe texts?.pointee.deallocate()
    unsafe texts?.deallocate()
  }
}

/// Texts that only one request knows, numbered from ``Directory/local``.
struct LocalTexts {
  /// Strings, and apart the ids of UIDs.
  var strings = TextTable()
  private var ids = TextTable()
  private var types = Buffer<UInt32>()
  private var uidIndex = HashIndex()
  /// The types that the directory does not know either.
  private var unknownTypes = TextTable()

  var uidCount: Int { ids.count }
  var isEmpty: Bool { ids.count == 0 && strings.count == 0 }

  func type(of uid: UInt32) -> UInt32 { types[uid & ~Directory.local] }

  func find(_ uid: EntityUID, type: UInt32) -> UInt32? {
    uidIndex.find(uid.textHash) { types[$0] == type && ids.isText($0, uid.id) }.map { $0 | Directory.local }
  }

  mutating func insert(_ uid: EntityUID, type: UInt32) -> UInt32 {
    if let known = find(uid, type: type) { return known }
    types.append(type)
    let number = ids.append(uid.id)
    uidIndex.insert(number, hash: uid.textHash)
    return number | Directory.local
  }

  /// The number of a type that the directory does not know.
  mutating func unknownType(_ name: String) -> UInt32 { unknownTypes.insert(name) | Directory.local }

  func findUnknownType(_ name: String) -> UInt32? { unknownTypes.find(name).map { $0 | Directory.local } }

  mutating func deallocate() {
    strings.deallocate()
    ids.deallocate()
    types.deallocate()
    uidIndex.deallocate()
    unknownTypes.deallocate()
  }
}

/// Looks texts up in the directory, which it never adds to, and numbers the rest locally.
struct LocalNumbering: TextNumbering {
  let directory: Directory
  var texts = LocalTexts()

  mutating func number(of string: String) -> UInt32 {
    directory.strings.find(string) ?? texts.strings.insert(string) | Directory.local
  }

  mutating func number(of uid: EntityUID) -> UInt32 {
    if let known = directory.find(uid) { return known }
    let name = uid.type.text.string
    return texts.insert(uid, type: directory.types.find(name) ?? texts.unknownType(name))
  }
}
