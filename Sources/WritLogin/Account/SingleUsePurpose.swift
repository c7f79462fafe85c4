// SPDX-License-Identifier: Apache-2.0

/// The purpose of a token of ``SingleUseTokens``: it is accepted for this purpose alone.
///
/// An application adds its own, each with a kind of record that is used for nothing else:
///
///     extension SingleUsePurpose {
///       static let invitation = SingleUsePurpose(kind: RecordKind(32_768), lifetime: 7 * 86_400)
///     }
public struct SingleUsePurpose: Sendable, Hashable {
  /// Setting a password without the old one.
  public static let passwordReset = SingleUsePurpose(.passwordReset, SingleUseTokenRules.lifetime, .resetMessage)
  /// Proving that the account's owner receives what is sent to an address.
  public static let verification = SingleUsePurpose(.verification, SingleUseTokenRules.lifetime, .verificationMessage)

  /// The lifetimes that a purpose can have, in seconds: a minute to 30 days.
  public static let lifetimes: ClosedRange<Int64> = 60...30 * 86_400

  /// The kind of the records that hold the hashes of its tokens.
  public let kind: RecordKind
  /// Seconds for which a token is accepted.
  public let lifetime: Int64
  let message: LoginLimits.Purpose

  private init(_ kind: RecordKind, _ lifetime: Int64, _ message: LoginLimits.Purpose) {
    self.kind = kind
    self.lifetime = lifetime
    self.message = message
  }

  /// A purpose of an application: a login by link, an invitation, a change of mail address.
  ///
  /// - Parameters:
  ///   - kind: a kind of the application's own, of ``RecordKind/applicationNumbers``; with another one, tokens are
  ///     refused with the code `configuration`.
  ///   - lifetime: seconds for which a token is accepted, one of ``lifetimes``; half an hour unless given.
  public init(kind: RecordKind, lifetime: Int64 = 1800) {
    self.init(kind, lifetime, .applicationMessage)
  }

  /// - Throws: ``LoginError`` with the code `configuration` when the kind or the lifetime cannot be used.
  func check() throws(LoginError) {
    guard message != .applicationMessage || RecordKind.applicationNumbers.contains(kind.number) else {
      throw LoginError(
        .configuration,
        "the purpose of a token has the record kind \(kind.number), expected \(RecordKind.applicationNumbers.lowerBound) or more"
      )
    }
    guard Self.lifetimes.contains(lifetime) else {
      let expected = "\(Self.lifetimes.lowerBound) to \(Self.lifetimes.upperBound)"
      throw LoginError(.configuration, "tokens of \(lifetime) seconds were asked for, expected \(expected)")
    }
  }
}
