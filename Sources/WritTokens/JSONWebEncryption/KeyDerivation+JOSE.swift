// SPDX-License-Identifier: Apache-2.0

package import LibCrypto

extension KeyDerivation {
  /// The key that two parties agree on (RFC 7518, section 4.6.2).
  ///
  /// - Parameters:
  ///   - secret: what the two keys share.
  ///   - algorithm: the name in `enc` where the key is the content key, that in `alg` where it wraps one.
  ///   - partyU: `apu`, of the sender.
  ///   - partyV: `apv`, of the recipient.
  ///   - count: bytes of the key.
  package static func agreedKey(
    _ secret: SecretBytes,
    algorithm: String,
    partyU: [UInt8],
    partyV: [UInt8],
    count: Int
  ) throws(LibCryptoError) -> SecretBytes {
    var info: [UInt8] = []
    for part in [Array(algorithm.utf8), partyU, partyV] {
      info.append(bigEndian: UInt32(truncatingIfNeeded: part.count))
      info += part
    }
    info.append(bigEndian: UInt32(truncatingIfNeeded: count * 8))
    return try concatenation(secret, info: info.span, count: count, hash: .sha256)
  }

  /// The key that a password becomes (RFC 7518, section 4.8.1.1): the salt has the algorithm's name in front.
  package static func passwordKey(
    _ password: SecretBytes,
    algorithm: String,
    salt: [UInt8],
    iterations: Int,
    count: Int,
    hash: HashFunction
  ) throws(LibCryptoError) -> SecretBytes {
    let salt = Array(algorithm.utf8) + [0] + salt
    return try pbkdf2(password, salt: salt.span, iterations: iterations, count: count, hash: hash)
  }
}
