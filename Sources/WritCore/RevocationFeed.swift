// SPDX-License-Identifier: Apache-2.0

/// A feed that tells all servers of revocations: ``MemoryRevocationFeed`` within one process, or the application's own.
public protocol RevocationFeed: Sendable {
  /// The servers that follow what is published; one process unless the type says more.
  var reach: StoreReach { get }

  /// Publishes a revocation to all current followers.
  ///
  /// - Throws: ``StoreError``; any other error is taken for ``StoreError/Code/storeUnavailable``.
  func publish(_ revocation: Revocation) async throws

  /// Returns the revocations that are published from now on, each publisher's in its order, until the task is
  /// cancelled.
  ///
  /// The sequence ends with an error when revocations may have been missed; the follower then has to learn all of them
  /// again.
  func follow() async throws -> AsyncThrowingStream<Revocation, any Error>
}

extension RevocationFeed {
  /// One process, so that ``StoreReach`` is only ever claimed by name.
  public var reach: StoreReach { .process }
}

/// Something that is no longer valid although it has not expired.
public struct Revocation: Sendable, Hashable {
  /// The subject of a revocation.
  public enum Subject: Sendable, Hashable {
    /// One token, by its `jti`.
    case token(String)
    /// A session and its tokens, by their `sid`.
    case session(String)
    /// A family of refresh tokens and its access tokens, by their claim `AccessTokenClaims.refreshFamilyClaim`.
    case family(String)
    /// All of a subject (`sub`) that was issued up to a second since 1970, that second included.
    case subject(String, issuedUntil: Int64)

    /// The cases tell subjects apart by the bytes of UTF-8.
    public static func == (one: Subject, other: Subject) -> Bool {
      switch (one, other) {
      case (.token(let one), .token(let other)), (.session(let one), .session(let other)),
        (.family(let one), .family(let other)):
        one.utf8.elementsEqual(other.utf8)
      case (.subject(let one, let until), .subject(let other, let otherUntil)):
        until == otherUntil && one.utf8.elementsEqual(other.utf8)
      default: false
      }
    }

    /// Hashes the bytes that `==` compares.
    public func hash(into hasher: inout Hasher) {
      switch self {
      case .token(let name), .session(let name), .family(let name), .subject(let name, _):
        hasher.combine(Array(name.utf8))
      }
    }
  }

  /// The subject of the revocation.
  public let subject: Subject
  /// When the last of it expires, in seconds since 1970; it need not be remembered longer.
  public let until: Int64

  /// - Parameters:
  ///   - subject: the subject of the revocation.
  ///   - until: when the last of it expires, in seconds since 1970.
  public init(_ subject: Subject, until: Int64) {
    self.subject = subject
    self.until = until
  }
}
