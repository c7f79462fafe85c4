// SPDX-License-Identifier: Apache-2.0

/// The language that policies and schemas are written in.
public enum CedarLanguage {
  /// The version of Cedar whose language this is: all of it that is not experimental there, and variadic `isInRange`
  /// (RFC 99).
  public static let version = "4.15"
}
