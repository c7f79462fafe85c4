// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A key made ready to verify signatures in its one way, by any number of threads at once.
///
/// Making it takes microseconds, verifying with it much less: keep it.
public final class VerificationKey: Sendable {
  private enum Method {
    case authentication(MessageAuthenticationKey)
    case signature(SignatureVerifier)
  }

  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  /// The type of the key.
  public let type: KeyType
  private let method: Method
  /// Bytes of every signature of this key.
  let signatureCount: Int

  /// A key of HMAC.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include verifying.
  public init(_ key: SymmetricKey) throws(KeyError) {
    guard case .hmac(let hash) = key.attributes.algorithm.signature?.computation,
      key.attributes.operations.contains(.verify)
    else {
      throw KeyError(.notPermitted, "a key for \(key.attributes.algorithm) may not verify")
    }
    attributes = key.attributes
    type = .symmetric
    signatureCount = hash.digestCount
    method = .authentication(
      try KeyError.catching { () throws(LibCryptoError) in
        try key.bytes.withBytes { (bytes) throws(LibCryptoError) in try MessageAuthenticationKey(bytes, hash: hash) }
      }
    )
  }

  /// A public key.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include verifying.
  public init(_ key: PublicKey) throws(KeyError) {
    guard case .keyPair(let scheme) = key.attributes.algorithm.signature?.computation,
      key.attributes.operations.contains(.verify)
    else {
      throw KeyError(.notPermitted, "a key for \(key.attributes.algorithm) may not verify")
    }
    attributes = key.attributes
    type = key.type
    let verifier = try KeyError.catching { () throws(LibCryptoError) in try SignatureVerifier(key.handle, scheme) }
    signatureCount = verifier.signatureCount
    method = .signature(verifier)
  }

  /// Whether this is the signature of the bytes.
  @inline(__always)
  func isValid(_ signature: Span<UInt8>, for message: Span<UInt8>) throws(TokenError) -> Bool {
    do throws(LibCryptoError) {
      switch method {
      case .authentication(let key): return try key.isValid(signature, for: message)
      case .signature(let verifier): return try verifier.isValid(signature, for: message)
      }
    } catch {
      throw TokenError(error)
    }
  }
}
