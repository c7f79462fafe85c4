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
  /// The ids, one behind the other.
  private var ids = Buffer<UInt8>()
  private var uidIndex = HashIndex()

  /// The texts of a UID: one look at memory for both.
  private struct UIDRow: BitwiseCopyable {
    /// Where the id begins.
    let start: Int
    /// The bytes of the id.
    let count: UInt32
    let type: UInt32
  }

  var uidCount: Int { uids.count }

  func type(of uid: UInt32) -> UInt32 { uids[uid].type }

  @inline(__always)
  func find(_ uid: EntityUID) -> UInt32? {
    uidIndex.find(uid.textHash) { number in
      let row = uids[number]
      return unsafe uid.isUTF8(type: types.bytes(row.type), id: id(row))
    }
  }

  func find(type: EntityTypeName, id: String) -> UInt32? {
    uidIndex.find(EntityUID.textHash(type: type, id: id)) { number in
      let row = uids[number]
      return unsafe id.isUTF8(self.id(row)) && types.isText(row.type, type.text.string)
    }
  }

  @inline(__always)
  private func id(_ row: UIDRow) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(ids.span(row.start..<(row.start + Int(row.count))))
  }

  mutating func insert(_ uid: EntityUID) -> UInt32 {
    if let known = find(uid) { return known }
    let number = UInt32(truncatingIfNeeded: uids.count)
    let start = ids.count
    ids.append(utf8: uid.id)
    let count = UInt32(truncatingIfNeeded: ids.count - start)
    uids.append(UIDRow(start: start, count: count, type: types.insert(uid.type.text.string)))
    uidIndex.insert(number, hash: uid.textHash)
    return number
  }

  func uid(_ number: UInt32) -> EntityUID {
    let row = uids[number]
    return EntityUID(
      type: EntityTypeName(checked: types.string(row.type)),
      id: unsafe String(decoding: id(row), as: UTF8.self)
    )
  }

  mutating func reserve(_ uids: Int) {
    self.uids.reserve(uids)
    uidIndex.reserve(uids)
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    uidIndex.visitBuffers(&visitor)
    visitor.visit(&uids)
    visitor.visit(&ids)
    types.visitBuffers(&visitor)
    strings.visitBuffers(&visitor)
  }
}
