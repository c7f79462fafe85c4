// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// The numbers of a key that came from outside, read and not yet calculated with.
///
/// Of which type a key is, and whether anyone may use it so, is known before libcrypto is asked anything.
package enum KeyNumbers: Sendable {
  case rsa(RSANumbers)
  case curve(CurveNumbers)

  /// The numbers of an RSA key (RFC 8017, section 3).
  package struct RSANumbers: Sendable {
    /// Modulus and exponent, unsigned, their most significant byte first and not zero.
    package let modulus, exponent: [UInt8]
    /// The private numbers, `nil` for a public key.
    package let parts: PrivateKeyHandle.RSAParts?
    /// The signatures that the key is restricted to, `nil` for a key of no such restriction.
    package let restriction: PSSRestriction?

    package init(
      modulus: [UInt8],
      exponent: [UInt8],
      parts: PrivateKeyHandle.RSAParts? = nil,
      restriction: PSSRestriction? = nil
    ) {
      self.modulus = modulus
      self.exponent = exponent
      self.parts = parts
      self.restriction = restriction
    }
  }

  /// The numbers of a key on a curve.
  package struct CurveNumbers: Sendable {
    package let curve: Curve
    /// The public point as SEC 1 writes it, or the raw public bytes; `nil` where it has to be calculated from the
    /// scalar.
    package let point: [UInt8]?
    /// The private bytes, as many as a coordinate has; `nil` for a public key.
    package let scalar: SecretBytes?

    init(curve: Curve, point: [UInt8]?, scalar: SecretBytes?) {
      self.curve = curve
      self.point = point
      self.scalar = scalar
    }

    /// - Parameters:
    ///   - x: exactly `curve.byteCount` bytes.
    ///   - y: as long, for curves whose keys are points with two coordinates; otherwise empty.
    package init(curve: Curve, x: [UInt8], y: [UInt8], scalar: SecretBytes?) {
      self.init(curve: curve, point: curve.hasCoordinates ? PublicKeyHandle.point(x.span, y.span) : x, scalar: scalar)
    }
  }

  package var kind: KeyKind {
    switch self {
    case .rsa: .rsa
    case .curve(let numbers): .curve(numbers.curve)
    }
  }

  package var isPrivate: Bool {
    switch self {
    case .rsa(let numbers): numbers.parts != nil
    case .curve(let numbers): numbers.scalar != nil
    }
  }

  package var restriction: PSSRestriction? {
    if case .rsa(let numbers) = self { numbers.restriction } else { nil }
  }
}

/// The restrictions of a key of the type RSASSA-PSS (RFC 4055, section 1.2).
package struct PSSRestriction: Sendable, Hashable {
  /// The hash of the message and of MGF1; `nil` where the key leaves it open.
  package let hash: HashFunction?
  /// Bytes of salt at least.
  let saltCount: Int

  package init(hash: HashFunction?, saltCount: Int) {
    self.hash = hash
    self.saltCount = saltCount
  }
}

extension PublicKeyHandle {
  /// The public key of these numbers; of a private key's only the public ones are looked at.
  package convenience init(_ numbers: KeyNumbers) throws(LibCryptoError) {
    switch numbers {
    case .rsa(let numbers):
      try self.init(
        modulus: numbers.modulus.span,
        exponent: numbers.exponent.span,
        restriction: numbers.restriction
      )
    case .curve(let numbers):
      let point = if let point = numbers.point { point } else { try numbers.derivedPoint() }
      try self.init(curve: numbers.curve, point: point)
    }
  }
}

extension PrivateKeyHandle {
  /// The key pair of these numbers, once it is clear that they fit each other.
  package convenience init(_ numbers: KeyNumbers) throws(LibCryptoError) {
    switch numbers {
    case .rsa(let numbers):
      guard let parts = numbers.parts else { throw LibCryptoError(.key, "the key has no private numbers") }
      try self.init(
        modulus: numbers.modulus.span,
        exponent: numbers.exponent.span,
        parts: parts,
        restriction: numbers.restriction
      )
    case .curve(let numbers):
      guard let scalar = numbers.scalar else { throw LibCryptoError(.key, "the key has no private bytes") }
      let publicKey = try PublicKeyHandle(.curve(numbers))
      try self.init(curve: numbers.curve, scalar: scalar, publicKey: publicKey)
    }
  }
}

extension KeyNumbers.CurveNumbers {
  /// The public half that follows from the private one.
  fileprivate func derivedPoint() throws(LibCryptoError) -> [UInt8] {
    guard let scalar, scalar.count == curve.byteCount else { throw LibCryptoError(.key, "a key has no public point") }
    guard curve.hasCoordinates else {
      let key = try KeyHandle(curve: curve, raw: scalar)
      return try PublicKeyHandle(kind: .curve(curve), key: key).coordinates().x
    }
    defer { ERR_clear_error() }
    let group = unsafe try LibCryptoError.unwrap(
      EC_GROUP_new_by_curve_name(OBJ_sn2nid(curve.name)),
      .failure,
      "EC_GROUP_new_by_curve_name"
    )
    defer { unsafe EC_GROUP_free(group) }
    let product = unsafe try LibCryptoError.unwrap(EC_POINT_new(group), .failure, "EC_POINT_new")
    defer { unsafe EC_POINT_clear_free(product) }
    let number = try scalar.withBytes { (bytes) throws(LibCryptoError) in try BigNumber(bytes) }
    let order = unsafe try LibCryptoError.unwrap(EC_GROUP_get0_order(group), .failure, "EC_GROUP_get0_order")
    guard !number.isZero, unsafe BN_cmp(number.pointer, order) < 0 else {
      throw LibCryptoError(.key, "the private number of a key is not within the order of its curve")
    }
    let status = unsafe EC_POINT_mul(group, product, number.pointer, nil, nil, nil)
    try LibCryptoError.check(status, .key, "EC_POINT_mul")
    var point = [UInt8](repeating: 0, count: 1 + 2 * curve.byteCount)
    let count = unsafe EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, &point, point.count, nil)
    guard count == point.count else { throw .drained(.key, "EC_POINT_point2oct") }
    return point
  }
}
