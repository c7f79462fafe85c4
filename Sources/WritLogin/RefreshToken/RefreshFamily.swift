// SPDX-License-Identifier: Apache-2.0

/// The tokens that came one from another, as they were when they were read: a line in a list of signed-in applications.
///
/// No token is in it.
public struct RefreshFamily: Sendable, CustomStringConvertible, CustomReflectable {
  let record: Record
  let fields: RefreshFamilyFields
  /// The time at which the session that it hangs on expires.
  var sessionExpires: Int64?

  init(_ record: Record) throws(RefreshTokenError) {
    self.record = record
    fields = try RefreshFamilyFields(record.content)
  }

  /// Its name, which may be shown.
  public var handle: RefreshFamilyHandle { RefreshFamilyHandle(record.key.id) }
  /// The name of the account.
  public var account: String { String(decoding: fields.account, as: UTF8.self) }
  /// The client that it was issued to.
  public var client: String { String(decoding: fields.client, as: UTF8.self) }
  /// The scopes that were granted.
  public var scopes: [String] { Scopes(fields.scopes).texts }
  /// The session that it hangs on; `nil` when it stands alone.
  public var session: SessionHandle? { fields.session }
  /// The time the session began, in Unix seconds.
  public var created: Int64 { fields.created }
  /// When a token of it was used last, in seconds since 1970.
  public var rotated: Int64 { fields.rotated }
  /// The Unix time at which the family ends if none of its tokens is used: no later than the session that it hangs on,
  /// if there is no request of that either.
  public var expires: Int64 { min(fields.end, sessionExpires ?? fields.end) }

  /// The handle; neither the account nor the client.
  public var description: String { "refresh family \(handle)" }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The name of a family of refresh tokens, which may be shown and logged: a SHA-256, which cannot be reversed.
public struct RefreshFamilyHandle: Sendable, Hashable, CustomStringConvertible {
  let id: RecordID

  init(_ id: RecordID) {
    self.id = id
  }

  /// - Parameter text: what ``description`` was.
  public init?(_ text: String) {
    guard let bytes = Base64URL.decode32(text.utf8.span), let id = RecordID(bytes.span) else {
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

/// A refresh token that was just issued, and what an access token may be issued for with it.
public struct RefreshGrant: Sendable, CustomStringConvertible, CustomReflectable {
  /// The token, 86 characters that only its client must see.
  public let token: String
  /// Its family.
  public let family: RefreshFamily
  /// The Unix time until which the token can be used, if it is not used before: ``RefreshFamily/expires``.
  public var expires: Int64 { family.expires }
  /// The scopes of the access token: all scopes of the family, or those of them that were asked for.
  public let scopes: [String]

  /// The handle of the family; never the token.
  public var description: String { family.description }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
