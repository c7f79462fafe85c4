// SPDX-License-Identifier: Apache-2.0

/// The name of a session, which may be shown and logged: the SHA-256 of its identifier, which nobody can come back from.
public struct SessionHandle: Sendable, Hashable, CustomStringConvertible {
  let id: RecordID

  init(_ id: RecordID) {
    self.id = id
  }

  /// - Parameter text: what ``description`` was.
  public init?(_ text: String) {
    guard text.utf8.count == 43, let bytes = Base64URL.decode(text.utf8.span), let id = RecordID(bytes.span) else {
      return nil
    }
    self.id = id
  }

  /// 43 characters of base64url.
  public var description: String {
    let bytes = id.bytes
    return Base64URL.encode(bytes.span)
  }
}
