// SPDX-License-Identifier: Apache-2.0

/// The lifetimes of families of refresh tokens, and the window in which a used token gives the same successor again.
public struct RefreshTokenRules: Sendable, Hashable {
  /// The windows that can be asked for.
  public static let windows = Duration.zero...Duration.seconds(60)
  /// The idle limits that can be asked for.
  public static let idleLimits = Duration.seconds(60)...Duration.seconds(90 * 86_400)
  /// The absolute limits that can be asked for.
  public static let absoluteLimits = Duration.seconds(60)...Duration.seconds(365 * 86_400)
  /// Seconds of the longest limit.
  static let longestSeconds = absoluteLimits.upperBound.components.seconds
  /// Families of one account: one more ends the one whose token was used longest ago.
  public static let maximumPerAccount = 100
  /// Bytes of an account.
  public static let maximumAccountBytes = AccountName.maximumBytes
  /// Bytes of a client's identifier.
  public static let maximumClientBytes = 255
  /// Bytes of all scopes, with a space between them.
  public static let maximumScopeBytes = 2048
  /// Tokens that are remembered as used within the window: the one before the last of these counts as stolen when it is
  /// used again.
  public static let maximumRecent = 8

  let window: Int64
  let idle: Int64
  let absolute: Int64

  /// - Parameters:
  ///   - window: for how long after a token was used it gives the same successor again, to a client that did not get
  ///     the answer or asked twice; none makes each answer that is lost a theft.
  ///   - idle: how long after the last rotation a family ends.
  ///   - absolute: how long after its beginning it ends, whatever happens (OWASP ASVS 5.0, 10.4.8).
  /// - Throws: ``RefreshTokenError`` with the code `configuration` when a limit is outside its bounds.
  public init(
    window: Duration = .seconds(10),
    idle: Duration = .seconds(14 * 86_400),
    absolute: Duration = .seconds(30 * 86_400)
  ) throws(RefreshTokenError) {
    guard Self.windows.contains(window), Self.idleLimits.contains(idle), Self.absoluteLimits.contains(absolute),
      idle <= absolute
    else { throw RefreshTokenError(.configuration, "a limit of refresh tokens is too short or too long") }
    self.window = window.components.seconds
    self.idle = idle.components.seconds
    self.absolute = absolute.components.seconds
  }
}
