// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A private key in libcrypto, with its public half.
package final class PrivateKeyHandle: Sendable {
  package let kind: KeyKind
  package let publicKey: PublicKeyHandle
  let key: KeyHandle

  private init(kind: KeyKind, key: KeyHandle, publicKey: PublicKeyHandle) {
    self.kind = kind
    self.key = key
    self.publicKey = publicKey
  }

  /// The numbers of an RSA key (RFC 8017, 3.2), without its public ones.
  package struct RSAParts: Sendable {
    /// The private exponent.
    package let d: SecretBytes
    /// The two primes.
    package let p, q: SecretBytes
    /// d mod (p - 1), d mod (q - 1), and the inverse of q mod p.
    package let dp, dq, qi: SecretBytes

    package init(d: SecretBytes, p: SecretBytes, q: SecretBytes, dp: SecretBytes, dq: SecretBytes, qi: SecretBytes) {
      self.d = d
      self.p = p
      self.q = q
      self.dp = dp
      self.dq = dq
      self.qi = qi
    }
  }

  /// Bits of the longest RSA modulus.
  package static let maximumRSABits = 16384

  /// An RSA key whose numbers fit each other: the primes are prime, and all others follow from them.
  ///
  /// It takes as long as signing does; the work grows with the cube of the modulus' length.
  package convenience init(
    modulus: Span<UInt8>,
    exponent: Span<UInt8>,
    parts: RSAParts,
    restriction: PSSRestriction? = nil
  ) throws(LibCryptoError) {
    try RSAConsistency.check(modulus: modulus, exponent: exponent, parts: parts)
    var parameters = Parameters()
    parameters.append("n", integer: modulus)
    parameters.append("e", integer: exponent)
    parts.d.withBytes { parameters.append("d", integer: $0) }
    parts.p.withBytes { parameters.append("rsa-factor1", integer: $0) }
    parts.q.withBytes { parameters.append("rsa-factor2", integer: $0) }
    parts.dp.withBytes { parameters.append("rsa-exponent1", integer: $0) }
    parts.dq.withBytes { parameters.append("rsa-exponent2", integer: $0) }
    parts.qi.withBytes { parameters.append("rsa-coefficient1", integer: $0) }
    parameters.append(restriction)
    let key = try KeyHandle(type: restriction == nil ? "RSA" : "RSA-PSS", isPrivate: true, parameters)
    self.init(
      kind: .rsa,
      key: key,
      publicKey: try PublicKeyHandle(modulus: modulus, exponent: exponent, restriction: restriction)
    )
  }

  /// A key from its private bytes and the public key that goes with them.
  ///
  /// - Parameter scalar: exactly `curve.byteCount` bytes.
  package convenience init(
    curve: Curve,
    scalar: SecretBytes,
    publicKey: PublicKeyHandle
  ) throws(LibCryptoError) {
    guard scalar.count == curve.byteCount, publicKey.kind == .curve(curve) else {
      throw LibCryptoError(.key, "a private key has \(scalar.count) bytes, expected \(curve.byteCount)")
    }
    let (x, y) = try publicKey.coordinates()
    if curve.hasCoordinates {
      var parameters = Parameters()
      parameters.append("group", text: curve.name)
      let point = PublicKeyHandle.point(x.span, y.span)
      parameters.append("pub", octets: point.span)
      scalar.withBytes { parameters.append("priv", integer: $0) }
      let key = try KeyHandle(type: "EC", isPrivate: true, parameters)
      try key.check(isPrivate: true)
      self.init(kind: .curve(curve), key: key, publicKey: publicKey)
    } else {
      let key = try KeyHandle(curve: curve, raw: scalar)
      let derived = try PublicKeyHandle(kind: .curve(curve), key: key).coordinates().x
      guard isEqualInConstantTime(derived.span, x.span) else {
        throw LibCryptoError(.key, "the public half of a key does not follow from the private one")
      }
      self.init(kind: .curve(curve), key: key, publicKey: publicKey)
    }
  }

  // MARK: Generation

  /// A new RSA key with the exponent 65,537.
  package static func generateRSA(bits: Int) throws(LibCryptoError) -> PrivateKeyHandle {
    guard (2048...maximumRSABits).contains(bits) else {
      throw LibCryptoError(.parameter, "an RSA key of \(bits) bits was asked for, expected 2048 to \(maximumRSABits)")
    }
    let key = unsafe try KeyHandle(generating: "RSA") { context in
      unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits))
    }
    let (modulus, exponent) = try PublicKeyHandle(kind: .rsa, key: key).rsaParts()
    let publicKey = try PublicKeyHandle(modulus: modulus.span, exponent: exponent.span)
    return PrivateKeyHandle(kind: .rsa, key: key, publicKey: publicKey)
  }

  package static func generate(_ curve: Curve) throws(LibCryptoError) -> PrivateKeyHandle {
    let key = unsafe try KeyHandle(generating: curve.typeName) { context in
      curve.hasCoordinates ? unsafe EVP_PKEY_CTX_set_group_name(context, curve.name) : 1
    }
    // Its parts fit each other: libcrypto has just made them.
    let (x, y) = try PublicKeyHandle(kind: .curve(curve), key: key).coordinates()
    let publicKey = try PublicKeyHandle(curve: curve, x: x.span, y: y.span)
    return PrivateKeyHandle(kind: .curve(curve), key: key, publicKey: publicKey)
  }

  // MARK: Parts

  /// The private numbers of an RSA key.
  package func rsaParts() throws(LibCryptoError) -> RSAParts {
    guard kind == .rsa else { throw LibCryptoError(.key, "only an RSA key has primes") }
    return try Self.rsaParts(of: key)
  }

  /// The private bytes of a key on a curve.
  package func scalar() throws(LibCryptoError) -> SecretBytes {
    guard case .curve(let curve) = kind else { throw LibCryptoError(.key, "an RSA key has no scalar") }
    return try Self.scalar(of: key, curve)
  }

  private static func rsaParts(of key: KeyHandle) throws(LibCryptoError) -> RSAParts {
    RSAParts(
      d: try key.integer("d"),
      p: try key.integer("rsa-factor1"),
      q: try key.integer("rsa-factor2"),
      dp: try key.integer("rsa-exponent1"),
      dq: try key.integer("rsa-exponent2"),
      qi: try key.integer("rsa-coefficient1")
    )
  }

  private static func scalar(of key: KeyHandle, _ curve: Curve) throws(LibCryptoError) -> SecretBytes {
    guard !curve.hasCoordinates else { return try key.integer("priv", count: curve.byteCount) }
    var count = curve.byteCount
    var status: Int32 = 0
    let scalar = SecretBytes(count: count) { bytes in
      status = unsafe bytes.withMutablePointer { unsafe EVP_PKEY_get_raw_private_key(key.pointer, $0, &count) }
    }
    try LibCryptoError.check(status, .key, "EVP_PKEY_get_raw_private_key")
    return scalar
  }
}

