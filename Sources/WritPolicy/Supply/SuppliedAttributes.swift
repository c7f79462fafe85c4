// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What a source has answered in the running request, and how to ask it; its memory serves one request after the other.
@safe
struct SuppliedAttributes {
  private struct Entry: BitwiseCopyable {
    let uid: UInt32
    /// With the number of the attribute's name; ``Cell/missing`` where the source has no value.
    let cell: Cell
  }

  /// So few are looked through faster than hashed.
  private static let few = 8

  /// The engine's tag.
  let engine: UInt32
  var texts = RequestTexts()
  /// What asks the source, and where it is; `nil` when no source is being asked.
  private(set) var asker: (type: SourceAsker.Type, source: UnsafeRawPointer)?
  private var directory: UnsafePointer<Directory>?
  /// The last type of source, and who asks it, for finding out takes longer than asking.
  private var known: (source: ObjectIdentifier, asker: SourceAsker.Type)
  private var entries = Buffer<Entry>()
  /// Entries by entity and name, when there are more than a few.
  private var index = HashIndex()
  private var encoder = ValueEncoder(region: .scratch)
  private var keepsValues = false
  /// The values of the entries as they were given, where they are kept.
  private var values: [Value?] = []

  init(engine: UInt32) {
    self.engine = engine
    known = (ObjectIdentifier(Never.self), SourceAsker.self)
    unsafe asker = nil
    unsafe directory = nil
  }

  // MARK: A request

  /// - Parameters:
  ///   - source: stays until ``end()``.
  ///   - keepsValues: whether ``answers`` will be asked for.
  @inline(__always)
  mutating func begin<Source: AttributeSource & ~Copyable>(
    _ source: UnsafePointer<Source>,
    _ directory: UnsafePointer<Directory>,
    keepsValues: Bool
  ) {
    if known.source != ObjectIdentifier(Source.self) {
      known = (ObjectIdentifier(Source.self), TypedAsker<Source>.self)
    }
    unsafe asker = (known.asker, UnsafeRawPointer(source))
    unsafe self.directory = directory
    self.keepsValues = keepsValues
    if texts.hasBegun { texts.end() }
  }

  /// Texts are looked for in what the request has brought, once it is asked about.
  mutating func beginTexts(brought: UnsafePointer<LocalTexts>?, named: UnsafePointer<LocalTexts>?) {
    guard let directory = unsafe directory else { return }
    unsafe texts.begin(directory, brought: brought, named: named)
  }

  /// Lets go of the source and forgets what it said.
  @inline(__always)
  mutating func end() {
    unsafe asker = nil
    unsafe directory = nil
    if entries.count > 0 || texts.hasBegun { forget() }
  }

  @inline(never)
  private mutating func forget() {
    entries.removeAll()
    index.removeAll()
    texts.end()
    if !values.isEmpty { values.removeAll(keepingCapacity: true) }
  }

  // MARK: Answers

  /// What the source has answered.
  // Mutating, or all that is kept would be copied before it is looked at.
  @inline(__always)
  mutating func cell(_ name: UInt32, of uid: UInt32) -> Cell? {
    if entries.count > Self.few {
      let found = index.find(Self.hash(name, uid)) { entries[$0].uid == uid && entries[$0].cell.name == name }
      return found.map { entries[$0].cell }
    }
    // Backwards: what is asked again has mostly just been asked.
    var index = entries.count
    while index > 0 {
      index -= 1
      if entries[index].uid == uid, entries[index].cell.name == name { return entries[index].cell }
    }
    return nil
  }

  /// Keeps an answer for the request.
  @inline(__always)
  mutating func keep(_ value: Value?, _ name: UInt32, of uid: UInt32, _ scratch: inout Buffer<Cell>) -> Cell {
    var cell = value.map { encode($0, &scratch) } ?? .missing
    cell.name = name
    entries.append(Entry(uid: uid, cell: cell))
    if entries.count > Self.few { hash() }
    if keepsValues { values.append(value) }
    return cell
  }

  @inline(__always)
  private mutating func encode(_ value: Value, _ scratch: inout Buffer<Cell>) -> Cell {
    switch value {
    case .bool(let bool): return .bool(bool)
    case .long(let long): return .long(long)
    case .entity(let uid): return .entity(texts.number(of: uid))
    case .string(let string): return .string(texts.number(of: string))
    default: return encodeOther(value, &scratch)
    }
  }

  /// The encoder writes to the scratch heap, where all cells are that a composite of its own refers to.
  @inline(never)
  private mutating func encodeOther(_ value: Value, _ scratch: inout Buffer<Cell>) -> Cell {
    encoder.heap = scratch
    let cell = encoder.cell(value, &texts)
    scratch = encoder.heap
    encoder.heap = Buffer()
    return cell
  }

  @inline(never)
  private mutating func hash() {
    let first = entries.count == Self.few + 1 ? 0 : entries.count - 1
    for number in first..<entries.count {
      let entry = entries[number]
      index.insert(UInt32(truncatingIfNeeded: number), hash: Self.hash(entry.cell.name, entry.uid))
    }
  }

  private static func hash(_ name: UInt32, _ uid: UInt32) -> Int {
    let both = UInt64(name) << 32 | UInt64(uid)
    let product = (both ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD134_2543_DE82_EF95)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  /// The values that the source gave, as text, of a request that keeps them.
  mutating func answers() -> [AttributePlace: Value] {
    var answers: [AttributePlace: Value] = [:]
    for (number, value) in values.enumerated() {
      guard let value else { continue }
      let entry = entries[number]
      answers[AttributePlace(texts.uid(entry.uid), texts.string(entry.cell.name))] = value
    }
    return answers
  }

  mutating func deallocate() {
    texts.deallocate()
    entries.deallocate()
    index.deallocate()
    encoder.finish()
  }
}

/// An attribute of an entity.
struct AttributePlace: Hashable {
  let uid: EntityUID
  let name: ScalarText

  init(_ uid: EntityUID, _ name: String) {
    self.uid = uid
    self.name = ScalarText(name)
  }
}

extension UnsafeMutablePointer<SuppliedAttributes> {
  /// In place, so that a source's answer may add to them while they are lent.
  var texts: UnsafePointer<RequestTexts> {
    unsafe UnsafeRawPointer(self).advanced(by: MemoryLayout<SuppliedAttributes>.offset(of: \.texts) ?? 0)
      .assumingMemoryBound(to: RequestTexts.self)
  }
}
