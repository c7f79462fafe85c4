// SPDX-License-Identifier: Apache-2.0

extension KeyNumbers {
  /// The numbers of a public key in DER; nothing is calculated, and no private part looked at.
  ///
  /// - Throws: `LibCryptoError` with the codes `encoding`, `unsupported` when the key is of a type or on a curve that
  ///   JOSE does not have.
  package init(publicDER der: Span<UInt8>, _ encoding: KeyEncoding) throws(LibCryptoError) {
    switch encoding {
    case .subjectPublicKeyInfo: self = try KeyReader.subjectPublicKeyInfo(0..<der.count, der)
    case .rsaPublicKey: self = .rsa(try KeyReader.rsaPublicKey(0..<der.count, restriction: nil, der))
    default: throw LibCryptoError(.encoding, "found a private key, expected a public one")
    }
  }

  /// The numbers of a private key in DER; an encrypted one is decrypted, nothing else is calculated.
  ///
  /// - Parameter password: for encrypted keys; for others it must be `nil`.
  /// - Throws: `LibCryptoError` with the codes `encoding`, `unsupported`, `authentication` when the password is
  ///   missing, wrong or not needed, `parameter` when decrypting would take too long.
  package init(
    privateDER der: Span<UInt8>,
    _ encoding: KeyEncoding,
    password: SecretBytes?
  ) throws(LibCryptoError) {
    if let password {
      guard encoding == .encryptedPrivateKeyInfo else {
        throw LibCryptoError(.authentication, "the key is not encrypted, and a password is given")
      }
      self = try EncryptedKey(der).open(der, password).withBytes { (der) throws(LibCryptoError) in
        try KeyReader.privateKeyInfo(0..<der.count, der)
      }
      return
    }
    switch encoding {
    case .privateKeyInfo: self = try KeyReader.privateKeyInfo(0..<der.count, der)
    case .rsaPrivateKey: self = .rsa(try KeyReader.rsaPrivateKey(0..<der.count, restriction: nil, der))
    case .ecPrivateKey: self = .curve(try KeyReader.ecPrivateKey(0..<der.count, curve: nil, der))
    case .encryptedPrivateKeyInfo:
      throw LibCryptoError(.authentication, "the key is encrypted: a password is needed")
    case .subjectPublicKeyInfo, .rsaPublicKey:
      throw LibCryptoError(.encoding, "found a public key, expected a private one")
    }
  }

  /// The numbers of the public key that a certificate is for (RFC 5280, section 4.1).
  ///
  /// Nothing else of the certificate is looked at: neither who signed it, nor until when it is valid, nor what for.
  package init(certificateDER der: Span<UInt8>) throws(LibCryptoError) {
    var outer = DERReader(0..<der.count)
    guard var certificate = outer.read(.sequence, der), outer.isEmpty,
      var body = certificate.read(.sequence, der),
      certificate.read(.sequence, der) != nil, certificate.read(.bitString, der) != nil, certificate.isEmpty
    else { throw LibCryptoError(.encoding, "not the DER of a certificate") }
    if body.nextTag(der) == .constructed0 {
      guard body.read(.constructed0, der) != nil else {
        throw LibCryptoError(.encoding, "not the DER of a certificate")
      }
    }
    // Serial number, algorithm of the signature, issuer, validity and subject. A serial number may be negative in
    // certificates that exist, and is not looked at.
    guard body.read(.integer, der) != nil, body.read(.sequence, der) != nil, body.read(.sequence, der) != nil,
      body.read(.sequence, der) != nil, body.read(.sequence, der) != nil
    else { throw LibCryptoError(.encoding, "not the DER of a certificate") }
    let start = body.range.lowerBound
    guard body.read(.sequence, der) != nil else { throw LibCryptoError(.encoding, "a certificate has no public key") }
    self = try KeyReader.subjectPublicKeyInfo(start..<body.range.lowerBound, der)
  }
}

extension PublicKeyHandle {
  /// A public key from DER.
  package convenience init(der: Span<UInt8>, _ encoding: KeyEncoding) throws(LibCryptoError) {
    try self.init(try KeyNumbers(publicDER: der, encoding))
  }
}

extension PrivateKeyHandle {
  /// A private key from DER.
  ///
  /// - Parameter password: for encrypted keys; for others it must be `nil`.
  package convenience init(
    der: Span<UInt8>,
    _ encoding: KeyEncoding,
    password: SecretBytes?
  ) throws(LibCryptoError) {
    try self.init(try KeyNumbers(privateDER: der, encoding, password: password))
  }
}
