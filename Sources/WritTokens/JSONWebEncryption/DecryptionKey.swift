// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A key that decrypts in its one way, by any number of threads at once.
public struct DecryptionKey: Sendable, CustomStringConvertible {
  private enum Material {
    case secret(SecretBytes)
    case pair(PrivateKeyHandle)
  }

  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  private let material: Material
  private let management: KeyManagement

  /// A shared key.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include decrypting.
  public init(_ key: SymmetricKey) throws(KeyError) {
    try self.init(key.attributes, .secret(key.bytes))
  }

  /// A key pair.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include decrypting.
  public init(_ key: PrivateKey) throws(KeyError) {
    try self.init(key.attributes, .pair(key.handle))
  }

  /// A password.
  ///
  /// - Throws: nothing today; `KeyError` with the code `notPermitted`.
  public init(_ password: EncryptionPassword) throws(KeyError) {
    try self.init(password.key)
  }

  private init(_ attributes: KeyAttributes, _ material: Material) throws(KeyError) {
    guard let management = attributes.algorithm.keyManagement?.management,
      !attributes.operations.isDisjoint(with: management.decryptingOperations)
    else { throw KeyError(.notPermitted, "a key for \(attributes.algorithm) may not decrypt") }
    self.attributes = attributes
    self.material = material
    self.management = management
  }

  /// Algorithm; never the key.
  public var description: String { "decryption key for \(attributes.algorithm)" }

  /// Whether the key is bound to what a header names.
  func suits(_ header: EncryptionHeader) -> Bool {
    switch attributes.algorithm {
    case .signature: false
    case .keyManagement(let bound): header.algorithm == bound
    case .contentEncryption(let bound): header.algorithm == .dir && header.contentAlgorithm == bound
    }
  }

  /// Whether tokens for this key bring no encrypted key (RFC 7516, section 5.2, step 10).
  var takesNoEncryptedKey: Bool {
    switch management {
    case .direct, .agreement(wrappingCount: nil): true
    default: false
    }
  }

  /// The content, `nil` when the token is not for this key or was changed.
  ///
  /// Where no content key of the right length comes out, a random one takes its place: what follows is the same, and
  /// takes as long (RFC 7516, section 11.5).
  func open(
    _ token: EncryptedToken,
    _ header: EncryptionHeader,
    _ cipher: ContentCipher,
    additionalData: Span<UInt8>
  ) throws(TokenError) -> [UInt8]? {
    do throws(LibCryptoError) {
      var key = try Randomness.secretBytes(cipher.keyCount)
      if let found = try Self.result({ () throws(LibCryptoError) in try contentKey(token, header, cipher.keyCount) }),
        found.count == key.count
      {
        key = found
      }
      return try Self.result { () throws(LibCryptoError) in
        try cipher.open(
          token.ciphertext.span,
          vector: token.vector.span,
          tag: token.tag.span,
          key: key,
          additionalData: additionalData
        )
      }
    } catch {
      throw TokenError(error)
    }
  }

  /// Returns the output, or `nil` when the input was wrong in any way.
  ///
  /// Only that libcrypto itself failed is an error.
  private static func result<Result>(_ body: () throws(LibCryptoError) -> Result) throws(LibCryptoError) -> Result? {
    do throws(LibCryptoError) {
      return try body()
    } catch {
      guard error.code != .failure else { throw error }
      return nil
    }
  }

  private func contentKey(
    _ token: EncryptedToken,
    _ header: EncryptionHeader,
    _ count: Int
  ) throws(LibCryptoError) -> SecretBytes {
    let encrypted = token.encryptedKey
    switch (management, material, header.parameters) {
    case (.direct, .secret(let secret), _): return secret
    case (.wrapping, .secret(let secret), _): return try AESKeyWrap.unwrap(encrypted.span, with: secret)
    case (.gcmWrapping, .secret(let secret), .gcmWrapping(let vector, let tag)):
      var key = try AESGCM.open(
        encrypted.span,
        tag: tag.span,
        key: secret,
        vector: vector.span,
        additionalData: [UInt8]().span
      )
      defer { wipe(&key) }
      return SecretBytes(copying: key.span)
    case (.oaep(let hash), .pair(let key), _): return try RSAOAEP.decrypt(encrypted.span, with: key, hash: hash)
    case (.password(let hash, let wrappingCount), .secret(let secret), .password(let salt, let iterations)):
      let wrappingKey = try KeyDerivation.passwordKey(
        secret,
        algorithm: header.algorithm.rawValue,
        salt: salt,
        iterations: iterations,
        count: wrappingCount,
        hash: hash
      )
      return try AESKeyWrap.unwrap(encrypted.span, with: wrappingKey)
    case (.agreement(let wrappingCount), .pair(let key), .agreement(let ephemeral, let partyU, let partyV)):
      let peer = try PublicKeyHandle(curve: ephemeral.curve.curve, x: ephemeral.x.span, y: ephemeral.y.span)
      let agreed = try KeyDerivation.agreedKey(
        try KeyAgreement.sharedSecret(key, peer),
        algorithm: wrappingCount == nil ? header.contentAlgorithm.rawValue : header.algorithm.rawValue,
        partyU: partyU,
        partyV: partyV,
        count: wrappingCount ?? count
      )
      return wrappingCount == nil ? agreed : try AESKeyWrap.unwrap(encrypted.span, with: agreed)
    default: throw LibCryptoError(.parameter, "a key is not for the algorithm of a token")
    }
  }
}
