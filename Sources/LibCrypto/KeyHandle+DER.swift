// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

extension PublicKeyHandle {
  /// A public key from DER.
  package convenience init(der: Span<UInt8>, _ encoding: KeyEncoding) throws(LibCryptoError) {
    let key = unsafe try KeyHandle(der: der) { start, count in
      switch encoding {
      case .subjectPublicKeyInfo: unsafe d2i_PUBKEY(nil, &start, count)
      case .rsaPublicKey: unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, &start, count)
      default: nil
      }
    }
    let decoded = PublicKeyHandle(kind: try key.kind(), key: key)
    // Built anew from its numbers: one way in, with the same checks for every encoding.
    switch decoded.kind {
    case .rsa:
      let (modulus, exponent) = try decoded.rsaParts()
      try self.init(modulus: modulus.span, exponent: exponent.span)
    case .curve(let curve):
      let (x, y) = try decoded.coordinates()
      try self.init(curve: curve, x: x.span, y: y.span)
    }
  }

  /// The key in DER; only RSA keys have `rsaPublicKey`.
  package func der(_ encoding: KeyEncoding) throws(LibCryptoError) -> [UInt8] {
    switch encoding {
    case .subjectPublicKeyInfo: unsafe try encoded { unsafe i2d_PUBKEY(key.pointer, $0) }.copy()
    case .rsaPublicKey where kind == .rsa: unsafe try encoded { unsafe i2d_PublicKey(key.pointer, $0) }.copy()
    default: throw LibCryptoError(.parameter, "this public key cannot be written as \(encoding.label)")
    }
  }
}

extension PrivateKeyHandle {
  /// Iterations of PBKDF2 that opening an encrypted key may take.
  package static let maximumIterations = 10_000_000

  /// A private key from DER.
  ///
  /// - Parameter password: for encrypted keys; for others it must be `nil`.
  package convenience init(
    der: Span<UInt8>,
    _ encoding: KeyEncoding,
    password: SecretBytes?
  ) throws(LibCryptoError) {
    guard (password != nil) == (encoding == .encryptedPrivateKeyInfo) else {
      let reason = password == nil ? "the key is encrypted: a password is needed" : "the key is not encrypted"
      throw LibCryptoError(.authentication, reason)
    }
    let key: KeyHandle
    switch encoding {
    case .privateKeyInfo:
      key = unsafe try KeyHandle(der: der) { start, count in
        let info = unsafe d2i_PKCS8_PRIV_KEY_INFO(nil, &start, count)
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        return unsafe info == nil ? nil : EVP_PKCS82PKEY(info)
      }
    case .rsaPrivateKey:
      key = unsafe try KeyHandle(der: der) { start, count in unsafe d2i_PrivateKey(EVP_PKEY_RSA, nil, &start, count) }
    case .ecPrivateKey:
      key = unsafe try KeyHandle(der: der) { start, count in unsafe d2i_PrivateKey(EVP_PKEY_EC, nil, &start, count) }
    case .encryptedPrivateKeyInfo:
      guard let iterations = Self.iterations(of: der) else {
        throw LibCryptoError(.key, "the key is not encrypted by PBES2 with PBKDF2")
      }
      guard iterations <= Self.maximumIterations else {
        let limit = Self.maximumIterations
        throw LibCryptoError(.parameter, "the key asks for \(iterations) iterations, expected at most \(limit)")
      }
      key = try Self.decrypted(der, password: password)
    case .subjectPublicKeyInfo, .rsaPublicKey:
      throw LibCryptoError(.key, "found a public key, expected a private one")
    }
    try self.init(decoded: key)
  }

  private static func decrypted(_ der: Span<UInt8>, password: SecretBytes?) throws(LibCryptoError) -> KeyHandle {
    var wasOpened = false
    do throws(LibCryptoError) {
      return unsafe try KeyHandle(der: der) { start, count in
        let sealed = unsafe d2i_X509_SIG(nil, &start, count)
        defer { unsafe X509_SIG_free(sealed) }
        guard unsafe sealed != nil, let password, let length = Int32(exactly: password.count) else { return nil }
        let info = unsafe password.withBytes { bytes in
          unsafe bytes.withPointer { bytes in
            unsafe PKCS8_decrypt(sealed, UnsafeRawPointer(bytes)?.assumingMemoryBound(to: CChar.self), length)
          }
        }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        guard unsafe info != nil else { return nil }
        wasOpened = true
        return unsafe EVP_PKCS82PKEY(info)
      }
    } catch {
      guard !wasOpened, error.code != .failure else { throw error }
      throw LibCryptoError(.authentication, "the password does not open the key")
    }
  }