extension KeyHandle {
  /// A key from the private bytes of a curve whose keys are raw bytes (RFC 8032, RFC 7748).
  convenience init(curve: Curve, raw: SecretBytes) throws(LibCryptoError) {
    defer { ERR_clear_error() }
    let pointer = unsafe raw.withBytes { raw in
      unsafe raw.withPointer { unsafe EVP_PKEY_new_raw_private_key_ex(nil, curve.name, nil, $0, raw.count) }
    }
    unsafe self.init(owning: try LibCryptoError.unwrap(pointer, .key, "EVP_PKEY_new_raw_private_key_ex"))
  }

  /// A new key.
  ///
  /// - Parameter configure: says what kind of key, and returns libcrypto's status.
  fileprivate convenience init(
    generating type: String,
    configure: (OpaquePointer) -> Int32
  ) throws(LibCryptoError) {
    defer { ERR_clear_error() }
    let context = unsafe try LibCryptoError.unwrap(
      EVP_PKEY_CTX_new_from_name(nil, type, nil),
      .failure,
      "EVP_PKEY_CTX_new_from_name"
    )
    defer { unsafe EVP_PKEY_CTX_free(context) }
    unsafe try LibCryptoError.check(EVP_PKEY_keygen_init(context), .failure, "EVP_PKEY_keygen_init")
    unsafe try LibCryptoError.check(configure(context), .parameter, "EVP_PKEY_CTX_set_params")
    var pointer: OpaquePointer?
    let status = unsafe EVP_PKEY_generate(context, &pointer)
    guard status == 1, let pointer = unsafe pointer else { throw .drained(.failure, "EVP_PKEY_generate") }
    unsafe self.init(owning: pointer)
  }
}
