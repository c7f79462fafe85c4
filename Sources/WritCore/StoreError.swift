// SPDX-License-Identifier: Apache-2.0

/// An error of a store.
///
/// The message holds neither keys nor contents.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The store cannot be reached, or failed in a way of its own; the call may have taken effect.
    public static let storeUnavailable = Code(.storeUnavailable)
    /// Others kept it busy for too long; nothing was changed.
    public static let busy = Code(.busy)
    /// A record was modified concurrently more often than the caller tries again; nothing was changed.
    public static let conflict = Code(.conflict)
    /// There is no room; nothing was changed.
    public static let full = Code(.full)
    /// It cannot be written to; nothing was changed.
    public static let readOnly = Code(.readOnly)
    /// A stored record is damaged, or in a format that is not known.
    public static let corrupt = Code(.corrupt)
    /// A record that is larger than allowed.
    public static let tooLarge = Code(.tooLarge)
    /// The task was cancelled; the call may have taken effect.
    public static let cancelled = Code(.cancelled)
    /// The store, or a limit, is asked for what it must not do.
    public static let configuration = Code(.configuration)
    /// libcrypto failed.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case storeUnavailable, busy, conflict, full, readOnly, corrupt, tooLarge, cancelled, configuration, failure
    }

    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message.
  public let description: String
  /// The error that led to this one, where there is one.
  ///
  /// Its own description is not part of ``description``, as it may hold addresses or stored data.
  public let underlyingError: (any Error)?

  /// An error of a store.
  public init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  /// An error of any store: what it says may hold what is stored, and is not shown.
  public init(of error: any Error) {
    switch error {
    case let error as StoreError: self = error
    case is CancellationError:
      self.init(.cancelled, "a task was cancelled while it waited for the store", underlyingError: error)
    default:
      let message = "the store failed with an error of type \(type(of: error)): see underlyingError"
      self.init(.storeUnavailable, message, underlyingError: error)
    }
  }
}
