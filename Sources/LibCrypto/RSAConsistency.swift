// SPDX-License-Identifier: Apache-2.0

/// Whether the private numbers of an RSA key fit each other, found out with two exponentiations of half the modulus'
/// length.
///
/// `EVP_PKEY_check` tests each prime 64 or 128 times: 34 s for a key of 16,384 bits, where this takes a quarter of one.
/// More rounds would not protect anyone: a key pair comes from its owner, who could as well hand out the primes.
enum RSAConsistency {
  /// Bits that a prime may have beyond half of the modulus (FIPS 186-5, A.1.1, has none).
  private static let slack = 16

  /// Checks the equations of RFC 8017, section 3.2, and that the primes are prime.
  ///
  /// - Throws: `LibCryptoError` with the code `key` when the numbers do not fit, `parameter` when the modulus is too
  ///   long.
  static func check(
    modulus: Span<UInt8>,
    exponent: Span<UInt8>,
    parts: PrivateKeyHandle.RSAParts
  ) throws(LibCryptoError) {
    let maximumBits = PrivateKeyHandle.maximumRSABits
    let n = try BigNumber(modulus)
    guard n.bitCount <= maximumBits else {
      throw LibCryptoError(.parameter, "an RSA modulus has \(n.bitCount) bits, expected at most \(maximumBits)")
    }
    let p = try number(parts.p)
    let q = try number(parts.q)
    let longest = (n.bitCount + 1) / 2 + slack
    guard p.bitCount <= longest, q.bitCount <= longest else {
      throw LibCryptoError(.key, "the primes of an RSA key are longer than half of its modulus")
    }
    guard p.isOdd, q.isOdd, p.bitCount > 2, q.bitCount > 2, !(p == q) else {
      throw LibCryptoError(.key, "the primes of an RSA key are even, too small or the same")
    }
    let calculator = try Calculator()
    guard n == (try calculator.product(p, q)) else {
      throw LibCryptoError(.key, "the modulus of an RSA key is not the product of its primes")
    }
    let e = try BigNumber(exponent)
    let d = try number(parts.d)
    guard d < n, !d.isZero, e < n else { throw LibCryptoError(.key, "an exponent of an RSA key is out of range") }
    try checkPrime(p, e, d, try number(parts.dp), calculator)
    try checkPrime(q, e, d, try number(parts.dq), calculator)
    let qi = try number(parts.qi)
    guard qi < p, (try calculator.product(qi, q, modulo: p)).isOne else {
      throw LibCryptoError(.key, "the coefficient of an RSA key does not follow from its primes")
    }
    // Last, as only this takes long.
    guard try calculator.isProbablyPrime(p), try calculator.isProbablyPrime(q) else {
      throw LibCryptoError(.key, "a prime of an RSA key is not prime")
    }
  }

  /// Checks the exponents for one prime: those of all messages, and the one of this prime.
  private static func checkPrime(
    _ prime: borrowing BigNumber,
    _ e: borrowing BigNumber,
    _ d: borrowing BigNumber,
    _ reduced: borrowing BigNumber,
    _ calculator: borrowing Calculator
  ) throws(LibCryptoError) {
    let order = try prime.minusOne()
    guard (try calculator.product(e, d, modulo: order)).isOne else {
      throw LibCryptoError(.key, "the private exponent of an RSA key does not belong to its public one")
    }
    guard reduced == (try calculator.remainder(d, modulo: order)) else {
      throw LibCryptoError(.key, "an exponent of an RSA key does not follow from its private one")
    }
  }

  private static func number(_ bytes: SecretBytes) throws(LibCryptoError) -> BigNumber {
    guard bytes.count <= PrivateKeyHandle.maximumRSABits / 8 else {
      throw LibCryptoError(.key, "a number of an RSA key has \(bytes.count) bytes")
    }
    return try bytes.withBytes { (bytes) throws(LibCryptoError) in try BigNumber(bytes) }
  }
}
