// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// Public keys that come from outside: private parts are refused before they are decoded, whatever they hold.
extension PublicKey {
  /// A public key from PEM: a SubjectPublicKeyInfo or PKCS #1.
  ///
  /// Text around the key is passed over, and line breaks may be written `\n`.
  ///
  /// - Parameters:
  ///   - text: the one key, in UTF-8, 65,536 bytes at most.
  ///   - accepted: the algorithms that the key may be bound to, of which exactly one must be for keys of its type.
  ///   - identifier: `kid`.
  ///   - profile: how strong the key must be.
  /// - Throws: `KeyError`, with the code `notPermitted` for a private key.
  public init(
    pem text: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let (encoding, der) = try PEM.key(text)
    let key = try der.withBytes { (der) throws(KeyError) in try Self.unbound(der, encoding, identifier, profile) }
    self = try key.publicKey(accepting: accepted)
  }

  /// A public key from PEM in a string, as ``init(pem:accepting:identifier:profile:)-([UInt8],_,_,_)`` has it.
  public init(
    pem text: String,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(pem: Array(text.utf8), accepting: accepted, identifier: identifier, profile: profile)
  }

  /// A public key from DER: a SubjectPublicKeyInfo or PKCS #1.
  ///
  /// - Throws: `KeyError`, with the code `notPermitted` for a private key.
  public init(
    der bytes: Span<UInt8>,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try Self.checkSize(bytes)
    guard let encoding = KeyEncoding(of: bytes) else { throw KeyError(.malformed, "not the DER of one key") }
    self = try Self.unbound(bytes, encoding, identifier, profile).publicKey(accepting: accepted)
  }

  /// A public key from a JWK, as ``JSONWebKey/init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)`` has it.
  ///
  /// - Throws: `KeyError`, with the code `notPermitted` for a private key and for a shared secret.
  public init(
    parsing bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let document = try JSONWebKeyReader.document(bytes, maximumBytes: JSONWebKey.maximumBytes)
    self = try JSONWebKeyReader(document, document.root).publicKey(accepting: accepted, assuming: assumed, profile)
  }

  /// A public key from the text of a JWK, as ``init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)`` has it.
  public init(
    parsing text: String,
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(parsing: Array(text.utf8), accepting: accepted, assuming: assumed, profile: profile)
  }

  // MARK: Certificates

  /// The public key of an X.509 certificate in PEM (RFC 5280, section 4.1).
  ///
  /// **Only the key is read.** Not checked are the certificate's signature and chain, its validity period, its names,
  /// its key usage and whether it has been revoked: trust must come from where the certificate was read, as with any
  /// other key.
  ///
  /// - Parameters:
  ///   - text: the one certificate, in UTF-8, 65,536 bytes at most; keys and other text around it are passed over.
  ///   - accepted: the algorithms that the key may be bound to, of which exactly one must be for keys of its type.
  ///   - identifier: `kid`.
  ///   - profile: how strong the key must be.
  /// - Throws: `KeyError`.
  public init(
    certificatePEM text: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let der = try PEM.certificate(text)
    self = try der.withBytes { (der) throws(KeyError) in
      try PublicKey(certificateDER: der, accepting: accepted, identifier: identifier, profile: profile)
    }
  }

  /// The public key of a certificate in PEM in a string, as
  /// ``init(certificatePEM:accepting:identifier:profile:)-([UInt8],_,_,_)`` has it.
  public init(
    certificatePEM text: String,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(certificatePEM: Array(text.utf8), accepting: accepted, identifier: identifier, profile: profile)
  }

  /// The public key of an X.509 certificate in DER, of which nothing else is checked, as
  /// ``init(certificatePEM:accepting:identifier:profile:)-([UInt8],_,_,_)`` has it.
  ///
  /// - Throws: `KeyError`.
  public init(
    certificateDER bytes: Span<UInt8>,
    accepting accepted: Set<JSONWebAlgorithm>,
    identifier: String? = nil,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try Self.checkSize(bytes)
    let numbers = try KeyError.catching { () throws(LibCryptoError) in try KeyNumbers(certificateDER: bytes) }
    let key = UnboundKey(.pair(numbers), StatedAttributes(identifier: identifier), profile)
    self = try key.publicKey(accepting: accepted)
  }

  // MARK: Help

  private static func checkSize(_ bytes: Span<UInt8>) throws(KeyError) {
    guard bytes.count <= PEM.maximumBytes else {
      throw KeyError(.tooLarge, "found \(bytes.count) bytes, expected at most \(PEM.maximumBytes)")
    }
  }

  private static func unbound(
    _ der: Span<UInt8>,
    _ encoding: KeyEncoding,
    _ identifier: String?,
    _ profile: KeyProfile
  ) throws(KeyError) -> UnboundKey {
    guard !encoding.isPrivate else { throw KeyError(.notPermitted, "found a private key, expected a public one") }
    let numbers = try KeyError.catching { () throws(LibCryptoError) in try KeyNumbers(publicDER: der, encoding) }
    return UnboundKey(.pair(numbers), StatedAttributes(identifier: identifier), profile)
  }
}
