// SPDX-License-Identifier: Apache-2.0

/// Reads the numbers of keys from DER, each form by its own rules, down to the last byte.
///
/// The type of a key is looked at before anything else of it: only what JOSE has is read any further.
enum KeyReader {
  // MARK: Public keys

  /// SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).
  static func subjectPublicKeyInfo(_ range: Range<Int>, _ der: Span<UInt8>) throws(LibCryptoError) -> KeyNumbers {
    var outer = DERReader(range)
    guard var info = outer.read(.sequence, der), outer.isEmpty, var algorithm = info.read(.sequence, der) else {
      throw malformed("SubjectPublicKeyInfo")
    }
    let type = try type(&algorithm, der)
    guard let bits = info.readBits(der), info.isEmpty else { throw malformed("SubjectPublicKeyInfo") }
    return switch type {
    case .rsa(let restriction): .rsa(try rsaPublicKey(bits, restriction: restriction, der))
    case .curve(let curve): .curve(KeyNumbers.CurveNumbers(curve: curve, point: der.array(bits), scalar: nil))
    }
  }

  /// RSAPublicKey (RFC 8017, appendix A.1.1).
  static func rsaPublicKey(
    _ range: Range<Int>,
    restriction: PSSRestriction?,
    _ der: Span<UInt8>
  ) throws(LibCryptoError) -> KeyNumbers.RSANumbers {
    var outer = DERReader(range)
    guard var key = outer.read(.sequence, der), outer.isEmpty, let modulus = key.readInteger(der),
      let exponent = key.readInteger(der), key.isEmpty
    else { throw malformed("RSAPublicKey") }
    return KeyNumbers.RSANumbers(
      modulus: der.array(modulus),
      exponent: der.array(exponent),
      restriction: restriction
    )
  }

  // MARK: Private keys

  /// PrivateKeyInfo and OneAsymmetricKey: PKCS #8 of both versions (RFC 5958, section 2).
  static func privateKeyInfo(_ range: Range<Int>, _ der: Span<UInt8>) throws(LibCryptoError) -> KeyNumbers {
    var outer = DERReader(range)
    guard var info = outer.read(.sequence, der), outer.isEmpty, let version = info.readInteger(upTo: 1, der),
      var algorithm = info.read(.sequence, der)
    else { throw malformed("PKCS #8") }
    let type = try type(&algorithm, der)
    guard let key = info.read(.octetString, der)?.range else { throw malformed("PKCS #8") }
    if info.nextTag(der) == .constructed0 {
      // Attributes, which say nothing of the key.
      guard info.read(.constructed0, der) != nil else { throw malformed("PKCS #8") }
    }
    let publicKey = version == 1 ? try statedPublicKey(&info, der) : nil
    guard info.isEmpty else { throw malformed("PKCS #8") }
    switch type {
    case .rsa(let restriction):
      let numbers = try rsaPrivateKey(key, restriction: restriction, der)
      if let publicKey {
        let stated = try rsaPublicKey(publicKey, restriction: restriction, der)
        guard stated.modulus == numbers.modulus, stated.exponent == numbers.exponent else { throw anotherHalf }
      }
      return .rsa(numbers)
    case .curve(let curve) where curve.hasCoordinates:
      let numbers = try ecPrivateKey(key, curve: curve, der)
      guard let publicKey else { return .curve(numbers) }
      let point = der.array(publicKey)
      // Both are checked against the private number where there is but one; two have to be the same.
      guard numbers.point == nil || numbers.point == point else { throw anotherHalf }
      return .curve(KeyNumbers.CurveNumbers(curve: curve, point: point, scalar: numbers.scalar))
    case .curve(let curve):
      // CurvePrivateKey (RFC 8410, section 7).
      var inner = DERReader(key)
      guard let scalar = inner.read(.octetString, der)?.range, inner.isEmpty, scalar.count == curve.byteCount else {
        throw malformed("CurvePrivateKey")
      }
      let point = publicKey.map { der.array($0) }
      return .curve(KeyNumbers.CurveNumbers(curve: curve, point: point, scalar: secret(scalar, der)))
    }
  }

  /// The public key behind a private one, in the version of PKCS #8 that may have it; some write the tag as explicit.
  private static func statedPublicKey(_ info: inout DERReader, _ der: Span<UInt8>) throws(LibCryptoError) -> Range<Int>?
  {
    switch info.nextTag(der) {
    case .primitive1:
      guard let bits = info.readBits(der, tag: .primitive1) else { throw malformed("PKCS #8") }
      return bits
    case .constructed1:
      guard var explicit = info.read(.constructed1, der), let bits = explicit.readBits(der), explicit.isEmpty else {
        throw malformed("PKCS #8")
      }
      return bits
    default: return nil
    }
  }

