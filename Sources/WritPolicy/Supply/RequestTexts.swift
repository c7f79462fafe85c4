// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// The texts of one request: those of the directory, those of its overlay, those of its context and, behind these, the
/// ones that only its UIDs and its source name.
///
/// The last are the request's own and numbered where the context's end, so that one text has one number in a request.
@safe
struct RequestTexts: TextNumbering {
  /// The directory of the version that decides, `nil` between requests.
  private var directory: UnsafePointer<Directory>?
  private var brought: UnsafePointer<LocalTexts>?
  private var named: UnsafePointer<LocalTexts>?
  private(set) var own = LocalTexts()
  /// Whether the running request's source compared a name with one of another engine.
  var hasForeignName = false

  init() {
    unsafe directory = nil
    unsafe brought = nil
    unsafe named = nil
  }

  var hasBegun: Bool { unsafe directory != nil }

  /// - Parameters:
  ///   - brought: the texts of the overlay.
  ///   - named: those of the context, which is built over that overlay.
  mutating func begin(
    _ directory: UnsafePointer<Directory>,
    brought: UnsafePointer<LocalTexts>?,
    named: UnsafePointer<LocalTexts>?
  ) {
    unsafe self.directory = directory
    unsafe self.brought = brought
    unsafe self.named = named
    hasForeignName = false
    own.restart(after: unsafe named?.pointee.end ?? brought?.pointee.end ?? LocalTexts.Numbers())
  }

  /// Forgets the request.
  mutating func end() {
    unsafe directory = nil
    unsafe brought = nil
    unsafe named = nil
    hasForeignName = false
    own.removeAll()
  }

  // MARK: Numbers

  mutating func number(of string: String) -> UInt32 {
    let hash = TextHash.hash(of: string)
    return unsafe directory?.pointee.strings.find(string, hash: hash) ?? brought?.pointee.find(string, hash: hash)
      ?? named?.pointee.find(string, hash: hash) ?? own.insert(string, hash: hash)
  }

  @inline(__always)
  mutating func number(of uid: EntityUID) -> UInt32 {
    if let known = unsafe directory?.pointee.find(uid) { return known }
    return number(ofUnknown: uid)
  }

  @inline(never)
  private mutating func number(ofUnknown uid: EntityUID) -> UInt32 {
    let name = uid.type.text.string
    let type =
      unsafe directory?.pointee.types.find(name) ?? brought?.pointee.findUnknownType(name)
      ?? named?.pointee.findUnknownType(name) ?? own.unknownType(name)
    return unsafe brought?.pointee.find(uid, type: type) ?? named?.pointee.find(uid, type: type)
      ?? own.insert(uid, type: type)
  }

  /// The type of a UID with a local number.
  func type(ofLocal uid: UInt32) -> UInt32 {
    unsafe own.type(of: uid) ?? named?.pointee.type(of: uid) ?? brought?.pointee.type(of: uid) ?? Directory.unknownType
  }

  // MARK: Texts

  func string(_ number: UInt32) -> String {
    if number & Directory.local == 0 { return unsafe directory?.pointee.strings.string(number) ?? "" }
    return unsafe own.string(number) ?? named?.pointee.string(number) ?? brought?.pointee.string(number) ?? ""
  }

  @inline(__always)
  func isText(_ number: UInt32, _ string: String) -> Bool {
    guard number & Directory.local == 0 else { return string.hasSameScalars(as: self.string(number)) }
    return unsafe directory?.pointee.strings.isText(number, string) ?? false
  }

  func uid(_ number: UInt32) -> EntityUID {
    if number & Directory.local == 0, let directory = unsafe directory { return unsafe directory.pointee.uid(number) }
    let type = type(ofLocal: number)
    let name =
      if type & Directory.local == 0 {
        unsafe directory?.pointee.types.string(type)
      } else {
        unsafe own.typeName(type) ?? named?.pointee.typeName(type) ?? brought?.pointee.typeName(type)
      }
    let id = unsafe own.id(of: number) ?? named?.pointee.id(of: number) ?? brought?.pointee.id(of: number)
    return EntityUID(type: EntityTypeName(checked: name ?? ""), id: id ?? "")
  }

  mutating func deallocate() { own.deallocate() }
}
