// SPDX-License-Identifier: Apache-2.0

/// Revokes an account's sessions and tokens, for example after a password change: ``Sessions``, ``RefreshTokens`` or an
/// application's own.
public protocol AccountRevoking: Sendable {
  /// Ends all of an account that there is when the call begins.
  ///
  /// - Returns: how much was ended.
  @discardableResult
  func revokeAll(of account: String) async throws -> Int

  /// The same, but for what belongs to the session in which it was asked for; where nothing does, everything ends.
  @discardableResult
  func revokeAll(of account: String, except session: Session?) async throws -> Int

  /// Lets nothing of an account that there is when the call begins be renewed, by one write and without removing
  /// anything.
  ///
  /// Called before a new password is stored, with ``revokeAll(of:except:)`` after it: a process that dies in between
  /// leaves no earlier session or token alive for long. Does nothing unless implemented.
  func outdateAll(of account: String, except session: Session?) async throws
}

extension AccountRevoking {
  /// Ends all of an account, whatever the session.
  @discardableResult
  public func revokeAll(of account: String, except session: Session?) async throws -> Int {
    try await revokeAll(of: account)
  }

  /// Nothing.
  public func outdateAll(of account: String, except session: Session?) async throws {}
}

extension Sessions: AccountRevoking {}
extension RefreshTokens: AccountRevoking {}
