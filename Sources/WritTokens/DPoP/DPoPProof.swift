// SPDX-License-Identifier: Apache-2.0

/// A proof that a client holds a private key, verified (RFC 9449); only a ``DPoPVerifier`` makes one.
///
/// It says who may use a token, not who the client is.
public struct DPoPProof: Sendable {
  /// `jti`: the proof's own name.
  public let identifier: String
  /// `iat`: the time at which the proof was made.
  public let issuedAt: NumericDate
  /// The client's public key.
  public let key: PublicKey
  /// The key's thumbprint with SHA-256 (`jkt`).
  public let thumbprint: String

  /// `typ` of a proof.
  static let type = "dpop+jwt"

  /// The confirmation that binds a token to the key, for the claims of a token that is issued.
  public var confirmation: TokenConfirmation { TokenConfirmation(keyThumbprint: thumbprint) }
}
