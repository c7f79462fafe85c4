// SPDX-License-Identifier: Apache-2.0

public import WritTokens

// Foundation without ICU.
#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

// `localizedDescription` of Foundation is the error's own description; without these conformances it would be
// "The operation could not be completed".

extension TokenError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension KeyError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension KeyFetchError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}

extension OAuthError: LocalizedError {
  /// The description.
  public var errorDescription: String? { description }
}
