// SPDX-License-Identifier: Apache-2.0

// What is stored of a credential: its state, sealed under the ring.
extension OneTimePasswords {
  static var notEnrolled: OneTimePasswordError {
    OneTimePasswordError(.notEnrolled, "the account has no credential of this name")
  }

  func state(_ record: Record) throws(OneTimePasswordError) -> OneTimePasswordState {
    let bytes = try OneTimePasswordError.catching { () throws(StoreError) in
      Array(try record.content.bytes(format: OneTimePasswordState.format))
    }
    let context = record.key.id.bytes
    let opened = try OneTimePasswordError.catching { () throws(SecretError) in
      try ring.open(bytes.span, for: .oneTimeSecret, boundTo: context.span)
    }
    return try opened.withBytes { (bytes) throws(OneTimePasswordError) in try OneTimePasswordState(bytes) }
  }

  func write(
    _ state: OneTimePasswordState,
    _ key: RecordKey,
    over record: Record?,
    _ account: String,
    _ expires: Int64,
    at now: Int64
  ) async throws(OneTimePasswordError) -> Bool {
    let context = key.id.bytes
    let sealed = try state.withBytes { (bytes) throws(OneTimePasswordError) in
      try OneTimePasswordError.catching { () throws(SecretError) in
        try ring.seal(bytes, for: .oneTimeSecret, boundTo: context.span)
      }
    }
    return try await records.write(
      sealed,
      as: key,
      over: record,
      account: account,
      format: OneTimePasswordState.format,
      expires: expires,
      at: now
    )
  }
}
