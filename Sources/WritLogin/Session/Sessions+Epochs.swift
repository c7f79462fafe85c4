// SPDX-License-Identifier: Apache-2.0

// The epochs of accounts, as sessions see them.
extension Sessions {
  /// The epoch of an account, to be read before anything is verified, and given to
  /// ``begin(for:proving:label:data:isRemembered:replacing:since:)`` and
  /// ``RefreshTokens/begin(for:client:scopes:thumbprint:session:since:)``.
  ///
  /// - Throws: ``SessionError`` with the codes `storeUnavailable`, `corrupt`, `cancelled`, `failure`.
  public func epoch(of account: String) async throws(SessionError) -> SessionEpoch {
    do throws(StoreError) {
      return try await AccountEpochs.both(store, of: Array(account.utf8), at: clock.now)
    } catch {
      throw SessionError(error)
    }
  }

  /// The epoch of an account; `nil` when nothing was revoked for as long as sessions last.
  nonisolated(nonsending) func currentEpoch(
    of account: [UInt8],
    at now: Int64
  ) async throws(SessionError) -> EpochRecord? {
    do throws(StoreError) {
      return try await epochs.current(of: account, at: now)
    } catch {
      throw SessionError(error)
    }
  }

  /// The epoch that a session belongs to from now on; `nil` when it was revoked.
  nonisolated(nonsending) func epoch(
    including fields: SessionFields,
    at now: Int64
  ) async throws(SessionError) -> UInt64? {
    guard !fields.account.isEmpty, let epoch = try await currentEpoch(of: fields.account, at: now) else {
      return fields.epoch
    }
    return epoch.includes(fields.epoch, of: fields.handle) ? epoch.number : nil
  }

  /// Begins an epoch of an account.
  ///
  /// - Parameter exempt: the session that outlives it, unless it was revoked itself.
  func beginEpoch(
    _ number: UInt64,
    of account: [UInt8],
    keeping exempt: Session?,
    at now: Int64
  ) async throws(SessionError) -> EpochRecord {
    // As it is now: another may have written it since the caller has read it.
    var session = exempt
    if let exempt, let record = try? await read(exempt.record.key, at: now), let current = try? Session(record) {
      session = current
    }
    do throws(StoreError) {
      return try await epochs.begin(number, of: account, at: now) { epoch in
        guard let session, epoch?.includes(session.form.epoch, of: session.handle) ?? true else { return nil }
        return EpochRecord.Exempt(session: session.handle, epoch: session.form.epoch)
      }
    } catch {
      throw SessionError(error)
    }
  }

  /// Lets the session that a revocation keeps belong to the new epoch.
  func carry(_ exempt: Session, into epoch: EpochRecord) async throws(SessionError) {
    for _ in 0..<Self.maximumAttempts {
      let now = clock.now
      guard let record = try await read(exempt.record.key, at: now) else { return }
      let current = try Session(record)
      var fields = SessionFields(current)
      guard fields.epoch != epoch.number, epoch.includes(fields.epoch, of: fields.handle) else { return }
      fields.epoch = epoch.number
      if try await replace(current.record, with: fields, at: now) != nil { return }
    }
    throw Self.modifiedConcurrently
  }
}
