// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The name of a session, which may be shown and logged: the SHA-256 of its identifier, which nobody can come back from.
public struct SessionHandle: Sendable, Hashable, CustomStringConvertible {
  /// 32 bytes.
  let bytes: [UInt8]

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// - Parameter text: what ``description`` was.
  public init?(_ text: String) {
    guard text.utf8.count == 43, let bytes = Base64URL.decode(text.utf8.span) else { return nil }
    self.bytes = bytes
  }

  /// 43 characters of base64url.
  public var description: String { Base64URL.encode(bytes.span) }
}
