// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Nonces that a server asks proofs for (RFC 9449, sections 8 and 9), so that proofs cannot be made ahead of time.
///
/// A nonce is the time it was made and a code of it: nothing is stored, and servers that share the key take each
/// other's. Send ``nonce()`` as `DPoP-Nonce` with an error `use_dpop_nonce` when a proof is refused with the code
/// `nonce`, and with other responses before the last one has become too old.
public struct DPoPNonces: Sendable {
  /// The longest time that a nonce is taken for.
  public static let maximumLifetime = Duration.seconds(3600)

  private let key: MessageAuthenticationKey
  private let lifetime: Int64
  private let clock: TokenClock

  /// - Parameters:
  ///   - key: of HMAC, for nothing else, shared by the servers that take each other's nonces; a random one unless
  ///     given.
  ///   - lifetime: how long a nonce is taken, a second to ``maximumLifetime``.
  ///   - clock: where the time comes from.
  /// - Throws: `TokenError` with the code `configuration` when the lifetime is out of range or the key is none of
  ///   HS256, `failure`.
  public init(
    key: SymmetricKey? = nil,
    lifetime: Duration = .seconds(300),
    clock: TokenClock = .system
  ) throws(TokenError) {
    guard lifetime >= .seconds(1), lifetime <= Self.maximumLifetime else {
      throw TokenError(.configuration, "a nonce was to live \(lifetime), expected a second to an hour")
    }
    guard key == nil || key?.attributes.algorithm == .hs256 else {
      throw TokenError(.configuration, "the key for nonces is not for HS256")
    }
    self.lifetime = lifetime.components.seconds
    self.clock = clock
    do throws(LibCryptoError) {
      let bytes = if let key { key.bytes } else { try Randomness.secretBytes(32) }
      self.key = try bytes.withBytes { (bytes) throws(LibCryptoError) in
        try MessageAuthenticationKey(bytes, hash: .sha256)
      }
    } catch {
      throw TokenError(error)
    }
  }

  /// A nonce that is taken from now on.
  ///
  /// - Throws: `TokenError` with the code `failure`.
  public func nonce() throws(TokenError) -> String { try text(clock.now) }

  /// Whether this is a nonce that was made lately, here or by a server with the same key.
  func isValid(_ nonce: String) throws(TokenError) -> Bool {
    guard nonce.utf8.count == Base64URL.encodedCount(24), let bytes = Base64URL.decode(nonce.utf8.span) else {
      return false
    }
    // INVARIANT: there are 24 bytes.
    let time = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard time <= UInt64(NumericDate.last) else { return false }
    guard isEqualInConstantTime(try text(Int64(time)).utf8.span, nonce.utf8.span) else { return false }
    let now = clock.now
    // One from the future is of a server whose clock is ahead: for as long as one from the past.
    return abs(now - Int64(time)) <= lifetime
  }

  /// The time in 8 bytes, and 16 of its code.
  private func text(_ time: Int64) throws(TokenError) -> String {
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * Int64($0))) }
    do throws(LibCryptoError) {
      // Not to be taken for the code of anything else.
      let code = try key.code(of: (Array("DPoP-Nonce".utf8) + bytes).span)
      bytes += code.bytes.prefix(16)
    } catch {
      throw TokenError(error)
    }
    return Base64URL.encode(bytes.span)
  }
}
