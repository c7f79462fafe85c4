// SPDX-License-Identifier: Apache-2.0

// What is stored of a credential: its state, sealed under the ring.
extension OneTimePasswords {
  static var notEnrolled: OneTimePasswordError {
    OneTimePasswordError(.notEnrolled, "the account has no credential of this name")
  }

  func state(_ record: Record) throws(OneTimePasswordError) -> OneTimePasswordState {
    let format = record.content.format
    guard OneTimePasswordState.formats.contains(format) else {
      throw OneTimePasswordError(StoreError(.corrupt, "a one-time password has the unknown format \(format)"))
    }
    let opened = try OneTimePasswordError.catching { () throws(SecretError) in
      try OneTimePasswordState.opened(record, ring)
    }
    return try opened.withBytes { (bytes) throws(OneTimePasswordError) in
      try OneTimePasswordState(bytes, format: format)
    }
  }

  func write(
    _ state: OneTimePasswordState,
    _ key: RecordKey,
    over record: Record?,
    _ account: String,
    _ expires: Int64,
    at now: Int64
  ) async throws(OneTimePasswordError) -> Bool {
    let context = OneTimePasswordState.context(key, OneTimePasswordState.format)
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

extension OneTimePasswordState {
  /// The context that a state is sealed for: the record, and since the second format the format, so that one is never
  /// read as another.
  static func context(_ key: RecordKey, _ format: UInt8) -> [UInt8] {
    format == 1 ? key.id.bytes : key.id.bytes + [format]
  }

  /// The bytes of a state, opened.
  static func opened(_ record: Record, _ ring: SecretRing) throws(SecretError) -> OpenedSecret {
    let (bytes, context) = (Array(record.content.bytes), context(record.key, record.content.format))
    return try ring.open(bytes.span, for: .oneTimeSecret, boundTo: context.span)
  }
}
