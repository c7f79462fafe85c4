// SPDX-License-Identifier: Apache-2.0

/// The purpose of keys derived from a secret; keys of one purpose reveal nothing about those of another.
public enum SecretPurpose: String, Sendable, Hashable, CaseIterable {
  /// Mixed into passwords before they are hashed.
  case pepper
  /// Secrets of one-time passwords at rest.
  case oneTimeSecret = "one-time-secret"
  /// Short codes at rest: recovery codes, codes sent by message or mail.
  case code
  /// Tokens against forged requests.
  case csrf
  /// Successors of refresh tokens, for the time in which they may be asked for again.
  case refreshSuccessor = "refresh-successor"
  /// Cookies of devices that have logged in before.
  case device
  /// Data that an application seals for itself.
  case application

  /// Returns the label for HKDF: the use of the key, and the purpose.
  func label(_ use: StaticString) -> [UInt8] { Array("writ 1 \(use) \(rawValue)".utf8) }
}
