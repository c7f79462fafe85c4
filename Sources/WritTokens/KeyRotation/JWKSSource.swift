// SPDX-License-Identifier: Apache-2.0

/// A source from which a ``RemoteKeySet`` fetches the keys of an issuer: ``FileJWKSSource``, `HTTPSJWKSSource` of the
/// module `WritRemoteKeys`, or the application's own.
public protocol JWKSSource: Sendable {
  /// Fetches the set as it is now.
  ///
  /// It is called by one task at a time, and not again until it has ended: it should end when its task is cancelled,
  /// which happens when ``RemoteKeySet/Settings/deadline`` has passed. It must not block the thread it is called on.
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

/// An error of fetching or reading a key set.
///
/// The message holds neither the address nor anything of the answer.
public struct KeyFetchError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The source can never be fetched: an address that is not https, an invalid path.
    public static let configuration = Code(.configuration)
    /// The name was not found, no server answers, or the connection broke.
    public static let unreachable = Code(.unreachable)
    /// The address that a name leads to is not a public one.
    public static let address = Code(.address)
    /// The certificate, or the agreement on encryption.
    public static let tls = Code(.tls)
    /// It took longer than the deadline.
    public static let timeout = Code(.timeout)
    /// The task was cancelled.
    public static let cancelled = Code(.cancelled)
    /// An HTTP status other than 200, a redirect among them.
    public static let status = Code(.status)
    /// A content type or a content encoding other than plain JSON.
    public static let contentType = Code(.contentType)
    /// More bytes than allowed.
    public static let tooLarge = Code(.tooLarge)
    /// The file cannot be read, or is none.
    public static let file = Code(.file)
    /// No key set in JSON, or one with too many keys.
    public static let malformed = Code(.malformed)
    /// A set without a key that can be used.
    public static let noKeys = Code(.noKeys)
    /// An error of a custom source.
    public static let source = Code(.source)

    package enum Kind: String, Sendable, CaseIterable {
      case configuration, unreachable, address, tls, timeout, cancelled, status, contentType, tooLarge, file,
        malformed, noKeys, source
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

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

  /// An error of a source.
  public init(_ code: Code, _ description: String, underlyingError: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.underlyingError = underlyingError
  }

  /// An error of any source: what it says may hold addresses or worse, and is not shown.
  init(of error: any Error) {
    switch error {
    case let error as KeyFetchError: self = error
    case is CancellationError:
      self.init(.cancelled, "the fetch of a key set was cancelled", underlyingError: error)
    default:
      let message = "the source of a key set failed with an error of type \(type(of: error)): see underlyingError"
      self.init(.source, message, underlyingError: error)
    }
  }
}
