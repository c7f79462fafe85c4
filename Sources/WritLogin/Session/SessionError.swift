// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// Why there is no answer about a session, or it cannot be changed.
///
/// That a request has none is no error. The message never holds an identifier of a session, a token, nor what a session keeps.
public struct SessionError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The cookies of a request are not to be trusted, or one cannot be written.
    case cookie
    /// The request is not shown to come from a page of one's own.
    case forgery
    /// The session was ended or rotated by another before it could be changed, or its account was revoked since the epoch given.
    case ended
    /// The data of the session was changed by another since it was read; the session is alive.
    case conflict
    /// Too many sessions began from one address: none does until ``SessionError/retryAfter`` has passed.
    case waiting
    /// Too much was to be kept in a session, or a name is too long.
    case tooLarge
    /// The store cannot say: the request must be refused, not taken for one without a session.
    case storeUnavailable
    /// The store has no room for more sessions.
    case full
    /// What is stored is no session: damaged, or of a format that is not known.
    case corrupt
    /// The task was cancelled.
    case cancelled
    /// What is asked for must not be done: limits that are too long, names that are none.
    case configuration
    /// libcrypto failed.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, naming the part.
  public let description: String
  /// Seconds after which to try again, with the code `waiting`.
  public let retryAfter: Int64?

  init(_ code: Code, _ description: String, retryAfter: Int64? = nil) {
    self.code = code
    self.description = description
    self.retryAfter = retryAfter
  }

  init(_ error: LibCryptoError) {
    self.init(.failure, error.description)
  }
}
