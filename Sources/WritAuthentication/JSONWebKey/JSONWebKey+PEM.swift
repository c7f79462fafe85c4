// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

extension JSONWebKey {
  /// A key from PEM: PKCS #8 (also encrypted), PKCS #1, SEC 1, or a SubjectPublicKeyInfo.
  ///
  /// - Parameters:
  ///   - text: the one key, in UTF-8.
  ///   - password: for an encrypted key; for others it must be `nil`.
  ///   - accepted: the algorithms that the key may be bound to, of which exactly one must be for keys of its type.
  ///   - identifier: `kid`.
  ///   - profile: how strong the key must be.
  /// - Throws: `KeyError`.
  public init(
    pem text: [UInt8],
    password: String? = nil,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let (encoding, der) = try PEM.read(text)
    var requirements = KeyRequirements(accepted: accepted, profile: profile)
    requirements.stated.identifier = identifier
    self = try der.withBytes { (der) throws(KeyError) in try Self.key(der, encoding, password, requirements) }
  }

  /// A key from DER, in any of the forms of ``init(pem:password:accepting:identifier:profile:)``, which its first bytes tell.
  public init(
    der bytes: Span<UInt8>,
    password: String? = nil,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    guard bytes.count <= PEM.maximumBytes else {
      throw KeyError(.tooLarge, "found \(bytes.count) bytes, expected at most \(PEM.maximumBytes)")
    }
    guard let encoding = KeyEncoding(of: bytes) else { throw KeyError(.malformed, "not the DER of one key") }
    var requirements = KeyRequirements(accepted: accepted, profile: profile)
    requirements.stated.identifier = identifier
    self = try Self.key(bytes, encoding, password, requirements)
  }

  private static func key(
    _ der: Span<UInt8>,
    _ encoding: KeyEncoding,
    _ password: String?,
    _ requirements: KeyRequirements
  ) throws(KeyError) -> JSONWebKey {
    guard KeyEncoding(of: der) == encoding else {
      throw KeyError(.malformed, "what the PEM holds is no \(encoding.label)")
    }
    guard encoding.isPrivate else {
      guard password == nil else { throw KeyError(.password, "a public key is not encrypted") }
      let handle = try KeyError.catching { () throws(LibCryptoError) in try PublicKeyHandle(der: der, encoding) }
      return .public(try PublicKey(handle, requirements))
    }
    let secret = password.map { SecretBytes(copying: $0.utf8.span) }
    let handle = try KeyError.catching { () throws(LibCryptoError) in
      try PrivateKeyHandle(der: der, encoding, password: secret)
    }
    return .private(try PrivateKey(handle, requirements))
  }
}

extension PublicKey {
  /// The key in PEM, as SubjectPublicKeyInfo.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func pem() throws(KeyError) -> String {
    let der = try der()
    return PEM.write(.subjectPublicKeyInfo, der.span)
  }

  /// The key in DER, as SubjectPublicKeyInfo.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func der() throws(KeyError) -> [UInt8] {
    try KeyError.catching { () throws(LibCryptoError) in try handle.der(.subjectPublicKeyInfo) }
  }
}

extension PrivateKey {
  /// The key in PEM with its private part, as PKCS #8.
  ///
  /// - Parameter password: encrypts it (PBES2 with 600,000 iterations of PBKDF2 and AES-256); without, anyone can read it.
  /// - Throws: `KeyError` only when libcrypto fails.
  public func secretPEM(password: String?) throws(KeyError) -> String {
    guard let password else {
      let der = try KeyError.catching { () throws(LibCryptoError) in try handle.der(.privateKeyInfo) }
      return der.withBytes { PEM.write(.privateKeyInfo, $0) }
    }
    let secret = SecretBytes(copying: password.utf8.span)
    let der = try KeyError.catching { () throws(LibCryptoError) in try handle.der(encryptedBy: secret) }
    return der.withBytes { PEM.write(.encryptedPrivateKeyInfo, $0) }
  }
}
