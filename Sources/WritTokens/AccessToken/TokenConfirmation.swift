// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// The key or the certificate that a token is bound to (`cnf`, RFC 7800): only its holder may use the token.
///
/// Verifiers refuse a token with a confirmation unless they are given the proof: see ``TokenProof``.
public struct TokenConfirmation: Sendable, Hashable {
  /// `jkt`: the thumbprint of a public key with SHA-256, in base64url (RFC 9449, section 6.1).
  public var keyThumbprint: String?
  /// `x5t#S256`: that of a certificate (RFC 8705, section 3.1).
  public var certificateThumbprint: String?

  /// Bytes of the longest certificate that is looked at.
  public static let maximumCertificateBytes = 65536

  /// A confirmation by a key, a certificate, or both.
  public init(keyThumbprint: String? = nil, certificateThumbprint: String? = nil) {
    self.keyThumbprint = keyThumbprint
    self.certificateThumbprint = certificateThumbprint
  }

  /// The claim `cnf`, `nil` where there is none; one that is `null` counts as missing.
  ///
  /// - Throws: `TokenError` with the code `claim` when it is not an object, when a thumbprint is not SHA-256 in
  ///   base64url, or when it has neither: how its holder would be known then cannot be checked here.
  public init?(reading claims: ClaimsReader) throws(TokenError) {
    let document = claims.document
    guard let object = claims.token.registered.confirmation else { return nil }
    guard document.kind(of: object) == .object else {
      throw TokenError(.claim, "the claim \"cnf\" is not an object")
    }
    func thumbprint(_ name: String) throws(TokenError) -> String? {
      guard let index = document.member(name, of: object), document.kind(of: index) != .null else { return nil }
      guard let text = document.string(at: index), Self.isThumbprint(text) else {
        throw TokenError(.claim, "the claim \"cnf.\(name)\" is not a thumbprint with SHA-256")
      }
      return text
    }
    keyThumbprint = try thumbprint("jkt")
    certificateThumbprint = try thumbprint("x5t#S256")
    guard keyThumbprint != nil || certificateThumbprint != nil else {
      throw TokenError(.claim, "the claim \"cnf\" has neither \"jkt\" nor \"x5t#S256\"")
    }
  }

  /// Writes the claim `cnf`; without a thumbprint, or with an invalid one, issuing fails.
  public func write(to claims: inout ClaimsWriter) {
    let members = [("jkt", keyThumbprint), ("x5t#S256", certificateThumbprint)]
    guard members.contains(where: { $0.1 != nil }), members.allSatisfy({ $0.1.map(Self.isThumbprint) ?? true }) else {
      return claims.fail(TokenError(.claim, "the claim \"cnf\" has no thumbprint with SHA-256"))
    }
    guard claims.begin("cnf") else { return }
    claims.writer.beginObject()
    for (name, thumbprint) in members {
      guard let thumbprint else { continue }
      claims.writer.key(name)
      claims.writer.string(thumbprint)
    }
    claims.writer.endObject()
  }

  /// Checks that a token is used by the holder of a certificate (RFC 8705, section 3).
  ///
  /// - Parameter certificate: that with which the client authenticated itself in TLS, in DER. Nothing else of it is
  ///   looked at.
  /// - Throws: `TokenError` with the code `binding` when the token is not bound to it, `tooLarge`, `failure`.
  public func checkCertificate(_ certificate: Span<UInt8>) throws(TokenError) {
    let thumbprint = try Self.thumbprint(ofCertificate: certificate)
    guard let certificateThumbprint,
      isEqualInConstantTime(certificateThumbprint.utf8.span, thumbprint.utf8.span)
    else { throw TokenError(.binding, "a token is not bound to the certificate that it came with") }
  }

  /// SHA-256 of a certificate in DER, in base64url (RFC 8705, section 3.1).
  ///
  /// - Throws: `TokenError` with the codes `tooLarge` and `failure`.
  public static func thumbprint(ofCertificate certificate: Span<UInt8>) throws(TokenError) -> String {
    guard certificate.count <= maximumCertificateBytes else {
      throw TokenError(
        .tooLarge,
        "a certificate has \(certificate.count) bytes, expected at most \(maximumCertificateBytes)"
      )
    }
    return try TokenDigest.text(of: certificate)
  }

  private static func isThumbprint(_ text: String) -> Bool { Base64URL.decode(text.utf8.span)?.count == 32 }
}

/// SHA-256 as tokens write it.
enum TokenDigest {
  static func bytes(of bytes: Span<UInt8>) throws(TokenError) -> Digest {
    do throws(LibCryptoError) {
      return try HashFunction.sha256.digest(of: bytes)
    } catch {
      throw TokenError(error)
    }
  }

  /// In base64url.
  static func text(of bytes: Span<UInt8>) throws(TokenError) -> String {
    try self.bytes(of: bytes).withBytes { Base64URL.encode($0) }
  }

  /// Random bytes in base64url, to name a token: 128 bits.
  static func randomIdentifier() throws(TokenError) -> String {
    do throws(LibCryptoError) {
      let bytes = try Randomness.bytes(16)
      return Base64URL.encode(bytes.span)
    } catch {
      throw TokenError(error)
    }
  }
}
