// SPDX-License-Identifier: Apache-2.0

// Accounts on which a hundred wrong passwords came in a row, for an administrator.
extension Passwords {
  private static var lockFormat: UInt8 { 1 }
  /// The owner of the notes: no account, as no name holds a NUL.
  private static var lockOwner: [UInt8] { [0] + "locked".utf8 }

  /// Whether no password of an account is right any more, but on devices that are known, until it is recovered or
  /// unlocked.
  ///
  /// - Throws: ``LoginError`` with the codes `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  public func isLocked(_ account: String) async throws(LoginError) -> Bool {
    let record = try await records.read(records.key(account, Self.hashName), at: clock.now)
    let stored = try record.map { (record) throws(LoginError) in try Self.hash(record) }
    return try await attempts(of: budget(of: account, stored))?.isLocked ?? false
  }

  /// Forgets the wrong passwords that were tried on an account: when its owner has proved otherwise who they are.
  ///
  /// The password stays, and so do sessions. What was tried on devices that are known is counted for each of them, and
  /// stays.
  ///
  /// - Throws: ``LoginError`` with the codes `configuration`, `storeUnavailable`, `cancelled`, `failure`.
  public func unlock(_ account: String) async throws(LoginError) {
    try await forget(account)
    _ = try await records.removeAny(try Self.lockKey(account), clock)
  }

  /// The accounts that are locked, for a page of an administrator.
  ///
  /// - Parameters:
  ///   - account: the last one of the page before; `nil` for the first page.
  ///   - limit: as many at most, 1 to 1,000.
  /// - Returns: their names, in no order that means anything; fewer than asked for when there are no more.
  /// - Throws: ``LoginError`` with the codes `storeUnavailable`, `cancelled`, `failure`.
  public func lockedAccounts(after account: String? = nil, limit: Int = 100) async throws(LoginError) -> [String] {
    let limit = min(max(1, limit), Store.maximumPage)
    var last = try account.map { (name) throws(LoginError) in try Self.lockKey(name).id }
    var accounts: [String] = []
    while accounts.count < limit {
      let page: [Record]
      do {
        page = try await store.list(.password, of: Self.lockOwner, after: last, limit: limit, at: clock.now)
      } catch {
        throw LoginError(StoreError(of: error))
      }
      for record in page where accounts.count < limit {
        if let name = try await lockedAccount(record) { accounts.append(name) }
      }
      guard page.count == limit, let end = page.last else { break }
      last = end.key.id
    }
    return accounts
  }

  /// Notes that an account becomes locked; what is counted decides whether it is.
  func noteLock(of account: String, _ now: Int64) async throws(LoginError) {
    do {
      let name = Array(account.utf8)
      let content = try RecordContent(
        name.span,
        format: Self.lockFormat,
        owner: Self.lockOwner,
        expires: RecordContent.never
      )
      _ = try await store.insert(content, as: Self.lockKey(account), at: now)
    } catch let error as LoginError {
      throw error
    } catch {
      throw LoginError(StoreError(of: error))
    }
  }

  /// The account of a note; `nil`, and the note is removed, when it is locked no more.
  private func lockedAccount(_ record: Record) async throws(LoginError) -> String? {
    let bytes = try LoginError.catching { () throws(StoreError) in
      Array(try record.content.bytes(format: Self.lockFormat))
    }
    guard let name = String(validating: bytes, as: UTF8.self), AccountName.isValid(name) else {
      throw LoginError(StoreError(.corrupt, "a stored lock of an account is damaged, or in an unknown format"))
    }
    if try await isLocked(name) { return name }
    _ = try await records.remove(record, at: clock.now)
    return nil
  }

  private static func lockKey(_ account: String) throws(LoginError) -> RecordKey {
    // Keys of accounts begin with the count of a name, which is not 0.
    let bytes = lockOwner + account.utf8
    return RecordKey(.password, try LoginError.catching { () throws(StoreError) in try RecordID(hashing: bytes.span) })
  }
}
