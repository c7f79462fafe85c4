// SPDX-License-Identifier: Apache-2.0

public import WritLogin

// Foundation without ICU.
#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

// `localizedDescription` of Foundation is the error's own description; without these conformances it would be
// "The operation could not be completed".

extension StoreError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension SecretError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension PasswordError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension LoginError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension OneTimePasswordError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension SessionError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension RefreshTokenError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension DeploymentError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}
