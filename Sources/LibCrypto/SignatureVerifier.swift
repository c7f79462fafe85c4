// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// Verifies signatures of one key in one way, by any number of threads at once.
package final class SignatureVerifier: Sendable {
  package let scheme: SignatureScheme
  /// Bytes of every signature of this key.
  package let signatureCount: Int
  private let context: SignatureContext

  package init(_ key: PublicKeyHandle, _ scheme: SignatureScheme) throws(LibCryptoError) {
    self.scheme = scheme
    signatureCount = try key.key.signatureCount(scheme, key.kind)
    context = try SignatureContext(key.key, scheme, isSigning: false)
  }

  /// Whether this is a signature of the message; one of another length than the key's is none.
  ///
  /// - Throws: only when libcrypto could not even look.
  package func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) throws(LibCryptoError) -> Bool {
    guard signature.count == signatureCount else { return false }
    guard let hash = scheme.hash else { return try context.verify(signature, for: message) }
    let digest = try hash.digest(of: message)
    return try digest.withBytes { (digest) throws(LibCryptoError) in
      guard case .ecdsa = scheme else { return try context.verify(signature, for: digest) }
      var der = InlineArray<160, UInt8>(repeating: 0)
      let count = ECDSASignature.writeDER(signature, into: &der)
      guard count > 0 else { return false }
      return try context.verify(der.span.extracting(first: count), for: digest)
    }
  }
}

/// Signs with one key in one way, by any number of threads at once.
package final class SignatureSigner: Sendable {
  package let scheme: SignatureScheme
  /// Bytes of every signature of this key.
  package let signatureCount: Int
  private let context: SignatureContext
  private let kind: KeyKind

  package init(_ key: PrivateKeyHandle, _ scheme: SignatureScheme) throws(LibCryptoError) {
    self.scheme = scheme
    kind = key.kind
    signatureCount = try key.key.signatureCount(scheme, key.kind)
    context = try SignatureContext(key.key, scheme, isSigning: true)
  }

  package func sign(_ message: Span<UInt8>) throws(LibCryptoError) -> [UInt8] {
    let signature: [UInt8]
    if let hash = scheme.hash {
      let digest = try hash.digest(of: message)
      signature = try digest.withBytes { (digest) throws(LibCryptoError) in
        guard case .ecdsa = scheme, case .curve(let curve) = kind else {
          return try context.sign(digest, maximumCount: signatureCount)
        }
        let der = try context.sign(digest, maximumCount: ECDSASignature.maximumDERCount)
        return ECDSASignature.raw(der.span, curve: curve) ?? []
      }
    } else {
      signature = try context.sign(message, maximumCount: signatureCount)
    }
    guard signature.count == signatureCount else {
      throw LibCryptoError(.failure, "a signature has \(signature.count) bytes, expected \(signatureCount)")
    }
    return signature
  }
}

extension KeyHandle {
  /// Bytes of a signature; refuses a scheme that is not for this type of key.
  fileprivate func signatureCount(_ scheme: SignatureScheme, _ kind: KeyKind) throws(LibCryptoError) -> Int {
    guard scheme.suits(kind) else { throw LibCryptoError(.parameter, "a key of this type does not sign so") }
    switch kind {
    case .rsa: return Int(unsafe EVP_PKEY_get_size(pointer))
    case .curve(let curve): return curve.signatureCount ?? 0
    }
  }
}
