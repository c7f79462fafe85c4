// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Texts that only one request knows, numbered from ``Directory/local``.
///
/// A context that is built over an overlay goes on where the overlay's numbers end.
struct LocalTexts: BufferHolder {
  /// Numbers of strings, UIDs and types, without the bit ``Directory/local``.
  struct Numbers: BitwiseCopyable {
    var strings: UInt32 = 0
    var uids: UInt32 = 0
    var types: UInt32 = 0
  }

  /// The first numbers that these texts have.
  private(set) var first: Numbers
  private var strings = TextTable()
  private var ids = TextTable()
  private var types = Buffer<UInt32>()
  private var uidIndex = HashIndex()
  /// The types that the directory does not know either.
  private var unknownTypes = TextTable()

  init(after first: Numbers = Numbers()) { self.first = first }

  /// The numbers after the last.
  var end: Numbers {
    Numbers(
      strings: first.strings + UInt32(truncatingIfNeeded: strings.count),
      uids: first.uids + UInt32(truncatingIfNeeded: ids.count),
      types: first.types + UInt32(truncatingIfNeeded: unknownTypes.count)
    )
  }

  var isEmpty: Bool { ids.count == 0 && strings.count == 0 }

  // MARK: Strings

  /// Where the bytes of a string are, `nil` for a number before the first.
  func text(_ string: UInt32) -> (bytes: Buffer<UInt8>, range: Range<Int>)? {
    let number = string & ~Directory.local
    guard number >= first.strings, number < end.strings else { return nil }
    return (strings.storage, strings.range(number - first.strings))
  }

  /// The string of a number, `nil` when these texts do not have it.
  func string(_ string: UInt32) -> String? {
    text(string).map { _ in strings.string((string & ~Directory.local) - first.strings) }
  }

  /// - Parameter hash: the ``TextHash`` of the string.
  func find(_ string: String, hash: Int) -> UInt32? {
    strings.find(string, hash: hash).map { ($0 + first.strings) | Directory.local }
  }

  /// - Parameter hash: the ``TextHash`` of the string.
  mutating func insert(_ string: String, hash: Int) -> UInt32 {
    (strings.insert(string, hash: hash) + first.strings) | Directory.local
  }

  // MARK: UIDs and types

  /// The type of a UID, `nil` for a number before the first or after the last.
  func type(of uid: UInt32) -> UInt32? {
    let number = uid & ~Directory.local
    guard number >= first.uids, number < end.uids else { return nil }
    return types[number - first.uids]
  }

  /// The id of a UID, `nil` for a number before the first or after the last.
  func id(of uid: UInt32) -> String? { type(of: uid).map { _ in ids.string((uid & ~Directory.local) - first.uids) } }

  /// The name of a type that the directory does not know, `nil` when these texts do not have it.
  func typeName(_ type: UInt32) -> String? {
    let number = type & ~Directory.local
    guard type & Directory.local != 0, number >= first.types, number < end.types else { return nil }
    return unknownTypes.string(number - first.types)
  }

  func find(_ uid: EntityUID, type: UInt32) -> UInt32? {
    uidIndex.find(uid.textHash) { types[$0] == type && ids.isText($0, uid.id) }
      .map { ($0 + first.uids) | Directory.local }
  }

  mutating func insert(_ uid: EntityUID, type: UInt32) -> UInt32 {
    if let known = find(uid, type: type) { return known }
    types.append(type)
    let number = ids.append(uid.id)
    uidIndex.insert(number, hash: uid.textHash)
    return (number + first.uids) | Directory.local
  }

  /// The number of a type that the directory does not know.
  mutating func unknownType(_ name: String) -> UInt32 {
    (unknownTypes.insert(name) + first.types) | Directory.local
  }

  func findUnknownType(_ name: String) -> UInt32? {
    unknownTypes.find(name).map { ($0 + first.types) | Directory.local }
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    strings.visitBuffers(&visitor)
    ids.visitBuffers(&visitor)
    visitor.visit(&types)
    uidIndex.visitBuffers(&visitor)
    unknownTypes.visitBuffers(&visitor)
  }

  /// Begins again, with other first numbers.
  mutating func restart(after first: Numbers) {
    removeAll()
    self.first = first
  }

  /// Forgets the texts, keeps the memory.
  mutating func removeAll() {
    strings.removeAll()
    ids.removeAll()
    types.removeAll()
    uidIndex.removeAll()
    unknownTypes.removeAll()
  }
}

/// Looks texts up in the directory, which it never adds to, then among those of an overlay, and numbers the rest
/// locally.
@safe
struct LocalNumbering: TextNumbering {
  // A pointer, for a copy would cost more than a look-up.
  private let directory: UnsafePointer<Directory>
  private let base: UnsafePointer<LocalTexts>?
  var texts: LocalTexts

  init(_ directory: UnsafePointer<Directory>, over base: UnsafePointer<LocalTexts>? = nil) {
    unsafe self.directory = directory
    unsafe self.base = base
    texts = unsafe LocalTexts(after: base?.pointee.end ?? LocalTexts.Numbers())
  }

  /// - Parameter texts: empty ones, whose memory is to be used.
  init(_ directory: UnsafePointer<Directory>, using texts: LocalTexts) {
    unsafe self.directory = directory
    unsafe base = nil
    self.texts = texts
  }

  mutating func number(of string: String) -> UInt32 {
    let hash = TextHash.hash(of: string)
    return unsafe directory.pointee.strings.find(string, hash: hash) ?? base?.pointee.find(string, hash: hash)
      ?? texts.insert(string, hash: hash)
  }

  /// What ``number(of:guessed:)`` begins with: a look at memory that may be far away.
  @inline(__always)
  func guess(_ uid: EntityUID) -> UInt32 { unsafe directory.pointee.guess(uid) }

  /// - Parameter guess: the ``guess(_:)`` of the UID.
  @inline(__always)
  mutating func number(of uid: EntityUID, guessed guess: UInt32) -> UInt32 {
    unsafe directory.pointee.isNumber(guess, of: uid) ? guess : number(of: uid)
  }

  mutating func number(of uid: EntityUID) -> UInt32 {
    if let known = unsafe directory.pointee.find(uid) { return known }
    let name = uid.type.text.string
    let type =
      unsafe directory.pointee.types.find(name) ?? base?.pointee.findUnknownType(name) ?? texts.unknownType(name)
    return unsafe base?.pointee.find(uid, type: type) ?? texts.insert(uid, type: type)
  }

  mutating func type(of uid: UInt32) -> UInt32 {
    guard uid & Directory.local != 0 else { return unsafe directory.pointee.type(of: uid) }
    return unsafe texts.type(of: uid) ?? base?.pointee.type(of: uid) ?? Directory.unknownType
  }
}
