// SPDX-License-Identifier: Apache-2.0

public import WritTokens

#if RemoteKeys
  internal import Synchronization
  internal import WorkThreads

  /// A key set behind an address of https, fetched with libcurl.
  ///
  ///     let source = try HTTPSJWKSSource(url: "https://id.example/.well-known/jwks.json")
  ///     let keys = try RemoteKeySet(source: source)
  ///
  /// The certificate is verified; redirects are not followed; proxies, cookies and passwords of the surroundings are
  /// not used; the answer is not decoded. The status must be 200 and the type JSON (`application/json`,
  /// `application/jwk-set+json`, RFC 7517, section 8.5). The address that the name leads to is checked when the socket
  /// is opened: it must be a public one, whatever the name meant a moment before.
  public struct HTTPSJWKSSource: JWKSSource {
    /// Bytes of the longest header that is read.
    public static let maximumHeaderBytes = 65536
    /// Bytes of the longest address.
    public static let maximumURLBytes = 2048
    /// The longest deadline.
    public static let maximumDeadline = Duration.seconds(5)

    let url: String
    /// The host of the address, and its port.
    let host: String
    let port: Int
    let certificateAuthorities: String?
    let allowed: [AddressRange]
    let deadline: Duration

    /// - Parameters:
    ///   - url: begins with `https://` and holds neither a password nor a fragment. It comes from configuration: never
    ///     from a token.
    ///   - certificateAuthorities: the path of a file in PEM with the authorities to trust in place of those of the
    ///     system.
    ///   - allowPrivateAddresses: addresses and ranges (`10.1.0.0/16`) that are allowed though they are private,
    ///     loopback, link-local or the like.
    ///   - deadline: for everything from looking up the name to the last byte; at most ``maximumDeadline``.
    /// - Throws: `KeyFetchError` with the code `configuration`.
    public init(
      url: String,
      certificateAuthorities: String? = nil,
      allowPrivateAddresses: [String] = [],
      deadline: Duration = HTTPSJWKSSource.maximumDeadline
    ) throws(KeyFetchError) {
      let authority = try Self.authority(of: url)
      (host, port) = try Self.hostAndPort(of: authority)
      guard deadline >= .milliseconds(1), deadline <= Self.maximumDeadline else {
        throw KeyFetchError(.configuration, "a deadline of \(deadline) was asked for, expected at most 5 seconds")
      }
      guard certificateAuthorities?.utf8.contains(0) != true, certificateAuthorities != "" else {
        throw KeyFetchError(.configuration, "the path of certificate authorities is empty or contains a NUL")
      }
      allowed = AddressRange.parse(allowPrivateAddresses)
      guard allowed.count == allowPrivateAddresses.count else {
        throw KeyFetchError(.configuration, "an allowed address is not an IP address or network")
      }
      self.url = url
      self.certificateAuthorities = certificateAuthorities
      self.deadline = deadline
    }

    private static func authority(of url: String) throws(KeyFetchError) -> ArraySlice<UInt8> {
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
      return authority
    }

    private static func hostAndPort(of authority: ArraySlice<UInt8>) throws(KeyFetchError) -> (String, Int) {
      // The brackets of an IPv6 address have colons of their own.
      let isAddress = authority.first == UInt8(ascii: "[")
      let end =
        isAddress
        ? authority.firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 }
        : authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
      guard let end, end > authority.startIndex else {
        throw KeyFetchError(
          .configuration,
          "the address of a key set has a host in brackets that do not close, or none"
        )
      }
      let host = String(decoding: authority[..<end], as: UTF8.self)
      guard end < authority.endIndex else { return (host, 443) }
      let digits = authority[(end + 1)...]
      guard authority[end] == UInt8(ascii: ":"), 1...5 ~= digits.count,
        digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }),
        let port = Int(String(decoding: digits, as: UTF8.self)), 1...65535 ~= port
      else { throw KeyFetchError(.configuration, "the port in the address of a key set is not 1 to 65535") }
      return (host, port)
    }

    /// Fetches the set.
    ///
    /// Look-up and transfer have threads of their own; the answer comes at the deadline at the latest, also where the
    /// system's resolver is stuck.
    ///
    /// - Throws: `KeyFetchError` with every code but `file`, `malformed`, `noKeys` and `source`.
    public func fetch() async throws -> JWKSAnswer { try await fetch(lookingUpWith: .system) }

    /// Fetches the set with a custom resolver.
    func fetch(lookingUpWith lookup: NameLookup) async throws -> JWKSAnswer {
      let end = ContinuousClock.now + deadline
      let cancellation = Cancellation()
      var addresses: [InternetAddress]?
      // A host that is an address is read by libcurl, and not looked up.
      if !host.utf8.starts(with: "[".utf8), InternetAddress(host) == nil {
        addresses = try await NameLookup.Answer.of(by: end, cancellation) { try lookup.begin(host, $0) }
      }
      return try await FirstAnswer<JWKSAnswer>.of(by: end, cancellation) { [addresses] answer in
        let isStarted = WorkThread.start {
          let left = ContinuousClock.now.duration(to: end)
          do throws(KeyFetchError) {
            answer.settle(.success(try Transfer(self, addresses, left, cancellation).run()))
          } catch {
            answer.settle(.failure(error))
          }
        }
        guard isStarted else { throw KeyFetchError(.unreachable, "no thread can be started to fetch the key set") }
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
      throw KeyFetchError(.configuration, "the trait RemoteKeys is off; turn it on in the dependency on Writ")
    }

    /// There with the trait `RemoteKeys`.
    public func fetch() async throws -> JWKSAnswer {
      throw KeyFetchError(.configuration, "the trait RemoteKeys is off; turn it on in the dependency on Writ")
    }
  }
#endif
