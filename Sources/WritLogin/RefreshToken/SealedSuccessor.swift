// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The second half of a token, sealed with AES-256-GCM for who shows the one before it again.
///
/// The key is an HMAC of the old token under the ring: a store that leaks tells nothing, with the ring or with an old
/// token either. After the window it is not handed out any more; it stays in the record, sealed, until that is written
/// or removed next.
struct SealedSuccessor: Sendable, Equatable {
  /// Bytes beside the identifier.
  static let byteCount = AESGCM.vectorCount + RefreshToken.halfCount + AESGCM.tagCount

  /// The secret of the ring that the key was made from.
  let identifier: [UInt8]
  /// The vector, the ciphertext, the tag.
  let bytes: [UInt8]

  /// - Returns: `nil` for what cannot have been written.
  init?(identifier: [UInt8], bytes: [UInt8]) {
    guard 1...ApplicationSecret.maximumIdentifierBytes ~= identifier.count, bytes.count == Self.byteCount else {
      return nil
    }
    self.identifier = identifier
    self.bytes = bytes
  }

  init(_ secret: SecretBytes, under old: RefreshToken, _ ring: SecretRing) throws(RefreshTokenError) {
    let name = ring.identifier
    let key = try Self.key(old, ring, name)
    let none: [UInt8] = []
    bytes = try RefreshTokenError.catching { () throws(LibCryptoError) in
      let vector = try Randomness.bytes(AESGCM.vectorCount)
      let sealed = try secret.withBytes { (secret) throws(LibCryptoError) in
        try AESGCM.seal(secret, key: key, vector: vector.span, additionalData: none.span)
      }
      return vector + sealed.ciphertext + sealed.tag
    }
    identifier = Array(name.utf8)
  }

  /// The successor of a token; `nil` when this is not what was sealed under it, or the ring has the secret no more.
  func open(with old: RefreshToken, _ ring: SecretRing) throws(RefreshTokenError) -> RefreshToken? {
    let key: SecretBytes
    do throws(RefreshTokenError) {
      key = try Self.key(old, ring, String(decoding: identifier, as: UTF8.self))
    } catch {
      if error.code == .ring { return nil }
      throw error
    }
    let none: [UInt8] = []
    let all = bytes.span
    let end = all.count - AESGCM.tagCount
    do throws(LibCryptoError) {
      var secret = try AESGCM.open(
        all.extracting(AESGCM.vectorCount..<end),
        tag: all.extracting(last: AESGCM.tagCount),
        key: key,
        vector: all.extracting(first: AESGCM.vectorCount),
        additionalData: none.span
      )
      defer { wipe(&secret) }
      return RefreshToken(SecretBytes(copying: secret.span), after: old)
    } catch {
      if error.code == .authentication { return nil }
      throw RefreshTokenError(error)
    }
  }

  private static func key(
    _ old: RefreshToken,
    _ ring: SecretRing,
    _ identifier: String
  ) throws(RefreshTokenError) -> SecretBytes {
    let none: [UInt8] = []
    do throws(SecretError) {
      var code = try old.withBytes { (token) throws(SecretError) in
        try ring.code(of: token, for: .refreshSuccessor, boundTo: none.span, under: identifier)
      }
      defer { wipe(&code) }
      return SecretBytes(copying: code.span)
    } catch {
      throw RefreshTokenError(error.code == .secretUnknown ? .ring : .failure, error.description)
    }
  }
}
