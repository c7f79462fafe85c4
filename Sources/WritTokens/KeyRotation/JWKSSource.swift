// SPDX-License-Identifier: Apache-2.0

/// Where a ``RemoteKeySet`` fetches the keys of an issuer: ``FileJWKSSource``, `HTTPSJWKSSource` of the module `WritRemoteKeys`, or
/// one's own.
public protocol JWKSSource: Sendable {
  /// Fetches the set as it is now.
  ///
  /// It is called by one task at a time, and not again until it has ended: it should end when its task is cancelled, which
  /// happens when ``RemoteKeySet/Settings/deadline`` has passed. It must not block the thread it is called on.
  ///
  /// - Throws: ``KeyFetchError``, or any error; of others nothing but the type is shown.
  func fetch() async throws -> JWKSAnswer
}

/// A key set as a source has it.
public struct JWKSAnswer: Sendable {
  /// The JSON text, at most ``JSONWebKeySet/maximumBytes``.
  public let bytes: [UInt8]
  /// For how long the source says that the set is fresh (`max-age`, RFC 9111, section 5.2.2.1), when it does.
  public let maximumAge: Duration?

  /// - Parameters:
  ///   - bytes: the JSON text.
  ///   - maximumAge: any length; ``RemoteKeySet`` keeps within its bounds.
  public init(bytes: [UInt8], maximumAge: Duration? = nil) {
    self.bytes = bytes
    self.maximumAge = maximumAge
  }
}

/// Why a key set could not be fetched, or not be used.
///
/// The message holds neither the address nor anything of the answer.
public struct KeyFetchError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// What is asked for can never be fetched: an address that is not https, a path that is none.
    case configuration
    /// The name was not found, nobody answers, or the connection broke.
    case unreachable
    /// The address that a name leads to is not a public one.
    case address
    /// The certificate, or the agreement on encryption.
    case tls
    /// It took longer than the deadline.
    case timeout
    /// The task was cancelled.
    case cancelled
    /// An HTTP status other than 200, a redirect among them.
    case status
    /// A content type or a content encoding other than plain JSON.
    case contentType
    /// More bytes than allowed.
    case tooLarge
    /// The file cannot be read, or is none.
    case file
    /// No key set in JSON, or one with too many keys.
    case malformed
    /// A set without a key that can be used.
    case noKeys
    /// An error of a source of one's own.
    case source
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, in words.
  public let description: String

  /// An error of a source.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// An error of any source: what it says may hold addresses or worse, and is not shown.
  init(of error: any Error) {
    switch error {
    case let error as KeyFetchError: self = error
    case is CancellationError: self.init(.cancelled, "the fetch of a key set was cancelled")
    default: self.init(.source, "the source of a key set failed with an error of type \(type(of: error))")
    }
  }
}
