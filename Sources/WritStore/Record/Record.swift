// SPDX-License-Identifier: Apache-2.0

/// A stored record with the version it had when it was read.
public struct Record: Sendable, Equatable {
  /// The key of the record.
  public let key: RecordKey
  /// Its version: another one after each change.
  public let version: RecordVersion
  /// The content of the record.
  public let content: RecordContent

  /// A record as a store has read it.
  public init(key: RecordKey, version: RecordVersion, content: RecordContent) {
    self.key = key
    self.version = version
    self.content = content
  }
}

/// The answer of a store that need not be waited for.
public enum ImmediateRead: Sendable {
  /// The record of the key.
  case record(Record)
  /// There is no record under the key.
  case absent
  /// The store has to be waited for, by ``RecordStore/read(_:at:)``.
  case mustWait
}

/// The version of a record that was read.
///
/// One key never has a version twice, not even after its record was removed and inserted again: a store counts all that
/// it writes, or takes 64 random bits.
public struct RecordVersion: Sendable, Hashable {
  /// The number in the store.
  public let number: UInt64

  /// A version as a store has it.
  public init(_ number: UInt64) {
    self.number = number
  }
}

/// Bytes in a format, whose they are, and how long they are kept.
///
/// It never prints what it holds.
public struct RecordContent: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
  /// The longest ``bytes``.
  public static let maximumBytes = 16_384
  /// The longest ``owner``.
  public static let maximumOwnerBytes = 255
  /// The expiry of what is kept until it is removed: the end of the year 9999.
  public static let never = NumericDate.last

  /// The bytes and then the owner: one allocation, and one place in memory to fetch.
  package let storage: [UInt8]
  /// The Unix time from which the record is absent.
  public let expires: Int64
  private let ownerCount: UInt8
  /// The version of the byte format, assigned by the kind of record that wrote it.
  public let format: UInt8

  /// - Parameters:
  ///   - bytes: at most ``maximumBytes``.
  ///   - format: which format they have; who reads refuses those it does not know.
  ///   - owner: whose they are, compared as bytes, usually a name in UTF-8; at most ``maximumOwnerBytes``. What is
  ///     without an owner is not found by owner.
  ///   - expires: the first second since 1970 in which the record is gone.
  /// - Throws: ``StoreError`` with the code `tooLarge`.
  public init(
    _ bytes: Span<UInt8>,
    format: UInt8,
    owner: [UInt8] = [],
    expires: Int64
  ) throws(StoreError) {
    guard bytes.count <= Self.maximumBytes else {
      throw StoreError(.tooLarge, "a record has \(bytes.count) bytes, expected at most \(Self.maximumBytes)")
    }
    guard let ownerCount = UInt8(exactly: owner.count) else {
      throw StoreError(.tooLarge, "an owner has \(owner.count) bytes, expected at most \(Self.maximumOwnerBytes)")
    }
    var storage: [UInt8] = []
    storage.reserveCapacity(bytes.count + owner.count)
    if !bytes.isEmpty {  // or it would write to the one empty array that all threads share
      storage.append(addingCapacity: bytes.count) { (output: inout OutputSpan<UInt8>) in
        for index in bytes.indices { output.append(bytes[index]) }
      }
    }
    storage += owner
    self.storage = storage
    self.ownerCount = ownerCount
    self.format = format
    self.expires = min(max(0, expires), Self.never)
  }

  /// Makes content from the parts that a store in this process holds.
  @inline(__always)
  init(storage: [UInt8], ownerCount: UInt8, format: UInt8, expires: Int64) {
    self.storage = storage
    self.ownerCount = ownerCount
    self.format = format
    self.expires = expires
  }

  /// The number of stored bytes that are the content's own; the owner's follow.
  package var byteCount: Int { storage.count - Int(ownerCount) }

  /// The bytes, counted from 0; nothing is copied.
  public var bytes: ArraySlice<UInt8> { storage.prefix(byteCount) }

  /// Whether they are somebody's.
  package var hasOwner: Bool { ownerCount > 0 }

  /// The bytes of the owner; empty when the record has none.
  public var owner: ArraySlice<UInt8> { storage.suffix(Int(ownerCount)) }

  /// The bytes, if they have this format.
  ///
  /// - Throws: ``StoreError`` with the code `corrupt` when they have another.
  public func bytes(format expected: UInt8) throws(StoreError) -> ArraySlice<UInt8> {
    guard format == expected else {
      throw StoreError(.corrupt, "a record has the format \(format), expected \(expected)")
    }
    return bytes
  }

  /// Whether the record is gone.
  public func isExpired(at now: Int64) -> Bool { now >= expires }

  /// Sizes and times; never the bytes, nor the owner.
  public var description: String { "a record of \(byteCount) bytes until \(expires)" }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
