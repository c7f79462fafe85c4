// SPDX-License-Identifier: Apache-2.0

public import WritAuthentication

#if RemoteKeys
  internal import Synchronization

  /// A key set behind an address of https, fetched with libcurl.
  ///
  ///     let source = try HTTPSJWKSSource(url: "https://id.example/.well-known/jwks.json")
  ///     let keys = try RemoteKeySet(source: source)
  ///
  /// The certificate is verified; redirects are not followed; proxies, cookies and passwords of the surroundings are not used; the
  /// answer is not decoded. The status must be 200 and the type JSON (`application/json`, `application/jwk-set+json`,
  /// RFC 7517, section 8.5). The address that the name leads to is checked when the socket is opened: it must be a public
  /// one, whatever the name meant a moment before.
  public struct HTTPSJWKSSource: JWKSSource {
    /// Bytes of the longest header that is read.
    public static let maximumHeaderBytes = 65536
    /// Bytes of the longest address.
    public static let maximumURLBytes = 2048
    /// The longest deadline.
    public static let maximumDeadline = Duration.seconds(5)

    let url: String
    let certificateAuthorities: String?
    let allowed: [AddressRange]
    let deadline: Duration

    /// - Parameters:
    ///   - url: begins with `https://` and holds neither a password nor a fragment. It comes from configuration: never from a
    ///     token.
    ///   - certificateAuthorities: the path of a file in PEM with the authorities to trust in place of those of the system.
    ///   - allowPrivateAddresses: addresses and ranges (`10.1.0.0/16`) that are allowed though they are private, loopback,
    ///     link-local or the like.
    ///   - deadline: for everything from looking up the name to the last byte; at most ``maximumDeadline``.
    /// - Throws: `KeyFetchError` with the code `configuration`.
    public init(
      url: String,
      certificateAuthorities: String? = nil,
      allowPrivateAddresses: [String] = [],
      deadline: Duration = HTTPSJWKSSource.maximumDeadline
    ) throws(KeyFetchError) {
      try Self.check(url)
      guard deadline >= .milliseconds(1), deadline <= Self.maximumDeadline else {
        throw KeyFetchError(.configuration, "a deadline of \(deadline) was asked for, expected at most 5 seconds")
      }
      guard certificateAuthorities?.utf8.contains(0) != true, certificateAuthorities != "" else {
        throw KeyFetchError(.configuration, "the path of certificate authorities is empty or contains a NUL")
      }
      allowed = AddressRange.parse(allowPrivateAddresses)
      guard allowed.count == allowPrivateAddresses.count else {
        throw KeyFetchError(.configuration, "an address that is to be allowed is none")
      }
      self.url = url
      self.certificateAuthorities = certificateAuthorities
      self.deadline = deadline
    }

    private static func check(_ url: String) throws(KeyFetchError) {
      let scheme = "https://"
      let bytes = Array(url.utf8)
      guard bytes.count <= maximumURLBytes else {
        throw KeyFetchError(.configuration, "an address has \(bytes.count) bytes, expected at most \(maximumURLBytes)")
      }
      guard bytes.starts(with: scheme.utf8), bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw KeyFetchError(.configuration, "the address of a key set does not begin with https:// or is not ASCII")
      }
      let rest = bytes.dropFirst(scheme.utf8.count)
      let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
      guard !authority.isEmpty, !authority.contains(UInt8(ascii: "@")),
        !rest.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "\\") })
      else {
        throw KeyFetchError(.configuration, "the address of a key set has no host, or a password, or a fragment")
      }
    }

    /// Fetches the set, on a thread of its own.
    ///
    /// - Throws: `KeyFetchError` with every code but `file`, `malformed`, `noKeys` and `source`.
    public func fetch() async throws -> JWKSAnswer {
      let cancellation = Cancellation()
      return try await withTaskCancellationHandler {
        try await onThreadOfItsOwn { try Transfer(self, cancellation).run() }
      } onCancel: {
        cancellation.isWanted.store(true, ordering: .relaxed)
      }
    }
  }

  /// Whether a transfer is to end.
  final class Cancellation: Sendable {
    let isWanted = Atomic<Bool>(false)
  }
#else
  /// A key set behind an address of https: there with the trait `RemoteKeys` of the package.
  @available(*, unavailable, message: "turn on the trait RemoteKeys: .package(url: …, traits: [\"RemoteKeys\"])")
  public struct HTTPSJWKSSource: JWKSSource {
    /// There with the trait `RemoteKeys`.
    public init(
      url: String,
      certificateAuthorities: String? = nil,
      allowPrivateAddresses: [String] = [],
      deadline: Duration = .seconds(5)
    ) throws(KeyFetchError) {
      throw KeyFetchError(.configuration, "the trait RemoteKeys is off")
    }

    /// There with the trait `RemoteKeys`.
    public func fetch() async throws -> JWKSAnswer {
      throw KeyFetchError(.configuration, "the trait RemoteKeys is off")
    }
  }
#endif
