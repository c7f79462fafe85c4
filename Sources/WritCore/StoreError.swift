// SPDX-License-Identifier: Apache-2.0

/// Why a store did not do what it was asked.
///
/// The message holds neither keys nor contents.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The store cannot be reached, or failed in a way of its own. What was asked may have been done.
    case storeUnavailable
    /// Others kept it busy for too long; nothing was changed.
    case busy
    /// There is no room; nothing was changed.
    case full
    /// It cannot be written to; nothing was changed.
    case readOnly
    /// What is stored is not what was written: damaged, or in a format that is not known.
    case corrupt
    /// A record that is larger than allowed.
    case tooLarge
    /// The task was cancelled. What was asked may have been done.
    case cancelled
    /// The store, or a limit, is asked for what it must not do.
    case configuration
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, in words.
  public let description: String

  /// An error of a store.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// An error of any store: what it says may hold what is stored, and is not shown.
  public init(of error: any Error) {
    switch error {
    case let error as StoreError: self = error
    case is CancellationError: self.init(.cancelled, "a task was cancelled while it waited for the store")
    default: self.init(.storeUnavailable, "the store failed with an error of type \(type(of: error))")
    }
  }
}
