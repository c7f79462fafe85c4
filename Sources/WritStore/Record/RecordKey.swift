// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The key of a record: its kind, and 32 bytes.
public struct RecordKey: Sendable, Hashable {
  /// The kind of the record.
  public let kind: RecordKind
  /// The identifier within the kind.
  public let id: RecordID

  /// - Parameters:
  ///   - kind: what the record is.
  ///   - id: which one of its kind.
  public init(_ kind: RecordKind, _ id: RecordID) {
    self.kind = kind
    self.id = id
  }
}

/// 32 bytes that name a record: a SHA-256 of what must not be in a store, or random.
///
/// Compared and ordered as bytes.
public struct RecordID: Sendable, Hashable, Comparable {
  /// Bytes of an identifier.
  public static let byteCount = 32

  // The bytes, eight a word, the first ones highest: so words are in the order of bytes.
  package let first, second, third, fourth: UInt64

  init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
  }

  /// - Parameter bytes: 32 of them, `nil` otherwise.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    func word(_ offset: Int) -> UInt64 {
      // INVARIANT: 32 bytes are there.
      unsafe UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }
    (first, second, third, fourth) = (word(0), word(8), word(16), word(24))
  }

  /// The SHA-256 of some bytes.
  ///
  /// - Throws: ``StoreError`` with the code `failure` when libcrypto fails.
  public init(hashing bytes: Span<UInt8>) throws(StoreError) {
    do throws(LibCryptoError) {
      let digest = try DigestKey(hashing: bytes)
      self.init(digest.first, digest.second, digest.third, digest.fourth)
    } catch {
      throw StoreError(.failure, error.description)
    }
  }

  /// A new, unpredictable identifier.
  ///
  /// - Throws: ``StoreError`` with the code `failure` when libcrypto has no randomness.
  public static func random() throws(StoreError) -> RecordID {
    do throws(LibCryptoError) {
      let bytes = try Randomness.bytes(byteCount)
      if let id = RecordID(bytes.span) { return id }
    } catch {
      throw StoreError(.failure, error.description)
    }
    throw StoreError(.failure, "random bytes do not make an identifier")
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    [first, second, third, fourth].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
  }

  /// Whether one comes before the other, by their bytes.
  public static func < (one: RecordID, other: RecordID) -> Bool {
    (one.first, one.second, one.third, one.fourth) < (other.first, other.second, other.third, other.fourth)
  }
}

/// The kind of a record; a number, so that rows are small.
///
/// The numbers are part of what is stored: none is ever used for something else. Those from 32768 on are for
/// applications.
public struct RecordKind: Sendable, Hashable {
  /// The number in the store.
  public let number: UInt16

  /// A kind of the application.
  ///
  /// - Parameter number: 32768 or more; below are Writ's.
  public init(_ number: UInt16) {
    self.number = number
  }

  /// The numbers of kinds that applications may use.
  public static let applicationNumbers: ClosedRange<UInt16> = 32_768...UInt16.max

  /// A session, by the hash of its identifier.
  public static let session = RecordKind(1)
  /// The epoch of an account's sessions: by the hash of its name.
  public static let sessionEpoch = RecordKind(2)
  /// A family of refresh tokens, by the hash of what they have in common.
  public static let refreshFamily = RecordKind(3)
  /// The secret of one-time passwords of an account, with what is remembered of their use.
  public static let oneTimePassword = RecordKind(4)
  /// The recovery codes of an account.
  public static let recoveryCodes = RecordKind(5)
  /// A code sent by message or mail.
  public static let sentCode = RecordKind(6)
  /// A password's hash.
  public static let password = RecordKind(7)
  /// A token that resets a password, by its hash.
  public static let passwordReset = RecordKind(8)
  /// A token that proves an address, by its hash.
  public static let verification = RecordKind(9)
  /// A bucket of a rate limit.
  public static let rateLimit = RecordKind(10)
  /// The epoch of an account's families of refresh tokens: by the hash of its name.
  public static let refreshEpoch = RecordKind(11)
  /// A text sealed by a ring of secrets to be opened at start, under the hash of the secret's identifier.
  public static let secretCheck = RecordKind(12)
}
