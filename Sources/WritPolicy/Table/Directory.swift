// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What stands for texts in the tables: numbers for strings (names of attributes included), entity types and UIDs.
///
/// A number is never given away twice. Requests only look up: what they bring and the directory does not know gets a
/// local number, which has the bit ``local`` and means something within that request only.
struct Directory: BufferHolder {
  /// The bit of numbers that are known to one request only.
  static let local: UInt32 = 1 << 31
  /// The type of an entity whose type no policy and no stored entity has; not ``Bucket/noUID``.
  static let unknownType = UInt32.max - 1

  var strings = TextTable()
  var types = TextTable()
  private var uids = Buffer<UIDRow>()
  /// The ids that do not fit into a row, one behind the other.
  private var ids = Buffer<UInt8>()
  private var uidIndex = HashIndex()

  /// The texts of a UID: for most one look at memory, of half a cache line.
  private struct UIDRow: BitwiseCopyable {
    /// The longest id that a row holds itself.
    static let inline = 16

    /// The bytes of a short id.
    var id: (UInt64, UInt64) = (0, 0)
    /// The start of a long id.
    var start = 0
    let type: UInt32
    /// How many bytes the id has.
    let count: UInt32

    init(type: UInt32, count: Int) {
      self.type = type
      self.count = UInt32(truncatingIfNeeded: count)
    }
  }

  var uidCount: Int { uids.count }

  func type(of uid: UInt32) -> UInt32 { uids[uid].type }

  @inline(__always)
  func find(_ uid: EntityUID) -> UInt32? {
    // The index may know what was added since, for a later version.
    uidIndex.find(uid.textHash) { isNumber($0, of: uid) }
  }

  /// The numbers of three UIDs, or `nil`, which says nothing: what is far away in memory is asked for at once.
  @inline(__always)
  func guess(_ first: EntityUID, _ second: EntityUID, _ third: EntityUID) -> (UInt32, UInt32, UInt32)? {
    guard let one = uidIndex.guess(first.textHash), let two = uidIndex.guess(second.textHash),
      let three = uidIndex.guess(third.textHash)
    else { return nil }
    guard Swift.max(one, two, three) < uids.count else { return nil }
    guard isKnown(one, as: first), isKnown(two, as: second), isKnown(three, as: third) else { return nil }
    return (one, two, three)
  }

  /// What is probably the number of a UID, if it has one.
  @inline(__always)
  func guess(_ uid: EntityUID) -> UInt32 { uidIndex.guess(uid.textHash) ?? .max }

  /// Whether a number, be it one that is not given yet, is that of a UID.
  @inline(__always)
  func isNumber(_ number: UInt32, of uid: EntityUID) -> Bool { number < uids.count && isKnown(number, as: uid) }

  func find(type: EntityTypeName, id: String) -> UInt32? {
    uidIndex.find(EntityUID.textHash(type: type, id: id)) { number in
      unsafe number < uids.count && id.isUTF8(self.id(number)) && types.isText(uids[number].type, type.text.string)
    }
  }

  /// Whether a number that is given is that of a UID.
  @inline(__always)
  private func isKnown(_ number: UInt32, as uid: EntityUID) -> Bool {
    unsafe uid.isUTF8(type: types.bytes(uids[number].type), id: id(number))
  }

  /// The bytes of a UID's id.
  @inline(__always)
  private func id(_ number: UInt32) -> UnsafeRawBufferPointer {
    let row = uids[number]
    let count = Int(row.count)
    guard count <= UIDRow.inline else {
      return unsafe UnsafeRawBufferPointer(ids.span(row.start..<(row.start + count)))
    }
    let bytes = unsafe UnsafeRawBufferPointer(uids.span(Int(number)..<(Int(number) + 1)))
    return unsafe UnsafeRawBufferPointer(rebasing: bytes[..<count])
  }

  mutating func insert(_ uid: EntityUID) -> UInt32 {
    if let known = find(uid) { return known }
    let number = UInt32(truncatingIfNeeded: uids.count)
    uids.append(row(uid))
    uidIndex.insert(number, hash: uid.textHash)
    return number
  }

  private mutating func row(_ uid: EntityUID) -> UIDRow {
    let bytes = uid.id.utf8.span
    var row = UIDRow(type: types.insert(uid.type.text.string), count: bytes.count)
    if bytes.count > UIDRow.inline {
      row.start = ids.count
      ids.append(utf8: uid.id)
    } else {
      unsafe withUnsafeMutableBytes(of: &row.id) { id in
        for index in 0..<bytes.count { unsafe id[index] = bytes[index] }
      }
    }
    return row
  }

  func uid(_ number: UInt32) -> EntityUID {
    EntityUID(
      type: EntityTypeName(checked: types.string(type(of: number))),
      id: unsafe String(decoding: id(number), as: UTF8.self)
    )
  }

  /// The same in memory of its own; while others number more.
  func snapshot() -> Directory {
    var copy = Directory()
    copy.strings = strings.snapshot()
    copy.types = types.snapshot()
    copy.uids = uids.copied()
    copy.ids = ids.copied()
    copy.uidIndex = uidIndex.snapshot(below: uids.count)
    return copy
  }

  /// Numbers what another directory of the same engine has numbered since, as it does.
  mutating func takeNumbers(of later: Directory) {
    for number in strings.count..<Swift.max(strings.count, later.strings.count) {
      _ = strings.insert(later.strings.string(UInt32(truncatingIfNeeded: number)))
    }
    for number in types.count..<Swift.max(types.count, later.types.count) {
      _ = types.insert(later.types.string(UInt32(truncatingIfNeeded: number)))
    }
    for number in uids.count..<Swift.max(uids.count, later.uids.count) {
      _ = insert(later.uid(UInt32(truncatingIfNeeded: number)))
    }
  }

  mutating func reserve(_ uids: Int) {
    self.uids.reserve(uids)
    uidIndex.reserve(uids)
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    uidIndex.visitBuffers(&visitor)
    visitor.visit(&uids, grows: true)
    visitor.visit(&ids, grows: true)
    types.visitBuffers(&visitor)
    strings.visitBuffers(&visitor)
  }
}
