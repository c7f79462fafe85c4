// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

extension JSONWebKey {
  /// A key from PEM: PKCS #8 (also encrypted, and of version 2), PKCS #1, SEC 1, or a SubjectPublicKeyInfo.
  ///
  /// Text around the key and certificates beside it are passed over, and line breaks may be written `\n`. Use
  /// ``PublicKey/init(pem:accepting:identifier:profile:)-([UInt8],_,_,_)`` where only a public key may stand.
  ///
  /// - Parameters:
  ///   - text: the one key, in UTF-8, 65,536 bytes at most.
  ///   - password: for an encrypted key; for others it must be `nil`.
  ///   - accepted: the algorithms that the key may be bound to, of which exactly one must be for keys of its type. A
  ///     key of the type RSASSA-PSS is for those alone that its parameters allow (RFC 4055, section 1.2).
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
    var work = KeyWork()
    self = try UnboundKey(pem: text, password: password, identifier: identifier, profile: profile).key(
      accepting: accepted,
      within: &work
    )
  }

  /// A key from PEM in a string, as ``init(pem:password:accepting:identifier:profile:)-([UInt8],_,_,_,_)`` has it.
  public init(
    pem text: String,
    password: String? = nil,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(
      pem: Array(text.utf8),
      password: password,
      accepting: accepted,
      identifier: identifier,
      profile: profile
    )
  }

  /// A key from DER, in any of the forms of PEM, which its first bytes tell.
  ///
  /// - Throws: `KeyError`.
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
    let numbers = try UnboundKey.numbers(bytes, encoding, password)
    let stated = StatedAttributes(identifier: identifier)
    var work = KeyWork()
    self = try UnboundKey(.pair(numbers), stated, profile).key(accepting: accepted, within: &work)
  }
}

extension UnboundKey {
  /// The key of a PEM text; an encrypted one is decrypted, nothing else is calculated.
  package init(
    pem text: [UInt8],
    password: String?,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let (encoding, der) = try PEM.key(text)
    let numbers = try der.withBytes { (der) throws(KeyError) in
      guard KeyEncoding(of: der) == encoding else {
        throw KeyError(.malformed, "the PEM does not hold the DER of one \(encoding.label)")
      }
      return try Self.numbers(der, encoding, password)
    }
    self.init(.pair(numbers), StatedAttributes(identifier: identifier), profile)
  }

  /// The public key of a certificate in PEM.
  package init(certificatePEM text: [UInt8]) throws(KeyError) {
    let der = try PEM.certificate(text)
    let numbers = try KeyError.catching { () throws(LibCryptoError) in
      try der.withBytes { (der) throws(LibCryptoError) in try KeyNumbers(certificateDER: der) }
    }
    self.init(.pair(numbers), StatedAttributes(), .standard)
  }

  /// Whether a text in PEM holds certificates and no key.
  package static func isCertificate(pem text: [UInt8]) -> Bool { PEM.holdsOnlyCertificates(text) }

  /// The key of a JWK.
  package init(parsing bytes: [UInt8]) throws(KeyError) {
    let document = try JSONWebKeyReader.document(bytes, maximumBytes: JSONWebKey.maximumBytes)
    self = try JSONWebKeyReader(document, document.root).unboundKey(.standard)
  }

  fileprivate static func numbers(
    _ der: Span<UInt8>,
    _ encoding: KeyEncoding,
    _ password: String?
  ) throws(KeyError) -> KeyNumbers {
    guard encoding.isPrivate else {
      guard password == nil else { throw KeyError(.password, "a public key is not encrypted") }
      return try KeyError.catching { () throws(LibCryptoError) in try KeyNumbers(publicDER: der, encoding) }
    }
    let secret = password.map { SecretBytes(copying: $0.utf8.span) }
    return try KeyError.catching { () throws(LibCryptoError) in
      try KeyNumbers(privateDER: der, encoding, password: secret)
    }
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
  /// - Parameter password: encrypts it (PBES2 with 600,000 iterations of PBKDF2 and AES-256); without, anyone can read
  ///   it.
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
