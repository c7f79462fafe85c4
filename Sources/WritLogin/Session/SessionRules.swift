// SPDX-License-Identifier: Apache-2.0

/// The lifetimes and sizes of sessions.
public struct SessionRules: Sendable, Hashable {
  /// The idle limit that can be asked for.
  public static let idleLimits = Duration.seconds(60)...Duration.seconds(86_400)
  /// The absolute limit that can be asked for.
  public static let absoluteLimits = Duration.seconds(60)...Duration.seconds(7 * 86_400)
  /// The limit of remembered sessions that can be asked for.
  public static let rememberedLimits = Duration.seconds(60)...Duration.seconds(longestSeconds)
  /// Sessions of one account: one more ends the one that was seen longest ago.
  public static let maximumPerAccount = 100
  /// Bytes of an account.
  public static let maximumAccountBytes = AccountName.maximumBytes
  /// Bytes of a label.
  public static let maximumLabelBytes = 256
  /// Bytes of what an application keeps in a session.
  public static let maximumDataBytes = 4096
  /// The longest time between two renewals of a session that is used, and so between two looks at the epoch of its
  /// account: where a revocation of all has written the epoch and could not remove the sessions, none of them is taken
  /// for longer.
  ///
  /// A tenth of the idle limit where that is shorter.
  public static let renewalInterval = Duration.seconds(renewalSeconds)
  /// Factors that a session remembers.
  public static let maximumFactors = 8

  /// Seconds of the longest limit.
  static let longestSeconds: UInt32 = 30 * 86_400
  /// Seconds of ``renewalInterval``.
  static let renewalSeconds: Int64 = 60

  let idle: Int64
  let absolute: Int64
  let remembered: Int64

  /// - Parameters:
  ///   - idle: how long after the last request a session ends.
  ///   - absolute: how long after its beginning it ends, whatever happens.
  ///   - remembered: the same for sessions that were asked to be remembered, in place of both.
  /// - Throws: ``SessionError`` with the code `configuration` when a limit is outside its bounds.
  public init(
    idle: Duration = .seconds(1800),
    absolute: Duration = .seconds(43_200),
    remembered: Duration = .seconds(30 * 86_400)
  ) throws(SessionError) {
    guard Self.idleLimits.contains(idle), Self.absoluteLimits.contains(absolute), idle <= absolute,
      Self.rememberedLimits.contains(remembered)
    else { throw SessionError(.configuration, "a limit of sessions is too short or too long") }
    self.idle = idle.components.seconds
    self.absolute = absolute.components.seconds
    self.remembered = remembered.components.seconds
  }
}
