// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Makes DPoP proofs (RFC 9449, section 4.2): what a client sends with a request to show that it holds a key.
///
///     let signer = try DPoPSigner(key: PrivateKey.generate(.es256))
///     let proof = try signer.proof(method: "GET", uri: "https://api.example/photos", accessToken: token)
public struct DPoPSigner: Sendable {
  /// The thumbprint of the key with SHA-256, which servers bind tokens to (`jkt`).
  public let thumbprint: String
  private let key: SigningKey
  private let clock: TokenClock
  /// The header in base64url and the dot after it.
  private let headerAndDot: [UInt8]

  /// - Parameters:
  ///   - key: it also says the algorithm; its public half goes into every proof.
  ///   - clock: where the time comes from.
  /// - Throws: `TokenError` with the code `configuration` when the key may not sign, `failure`.
  public init(key: PrivateKey, clock: TokenClock = .system) throws(TokenError) {
    var writer = JSONWriter()
    do throws(KeyError) {
      self.key = try SigningKey(key)
      thumbprint = try key.publicKey.thumbprint()
      writer.beginObject()
      writer.key("typ")
      writer.string(DPoPProof.type)
      writer.key("alg")
      writer.string(key.attributes.algorithm.rawValue)
      writer.key("jwk")
      try key.publicKey.writeBare(to: &writer)
      writer.endObject()
    } catch {
      throw TokenError(error.code == .failure ? .failure : .configuration, error.description)
    }
    self.clock = clock
    let header = writer.bytes
    headerAndDot = Array(Base64URL.encode(header.span).utf8) + [UInt8(ascii: ".")]
  }

  /// A proof for one request.
  ///
  /// - Parameters:
  ///   - method: that of the request.
  ///   - uri: that of the request; query and fragment are left out.
  ///   - accessToken: the token that the request brings.
  ///   - nonce: the one that the server sent last (`DPoP-Nonce`).
  /// - Throws: `TokenError` with the code `configuration` when the URI is no absolute one of `http` or `https`,
  ///   `tooLarge`, `failure`.
  public func proof(
    method: String,
    uri: String,
    accessToken: String? = nil,
    nonce: String? = nil
  ) throws(TokenError) -> String {
    guard let target = TargetURI(uri) else {
      throw TokenError(.configuration, "the URI of a proof is not an absolute http or https URI")
    }
    var claims = [("jti", try TokenDigest.randomIdentifier()), ("htm", method), ("htu", target.text)]
    if let accessToken { claims.append(("ath", try TokenDigest.text(of: accessToken.utf8.span))) }
    if let nonce { claims.append(("nonce", nonce)) }
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in claims {
      writer.key(name)
      writer.string(value)
    }
    writer.key("iat")
    writer.integer(clock.now)
    writer.endObject()
    let payload = writer.bytes
    let proof = try TokenWriter.write(headerAndDot: headerAndDot, payload.span, key)
    guard proof.utf8.count <= DPoPVerifier.maximumProofBytes else {
      throw TokenError(
        .tooLarge,
        "a proof has \(proof.utf8.count) bytes, expected at most \(DPoPVerifier.maximumProofBytes)"
      )
    }
    return proof
  }
}
