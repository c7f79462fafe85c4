// SPDX-License-Identifier: Apache-2.0

/// The stored part of a token; the token itself is not stored.
public struct SingleUseToken: Sendable {
  static let format: UInt8 = 1

  /// The account that the token is for.
  public let account: String
  /// The subject that the token verifies, an address for example; empty when none was named.
  public let subject: String
  /// The Unix time at which the token expires.
  public let expires: Int64
  let created: Int64
  let record: Record

  /// When it was made, eight bytes with the highest first, and then the subject.
  static func bytes(created: Int64, subject: String) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: created >> (56 - 8 * $0)) } + subject.utf8
  }

  /// - Throws: ``LoginError`` with the code `corrupt` for everything that Writ has not written.
  init(_ record: Record) throws(LoginError) {
    let bytes = try LoginError.catching { () throws(StoreError) in try record.content.bytes(format: Self.format) }
    // Text that would be repaired could become another account or address.
    guard bytes.count >= 8, let subject = String(validating: bytes.dropFirst(8), as: UTF8.self),
      let account = String(validating: record.content.owner, as: UTF8.self), !account.isEmpty,
      let created = Int64(exactly: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    else { throw LoginError(StoreError(.corrupt, "a stored token is damaged, or in an unknown format")) }
    self.account = account
    self.subject = subject
    self.created = created
    self.record = record
    expires = record.content.expires
  }

  /// Whether the token is accepted; one from the future, after a clock was set back, is not, as its age is unknown.
  func isGood(at now: Int64, for purpose: SingleUsePurpose) -> Bool {
    // INVARIANT: neither time is negative.
    now >= created && now - created < purpose.lifetime
  }
}

/// The rules for all tokens of ``SingleUseTokens``, whatever their store.
enum SingleUseTokenRules {
  static let lifetime: Int64 = 1800
  static let byteCount = 32
  static let maximumSubjectBytes = 1024
}
