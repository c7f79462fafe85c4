// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A key made ready to sign in its one way, by any number of threads at once.
public struct SigningKey: Sendable, CustomStringConvertible {
  private enum Method {
    case authentication(MessageAuthenticationKey)
    case signature(SignatureSigner)
  }

  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  private let method: Method
  /// Bytes of every signature of this key.
  let signatureCount: Int

  /// A key of HMAC.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include signing.
  public init(_ key: SymmetricKey) throws(KeyError) {
    guard case .hmac(let hash) = key.attributes.algorithm.signature?.computation,
      key.attributes.operations.contains(.sign)
    else {
      throw KeyError(.notPermitted, "a key for \(key.attributes.algorithm) may not sign")
    }
    attributes = key.attributes
    signatureCount = hash.digestCount
    method = .authentication(
      try KeyError.catching { () throws(LibCryptoError) in
        try key.bytes.withBytes { (bytes) throws(LibCryptoError) in try MessageAuthenticationKey(bytes, hash: hash) }
      }
    )
  }

  /// A key pair.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include signing.
  public init(_ key: PrivateKey) throws(KeyError) {
    guard case .keyPair(let scheme) = key.attributes.algorithm.signature?.computation,
      key.attributes.operations.contains(.sign)
    else {
      throw KeyError(.notPermitted, "a key for \(key.attributes.algorithm) may not sign")
    }
    attributes = key.attributes
    let signer = try KeyError.catching { () throws(LibCryptoError) in try SignatureSigner(key.handle, scheme) }
    signatureCount = signer.signatureCount
    method = .signature(signer)
  }

  /// Algorithm; never the key.
  public var description: String { "signing key for \(attributes.algorithm)" }

  /// Hands the signature of the bytes to a closure.
  @inline(__always)
  func sign<Result>(_ message: Span<UInt8>, _ body: (Span<UInt8>) -> Result) throws(TokenError) -> Result {
    do throws(LibCryptoError) {
      switch method {
      case .authentication(let key): return try key.code(of: message).withBytes(body)
      case .signature(let signer):
        let signature = try signer.sign(message)
        return body(signature.span)
      }
    } catch {
      throw TokenError(error)
    }
  }
}
