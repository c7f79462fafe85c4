// SPDX-License-Identifier: Apache-2.0

/// The required strength of keys.
public struct KeyProfile: Sendable, Hashable {
  /// Bits of the shortest RSA modulus.
  let minimumRSABits: Int
  /// Whether SHA-1 may occur, in `RSA-OAEP`.
  let allowsSHA1: Bool

  /// RSA of 2,048 to 16,384 bits (RFC 7518, section 3.3).
  public static let standard = KeyProfile(minimumRSABits: 2048, allowsSHA1: true)
  /// 128 bits of security (NIST SP 800-57, part 1, table 2): RSA of 3,072 bits or more, no SHA-1 anywhere.
  public static let strict128 = KeyProfile(minimumRSABits: 3072, allowsSHA1: false)

  func check(_ algorithm: JSONWebAlgorithm) throws(KeyError) {
    guard allowsSHA1 || algorithm != .rsaOAEP else {
      throw KeyError(.weak, "RSA-OAEP hashes with SHA-1, which the profile does not allow")
    }
  }
}
