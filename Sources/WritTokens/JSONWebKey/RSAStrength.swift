// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The weaknesses for which an RSA key is refused before libcrypto sees it.
enum RSAStrength {
  static let maximumBits = PrivateKeyHandle.maximumRSABits

  /// - Parameters:
  ///   - modulus: an unsigned integer, its most significant byte first and not zero.
  ///   - exponent: the same.
  static func check(modulus: [UInt8], exponent: [UInt8], isPrivate: Bool, profile: KeyProfile) throws(KeyError) {
    let bits = bitCount(modulus)
    guard bits >= profile.minimumRSABits, bits <= maximumBits else {
      throw KeyError(.weak, "an RSA key has \(bits) bits, expected \(profile.minimumRSABits) to \(maximumBits)")
    }
    guard modulus.last.map({ $0 & 1 == 1 }) == true else { throw KeyError(.weak, "an RSA modulus is even") }
    // An exponent of 33 bits at most: what common libraries take, and a bound on the time to verify. 3 is common among
    // old keys and harmless for verifying; for new keys FIPS 186-5, A.1.1, wants 65,537 at least.
    let least = isPrivate ? 65537 : 3
    guard bitCount(exponent) <= 33 else { throw KeyError(.weak, "an RSA exponent has \(bitCount(exponent)) bits") }
    let value = exponent.reduce(0) { $0 << 8 | Int($1) }
    guard value >= least, value & 1 == 1 else {
      throw KeyError(.weak, "an RSA exponent is \(value), expected an odd number from \(least)")
    }
    guard !isROCA(modulus) else {
      throw KeyError(.weak, "the RSA modulus was made by the broken generator of CVE-2017-15361 (ROCA); make a new key")
    }
  }

  static func bitCount(_ bytes: [UInt8]) -> Int {
    guard let first = bytes.firstIndex(where: { $0 != 0 }) else { return 0 }
    return (bytes.count - first) * 8 - bytes[first].leadingZeroBitCount
  }

  /// Whether a modulus has the form of those primes: a power of 65,537 modulo every small prime (Nemec et al., "The
  /// Return of Coppersmith's Attack", 2017, section 2.1).
  ///
  /// One modulus in 2^27 or so has it by chance.
  private static func isROCA(_ modulus: [UInt8]) -> Bool {
    for prime in stride(from: 3, through: 167, by: 2) where isPrime(prime) {
      let remainder = modulus.reduce(0) { ($0 << 8 | Int($1)) % prime }
      var power = 1
      repeat { power = power * 65537 % prime } while power != 1 && power != remainder
      guard power == remainder else { return false }
    }
    return true
  }

  private static func isPrime(_ number: Int) -> Bool {
    !stride(from: 3, to: number, by: 2).contains { $0 * $0 <= number && number % $0 == 0 }
  }
}