  /// RSAPrivateKey (RFC 8017, appendix A.1.2), of two primes.
  static func rsaPrivateKey(
    _ range: Range<Int>,
    restriction: PSSRestriction?,
    _ der: Span<UInt8>
  ) throws(LibCryptoError) -> KeyNumbers.RSANumbers {
    var outer = DERReader(range)
    guard var key = outer.read(.sequence, der), outer.isEmpty, let version = key.readInteger(upTo: 1, der) else {
      throw malformed("RSAPrivateKey")
    }
    guard version == 0 else { throw LibCryptoError(.unsupported, "an RSA key has more than two primes") }
    guard let n = key.readInteger(der), let e = key.readInteger(der), let d = key.readInteger(der),
      let p = key.readInteger(der), let q = key.readInteger(der), let dp = key.readInteger(der),
      let dq = key.readInteger(der), let qi = key.readInteger(der), key.isEmpty
    else { throw malformed("RSAPrivateKey") }
    let parts = PrivateKeyHandle.RSAParts(
      d: secret(d, der),
      p: secret(p, der),
      q: secret(q, der),
      dp: secret(dp, der),
      dq: secret(dq, der),
      qi: secret(qi, der)
    )
    return KeyNumbers.RSANumbers(
      modulus: der.array(n),
      exponent: der.array(e),
      parts: parts,
      restriction: restriction
    )
  }

  /// ECPrivateKey (RFC 5915, section 3).
  ///
  /// - Parameter curve: the one that PKCS #8 names; without, the key itself must name it.
  static func ecPrivateKey(_ range: Range<Int>, curve: Curve?, _ der: Span<UInt8>) throws(LibCryptoError)
    -> KeyNumbers.CurveNumbers
  {
    var outer = DERReader(range)
    guard var key = outer.read(.sequence, der), outer.isEmpty, key.readInteger(upTo: 1, der) == 1,
      let bytes = key.read(.octetString, der)?.range
    else { throw malformed("ECPrivateKey") }
    var stated: Curve?
    if key.nextTag(der) == .constructed0 {
      guard var parameters = key.read(.constructed0, der) else { throw malformed("ECPrivateKey") }
      stated = try namedCurve(&parameters, der)
    }
    var point: [UInt8]?
    if key.nextTag(der) == .constructed1 {
      guard var bits = key.read(.constructed1, der), let found = bits.readBits(der), bits.isEmpty else {
        throw malformed("ECPrivateKey")
      }
      point = der.array(found)
    }
    guard key.isEmpty else { throw malformed("ECPrivateKey") }
    guard let curve = curve ?? stated else { throw LibCryptoError(.encoding, "a private key does not name its curve") }
    guard stated == nil || stated == curve else {
      throw LibCryptoError(.key, "a private key names two different curves")
    }
    // Some writers leave out zeros in front.
    guard (1...curve.byteCount).contains(bytes.count) else {
      throw LibCryptoError(.key, "a private key has \(bytes.count) bytes, expected \(curve.byteCount)")
    }
    let scalar = SecretBytes(count: curve.byteCount) { span in
      for (offset, index) in bytes.enumerated() { span[curve.byteCount - bytes.count + offset] = der[index] }
    }
    return KeyNumbers.CurveNumbers(curve: curve, point: point, scalar: scalar)
  }

  // MARK: Types

  private enum KeyType {
    case rsa(PSSRestriction?)
    case curve(Curve)
  }

  /// The type that an AlgorithmIdentifier names (RFC 5280, section 4.1.1.2).
  private static func type(_ algorithm: inout DERReader, _ der: Span<UInt8>) throws(LibCryptoError) -> KeyType {
    guard let name = algorithm.readIdentifier(der) else { throw malformed("AlgorithmIdentifier") }
    if der.holds(ObjectIdentifier.rsa, at: name) {
      guard algorithm.isEmpty || algorithm.readNull(der), algorithm.isEmpty else {
        throw malformed("AlgorithmIdentifier")
      }
      return .rsa(nil)
    }
    if der.holds(ObjectIdentifier.rsaPSS, at: name) { return .rsa(try restriction(&algorithm, der)) }
    if der.holds(ObjectIdentifier.ellipticCurve, at: name) { return .curve(try namedCurve(&algorithm, der)) }
    if let curve = ObjectIdentifier.rawCurve(der, at: name) {
      guard algorithm.isEmpty else { throw malformed("AlgorithmIdentifier") }
      return .curve(curve)
    }
    let shown = ObjectIdentifier.shown(der, at: name)
    throw LibCryptoError(
      .unsupported,
      "a key of the type \(shown) is not supported, expected RSA, EC, Ed25519, Ed448, X25519 or X448"
    )
  }

