// SPDX-License-Identifier: Apache-2.0

/// A verified signature over bytes of any kind, in the compact serialization (RFC 7515).
///
/// For claims take ``TokenVerifier``, which also looks at who issued them, for whom, and until when.
public struct JSONWebSignature: Sendable {
  /// The signed bytes.
  public let payload: [UInt8]
  /// `typ` of the header.
  public let type: String?
  /// The attributes of the key that verified the signature.
  public let key: KeyAttributes

  /// Verifies a token.
  ///
  /// - Parameters:
  ///   - token: at most ``TokenVerifier/maximumTokenBytes``.
  ///   - keys: one of them must have signed; the token's header can do no more than select among them.
  /// - Throws: `TokenError` with the codes `malformed`, `tooLarge`, `header`, `algorithm`, `keyUnknown`, `signature`,
  ///   `failure`.
  public init(verifying token: String, keys: VerificationKeys) throws(TokenError) {
    let bytes = token.utf8.span
    let parts = try CompactToken(bytes)
    let header = try JOSEHeader(bytes.extracting(parts.header))
    let index = try keys.verify(parts, header, bytes)
    guard let payload = Base64URL.decode(bytes.extracting(parts.payload)) else {
      throw .notBase64URL("token's payload", bytes.extracting(parts.payload), at: parts.payload.lowerBound)
    }
    self.payload = payload
    type = header.type
    key = keys.keys[index].attributes
  }

  /// Signs bytes of any kind.
  ///
  /// - Parameters:
  ///   - payload: so short that the token is no longer than ``TokenVerifier/maximumTokenBytes``.
  ///   - key: it also says the algorithm and the `kid` of the header.
  ///   - type: `typ` of the header.
  /// - Throws: `TokenError` with the codes `tooLarge` and `failure`.
  public static func sign(
    _ payload: Span<UInt8>,
    with key: SigningKey,
    type: String? = nil
  ) throws(TokenError) -> String {
    let header = JOSEHeader.text(
      algorithm: key.attributes.algorithm,
      type: type,
      keyIdentifier: key.attributes.identifier
    )
    // Before sizes are added up: the token is longer than its payload.
    try CompactToken.checkSize(payload.count)
    return try TokenWriter.write(headerAndDot: Array((header + ".").utf8), payload, key)
  }
}
