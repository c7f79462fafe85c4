// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The secret that goes into each hash and is not in the store: who has only the store cannot even begin to guess.
struct PasswordPepper: Sendable {
  private struct Key: Sendable {
    let identifier: [UInt8]
    let key: MessageAuthenticationKey
  }

  private var keys: [Key] = []

  /// - Parameter keys: the first one is for new hashes; 256 bits each, derived for this purpose alone.
  init(_ keys: [(identifier: String, secret: SecretBytes)]) throws(PasswordError) {
    for (identifier, secret) in keys {
      let identifier = Array(identifier.utf8)
      guard (1...64).contains(identifier.count) else {
        throw PasswordError(.configuration, "the identifier of a key for passwords has \(identifier.count) bytes")
      }
      let key = try PasswordError.catching { () throws(LibCryptoError) in
        try secret.withBytes { (bytes) throws(LibCryptoError) in
          try MessageAuthenticationKey(bytes, hash: .sha256)
        }
      }
      self.keys.append(Key(identifier: identifier, key: key))
    }
  }

  /// The key for new hashes.
  var newIdentifier: [UInt8]? { keys.first?.identifier }

  /// HMAC-SHA-256 of a password, which is hashed in its place.
  func applied(to password: SecretBytes, identifier: [UInt8]) throws(PasswordError) -> SecretBytes {
    guard let key = keys.first(where: { $0.identifier == identifier }) else {
      throw PasswordError(.keyUnknown, "a stored hash was made with a key that the key ring does not have")
    }
    let code = try PasswordError.catching { () throws(LibCryptoError) in
      try password.withBytes { (bytes) throws(LibCryptoError) in try key.key.code(of: bytes) }
    }
    return code.withBytes { SecretBytes(copying: $0) }
  }
}
