// SPDX-License-Identifier: Apache-2.0

/// The scope in which wrong passwords are counted together, and the stored password they are counted against: all tries
/// on an account name, or those of one device that has logged in to the account before.
struct AttemptsBudget: Sendable {
  /// The record of what is counted.
  let key: RecordKey
  let account: String
  let password: PasswordTag
  /// The device whose budget it is; `nil` for everybody else's.
  let device: KnownDevice?

  /// The bucket of ``LoginLimits``: the account's, or one of the device's own.
  var bucket: String { device?.name ?? account }
  /// The owner of the record: none for names that are no accounts, so that they take the room of no account.
  var owner: String { password.isKnown ? account : "" }

  /// When what is counted now is forgotten.
  func expiry(at now: Int64) -> Int64 {
    guard password.isKnown else { return now + PasswordAttempts.memory }
    // A device's budget is asked for only as long as its cookie is good.
    return device == nil ? RecordContent.never : now + DeviceCookies.lifetime
  }
}
