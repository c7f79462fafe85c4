// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The work that is left for checking private RSA keys, of one key or of all keys of a set.
///
/// Whether primes are prime takes time that grows with the cube of their length. It is counted before anything is
/// calculated, so that no input makes the process calculate for longer, however many keys it holds.
package struct KeyWork: Sendable {
  private var left = JSONWebKeySet.maximumPrivateWork

  /// All of the work that one input may cause.
  package init() {}

  /// Counts the check of a key.
  mutating func take(for numbers: KeyNumbers) throws(KeyError) {
    guard case .rsa(let numbers) = numbers, numbers.parts != nil else { return }
    let cost = Self.cost(bits: RSAStrength.bitCount(numbers.modulus))
    guard cost <= left else {
      throw KeyError(.tooLarge, "checking the private RSA keys of the set takes too long: too many are too large")
    }
    left -= cost
  }

  /// 1 for a modulus of 1,024 bits, 8 for twice as many.
  private static func cost(bits: Int) -> Int {
    let length = (min(max(bits, 0), RSAStrength.maximumBits) + 1023) / 1024
    return length * length * length
  }
}
