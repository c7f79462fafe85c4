// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// 256 random bits that only the servers of an application know, and their identifier.
///
/// It never prints its bytes, and wipes them when the last copy is gone.
public struct ApplicationSecret: Sendable, CustomStringConvertible, CustomReflectable {
  /// Bytes of a secret.
  public static let byteCount = 32
  /// The longest identifier.
  public static let maximumIdentifierBytes = 32

  /// The name of the secret in everything sealed under it; it is not secret itself.
  public let identifier: String
  let bytes: SecretBytes

  /// - Parameters:
  ///   - bytes: 32 random ones, which the caller may wipe afterwards.
  ///   - identifier: 1 to ``maximumIdentifierBytes`` of the characters A-Z, a-z, 0-9, `-`, `_` and `.`.
  /// - Throws: ``SecretError`` with the codes `malformed` for the identifier, `weak` for the bytes.
  public init(_ bytes: Span<UInt8>, identifier: String) throws(SecretError) {
    try self.init(SecretBytes(copying: bytes), identifier: identifier)
  }

  init(_ bytes: SecretBytes, identifier: String) throws(SecretError) {
    guard 1...Self.maximumIdentifierBytes ~= identifier.utf8.count, identifier.utf8.allSatisfy(Self.isAllowed) else {
      throw SecretError(
        .malformed,
        "the identifier of a secret is empty, too long, or not of the characters A-Za-z0-9-_."
      )
    }
    guard bytes.count == Self.byteCount else {
      throw SecretError(.weak, "a secret has \(bytes.count) bytes, expected \(Self.byteCount)")
    }
    let isConstant = bytes.withBytes { bytes in bytes.indices.allSatisfy { bytes[$0] == bytes[0] } }
    guard !isConstant else { throw SecretError(.weak, "all bytes of a secret are equal") }
    self.bytes = bytes
    self.identifier = identifier
  }

  /// A new random secret.
  ///
  /// - Throws: ``SecretError`` with the codes `malformed` for the identifier, `failure` when libcrypto has no
  ///   randomness.
  public static func generate(identifier: String) throws(SecretError) -> ApplicationSecret {
    let bytes = try SecretError.catching { () throws(LibCryptoError) in try Randomness.secretBytes(byteCount) }
    return try ApplicationSecret(bytes, identifier: identifier)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// The line of a file of secrets, for who makes one: what must stay secret is in it.
  package var line: String {
    bytes.withBytes { "\(identifier) \(Base64URL.encode($0))\n" }
  }

  /// The identifier; never the bytes.
  public var description: String { "secret \(identifier)" }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretError {
  /// Runs what may fail in libcrypto, and says what that means for a secret.
  static func catching<Result>(_ body: () throws(LibCryptoError) -> Result) throws(SecretError) -> Result {
    do throws(LibCryptoError) {
      return try body()
    } catch {
      throw SecretError(error)
    }
  }
}
