// SPDX-License-Identifier: Apache-2.0

/// A one-time password credential of an account, without its secret.
public struct OneTimeCredential: Sendable, Hashable {
  /// The name that it was enrolled by; `nil` for one that was stored before names were.
  public let name: String?
  /// The time at which it was enrolled or adopted, in Unix seconds; 0 when that was not stored.
  public let created: Int64
  /// Whether a first right code has come, so that it counts.
  public let isConfirmed: Bool
  /// The wrong codes since the last right one.
  public let failedAttempts: FailedAttempts
}
