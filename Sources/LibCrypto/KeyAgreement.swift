// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Secrets that two keys of one curve share: ECDH (NIST SP 800-56A), X25519 and X448 (RFC 7748).
package enum KeyAgreement {
  /// The x coordinate of the shared point, or the raw shared bytes; never all zeros (RFC 7748, 6.1).
  package static func sharedSecret(
    _ privateKey: PrivateKeyHandle,
    _ publicKey: PublicKeyHandle
  ) throws(LibCryptoError) -> SecretBytes {
    guard privateKey.kind == publicKey.kind, case .curve(let curve) = privateKey.kind, curve != .ed25519,
      curve != .ed448
    else { throw LibCryptoError(.parameter, "two keys of one curve are needed to agree on a secret") }
    return unsafe try privateKey.key.withContext { (context) throws(LibCryptoError) in
      unsafe try LibCryptoError.check(EVP_PKEY_derive_init(context), .failure, "EVP_PKEY_derive_init")
      // INVARIANT: a public key was checked when it was made, so libcrypto need not do it once more.
      unsafe try LibCryptoError.check(
        EVP_PKEY_derive_set_peer_ex(context, publicKey.key.pointer, 0),
        .key,
        "EVP_PKEY_derive_set_peer_ex"
      )
      var count = curve.byteCount
      var status: Int32 = 0
      let secret = SecretBytes(count: count) { bytes in
        status = unsafe bytes.withMutablePointer { unsafe EVP_PKEY_derive(context, $0, &count) }
      }
      try LibCryptoError.check(status, .key, "EVP_PKEY_derive")
      let zeros = [UInt8](repeating: 0, count: secret.count)
      guard count == secret.count, !secret.withBytes({ isEqualInConstantTime($0, zeros.span) }) else {
        throw LibCryptoError(.key, "the shared secret is zero")
      }
      return secret
    }
  }
}