  /// The iterations of PBKDF2 in PBES2 (RFC 8018, A.2 and A.4), `nil` where there is something else.
  private static func iterations(of der: Span<UInt8>) -> Int? {
    let pbes2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D]
    let pbkdf2: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0C]
    var outer = DERReader(0..<der.count)
    guard var info = outer.read(.sequence, der), var algorithm = info.read(.sequence, der) else { return nil }
    guard let name = algorithm.read(.objectIdentifier, der), der.holds(pbes2, at: name.range) else { return nil }
    guard var parameters = algorithm.read(.sequence, der), var function = parameters.read(.sequence, der),
      let functionName = function.read(.objectIdentifier, der), der.holds(pbkdf2, at: functionName.range),
      var values = function.read(.sequence, der), values.read(.octetString, der) != nil,
      let count = values.read(.integer, der), (1...8).contains(count.range.count)
    else { return nil }
    return count.range.reduce(0) { $0 << 8 | Int(der[$1]) }
  }

  /// The key in DER, unencrypted; only RSA keys have `rsaPrivateKey`, only those of ECDSA's curves `ecPrivateKey`.
  package func der(_ encoding: KeyEncoding) throws(LibCryptoError) -> SecretBytes {
    switch (encoding, kind) {
    case (.privateKeyInfo, _):
      let info = unsafe try LibCryptoError.check(EVP_PKEY2PKCS8(key.pointer), .failure, "EVP_PKEY2PKCS8")
      defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
      return unsafe try encoded { unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
    case (.rsaPrivateKey, .rsa): return unsafe try encoded { unsafe i2d_PrivateKey(key.pointer, $0) }
    case (.ecPrivateKey, .curve(let curve)) where curve.hasCoordinates:
      return unsafe try encoded { unsafe i2d_PrivateKey(key.pointer, $0) }
    default: throw LibCryptoError(.parameter, "this private key cannot be written as \(encoding.label)")
    }
  }

  /// The key as PKCS #8 under a password: PBES2 with PBKDF2, HMAC with SHA-256, 600,000 iterations, AES-256 (RFC 8018).
  package func der(encryptedBy password: SecretBytes) throws(LibCryptoError) -> SecretBytes {
    let info = unsafe try LibCryptoError.check(EVP_PKEY2PKCS8(key.pointer), .failure, "EVP_PKEY2PKCS8")
    defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
    let length = try Int32(checked: password.count)
    let sealed = unsafe password.withBytes { bytes in
      unsafe bytes.withPointer { bytes in
        // No salt given: libcrypto draws one of its own.
        unsafe PKCS8_encrypt(
          -1,
          EVP_aes_256_cbc(),
          UnsafeRawPointer(bytes)?.assumingMemoryBound(to: CChar.self),
          length,
          nil,
          16,
          600_000,
          info
        )
      }
    }
    guard let sealed = unsafe sealed else { throw .drained(.failure, "PKCS8_encrypt") }
    defer { unsafe X509_SIG_free(sealed) }
    return unsafe try encoded { unsafe i2d_X509_SIG(sealed, $0) }
  }
}

extension KeyHandle {
  /// A key from all of the bytes.
  ///
  /// - Parameter decode: moves the start behind what it has read.
  fileprivate convenience init(
    der: Span<UInt8>,
    decode: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?
  ) throws(LibCryptoError) {
    var read = 0
    let pointer = unsafe der.withPointer { start in
      var position = unsafe start
      let pointer = unsafe decode(&position, der.count)
      if let start = unsafe start, let position = unsafe position { read = unsafe position - start }
      return unsafe pointer
    }
    guard let pointer = unsafe pointer else { throw .drained(.key, "decoding a key") }
    // libcrypto tries several decoders, and the errors of those that failed stay queued.
    ERR_clear_error()
    unsafe self.init(owning: pointer)
    guard read == der.count else { throw LibCryptoError(.key, "\(der.count - read) bytes follow the key") }
  }
}

/// What one of libcrypto's `i2d` functions writes.
private func encoded(
  _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) throws(LibCryptoError) -> SecretBytes {
  // Also what libcrypto queues where it gets by without memory that it wanted.
  defer { ERR_clear_error() }
  let count = write(nil)
  guard count > 0 else { throw .drained(.failure, "encoding a key") }
  var written: Int32 = 0
  let bytes = SecretBytes(count: Int(count)) { bytes in
    written = unsafe bytes.withMutablePointer { start in
      var position = unsafe start
      return unsafe write(&position)
    }
  }
  guard written == count else { throw .drained(.failure, "encoding a key") }
  return bytes
}

extension Span<UInt8> {
  fileprivate func holds(_ bytes: [UInt8], at range: Range<Int>) -> Bool {
    range.count == bytes.count && bytes.indices.allSatisfy { self[range.lowerBound + $0] == bytes[$0] }
  }
}