  /// ECParameters (RFC 5480, section 2.1.1): the name of a curve and nothing else.
  ///
  /// Explicit parameters could describe any group (CVE-2020-0601), and take long to check.
  private static func namedCurve(_ parameters: inout DERReader, _ der: Span<UInt8>) throws(LibCryptoError) -> Curve {
    if parameters.nextTag(der) == .sequence {
      throw LibCryptoError(.unsupported, "a curve is given by parameters, expected its name")
    }
    guard let name = parameters.readIdentifier(der), parameters.isEmpty else { throw malformed("ECParameters") }
    guard let curve = ObjectIdentifier.namedCurve(der, at: name) else {
      let shown = ObjectIdentifier.shown(der, at: name)
      throw LibCryptoError(
        .unsupported,
        "the curve \(shown) is not supported, expected P-256, P-384, P-521 or secp256k1"
      )
    }
    return curve
  }

  /// RSASSA-PSS-params (RFC 8017, appendix A.2.3; RFC 4055, section 3.1), which a key need not have.
  ///
  /// - Throws: `LibCryptoError` with the code `unsupported` for parameters under which none of JOSE's signatures fits.
  private static func restriction(_ algorithm: inout DERReader, _ der: Span<UInt8>) throws(LibCryptoError)
    -> PSSRestriction
  {
    guard !algorithm.isEmpty else { return PSSRestriction(hash: nil, saltCount: 0) }
    guard var parameters = algorithm.read(.sequence, der), algorithm.isEmpty else {
      throw malformed("RSASSA-PSS-params")
    }
    var (hash, maskHash) = (HashFunction?.some(.sha1), HashFunction?.some(.sha1))
    var (saltCount, trailer) = (20, 1)
    if parameters.nextTag(der) == .constructed0 {
      guard var explicit = parameters.read(.constructed0, der) else { throw malformed("RSASSA-PSS-params") }
      hash = try self.hash(&explicit, der)
    }
    if parameters.nextTag(der) == .constructed1 {
      guard var explicit = parameters.read(.constructed1, der), var mask = explicit.read(.sequence, der),
        explicit.isEmpty, let name = mask.readIdentifier(der)
      else { throw malformed("RSASSA-PSS-params") }
      guard der.holds(ObjectIdentifier.maskGeneration1, at: name) else {
        throw LibCryptoError(.unsupported, "an RSA-PSS key asks for another mask than MGF1")
      }
      maskHash = try self.hash(&mask, der)
    }
    if parameters.nextTag(der) == .constructed2 {
      guard var explicit = parameters.read(.constructed2, der),
        let count = explicit.readInteger(upTo: 1 << 20, der), explicit.isEmpty
      else { throw malformed("RSASSA-PSS-params") }
      saltCount = count
    }
    if parameters.nextTag(der) == .constructed3 {
      guard var explicit = parameters.read(.constructed3, der), let number = explicit.readInteger(upTo: 255, der),
        explicit.isEmpty
      else { throw malformed("RSASSA-PSS-params") }
      trailer = number
    }
    guard parameters.isEmpty else { throw malformed("RSASSA-PSS-params") }
    guard let hash, hash != .sha1, maskHash == hash, saltCount <= hash.digestCount, trailer == 1 else {
      throw LibCryptoError(
        .unsupported,
        "an RSA-PSS key allows none of PS256, PS384 and PS512: expected SHA-256, SHA-384 or SHA-512, MGF1 with the same "
          + "hash, a salt of at most the hash's length"
      )
    }
    return PSSRestriction(hash: hash, saltCount: saltCount)
  }

  /// The AlgorithmIdentifier of a hash, with NULL as its parameters or none; `nil` for other hashes.
  private static func hash(_ reader: inout DERReader, _ der: Span<UInt8>) throws(LibCryptoError) -> HashFunction? {
    guard var algorithm = reader.read(.sequence, der), reader.isEmpty, let name = algorithm.readIdentifier(der),
      algorithm.isEmpty || algorithm.readNull(der), algorithm.isEmpty
    else { throw malformed("RSASSA-PSS-params") }
    return HashFunction.allCases.first { der.holds(ObjectIdentifier.hash($0), at: name) }
  }

  // MARK: Help

  private static func secret(_ range: Range<Int>, _ der: Span<UInt8>) -> SecretBytes {
    SecretBytes(copying: der.extracting(range))
  }

  private static func malformed(_ form: StaticString) -> LibCryptoError {
    LibCryptoError(.encoding, "not the DER of \(form)")
  }

  private static var anotherHalf: LibCryptoError {
    LibCryptoError(.key, "the public half of a key does not follow from the private one")
  }
}
