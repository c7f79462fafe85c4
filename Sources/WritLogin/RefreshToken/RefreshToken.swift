// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A refresh token as its client has it: 32 random bytes that all tokens of a family begin with, and 32 of its own.
///
/// Both are secret: a client that shows the first half has, or had, a token of the family.
struct RefreshToken: Sendable {
  /// Bytes of each half.
  static let halfCount = 32
  /// Characters of the text.
  static let textCount = 86

  private let bytes: SecretBytes

  private init(bytes: SecretBytes) {
    self.bytes = bytes
  }

  /// The first token of a new family.
  static func first() throws(RefreshTokenError) -> RefreshToken {
    try RefreshTokenError.catching { () throws(LibCryptoError) in
      RefreshToken(bytes: try Randomness.secretBytes(2 * halfCount))
    }
  }

  /// - Returns: `nil` for a text that no token has.
  init?(_ text: String) {
    guard text.utf8.count == Self.textCount, let bytes = Base64URL.decodeSecret(text.utf8.span),
      bytes.count == 2 * Self.halfCount
    else { return nil }
    self.bytes = bytes
  }

  /// The token of the same family with this second half.
  init(_ secret: SecretBytes, after token: RefreshToken) {
    bytes = SecretBytes(count: 2 * Self.halfCount) { span in
      token.withFamily { for index in $0.indices { span[index] = $0[index] } }
      secret.withBytes { for index in $0.indices { span[Self.halfCount + index] = $0[index] } }
    }
  }

  /// 86 characters of base64url.
  var text: String { bytes.withBytes { Base64URL.encode($0) } }

  /// The key of the family's record: the hash of the first half.
  func family() throws(RefreshTokenError) -> RecordKey {
    do throws(StoreError) {
      return try withFamily { (half) throws(StoreError) in RecordKey(.refreshFamily, try RecordID(hashing: half)) }
    } catch {
      throw RefreshTokenError(error)
    }
  }

  /// Returns the hash of the whole token, which is all that the store has of it.
  func digest() throws(RefreshTokenError) -> [UInt8] {
    try RefreshTokenError.catching { () throws(LibCryptoError) in
      try bytes.withBytes { (bytes) throws(LibCryptoError) in try HashFunction.sha256.digest(of: bytes).bytes }
    }
  }

  func withBytes<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
    try bytes.withBytes(body)
  }

  private func withFamily<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(first: Self.halfCount)) }
  }
}
