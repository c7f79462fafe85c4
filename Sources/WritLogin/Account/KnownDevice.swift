// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A device that has logged in to an account before, by the cookie that ``DeviceCookies`` gave it.
public struct KnownDevice: Sendable, CustomStringConvertible {
  /// The account that it logged in to.
  public let account: String
  /// 128 random bits in base64url: what its wrong passwords are counted under.
  let name: String

  /// The account; not the cookie.
  public var description: String { "a device of \(account.debugDescription)" }
}

/// Cookies by which a device that has logged in before is told from a stranger's (OWASP, "Device cookies").
///
/// Strangers who go on guessing make everybody wait who tries the same account, its owner too. A device that has logged
/// in before has a budget of wrong passwords of its own, which strangers cannot use up:
///
///     let devices = try DeviceCookies(ring: ring)
///     let device = devices.device(in: cookieFields, for: "ines")                 // nil: it is not known
///     try await passwords.verify(password, account: "ines", from: address, on: device)
///     response.headers.append("Set-Cookie", try devices.issue(for: "ines"))      // once all factors are proved
///
/// The cookie logs no one in: it is worth ``FailedAttempts/maximumCount`` wrong passwords of one account. It is random,
/// bound to the account by an HMAC under the ring, does not hold the account's name, and is good for ``lifetime``.
/// Nothing is stored of it until a password is wrong. A browser keeps one, of the account that logged in last.
public struct DeviceCookies: Sendable {
  /// The lifetime of the cookie in seconds: half a year.
  public static let lifetime: Int64 = 180 * 86_400
  private static let nameBytes = 16
  private static let timeBytes = 8

  /// The cookie.
  public let cookie: HostCookie
  private let ring: SecretRing
  private let clock: TokenClock

  /// - Parameters:
  ///   - ring: its first secret authenticates new cookies; those of every secret in it are known.
  ///   - cookie: `__Host-device` unless given, which browsers send from pages of the same site alone.
  ///   - clock: where the time comes from.
  /// - Throws: ``SessionError`` with the code `configuration`.
  public init(ring: SecretRing, cookie: HostCookie? = nil, clock: TokenClock = .system) throws(SessionError) {
    self.cookie = if let cookie { cookie } else { try HostCookie(name: "__Host-device", sameSite: .strict) }
    self.ring = ring
    self.clock = clock
  }

  /// Makes the cookie of the device that an account has just logged in on; with each login a new one.
  ///
  /// - Returns: the Set-Cookie field.
  /// - Throws: ``LoginError`` with the codes `configuration` for a name that no account can have, and `failure`.
  public func issue(for account: String) throws(LoginError) -> String {
    if let problem = AccountName.problem(with: account) {
      throw LoginError(.configuration, "the name of an account \(problem)")
    }
    do {
      let now = UInt64(clock.now)
      let time = (0..<Self.timeBytes).map { UInt8(truncatingIfNeeded: now >> (56 - 8 * $0)) }
      let message = try Randomness.bytes(Self.nameBytes) + time
      let context = Array(account.utf8)
      let value = message + (try ring.authenticate(message.span, for: .device, boundTo: context.span))
      return try cookie.setting(Base64URL.encode(value.span), maximumAge: Self.lifetime)
    } catch {
      throw LoginError(.failure, "the cookie of a device cannot be made")
    }
  }

  /// The device of a request; `nil` when it has no cookie, or one that is another account's, forged or too old.
  ///
  /// - Parameters:
  ///   - fields: the values of all Cookie fields of the request.
  ///   - account: the one that is to log in, as it was typed.
  public func device(in fields: [String], for account: String) -> KnownDevice? {
    // A forged cookie makes no device known, and does no other harm.
    guard AccountName.isValid(account), let text = try? cookie.value(in: fields),
      let bytes = Base64URL.decode(text.utf8.span), bytes.count > Self.nameBytes + Self.timeBytes
    else { return nil }
    let (message, code) = (
      Array(bytes.prefix(Self.nameBytes + Self.timeBytes)), Array(bytes.dropFirst(Self.nameBytes + Self.timeBytes))
    )
    let context = Array(account.utf8)
    guard (try? ring.isValid(code.span, for: message.span, .device, boundTo: context.span)) == true,
      let issued = Int64(exactly: message.suffix(Self.timeBytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    else { return nil }
    let now = clock.now
    // INVARIANT: a cookie of this server has a time of a clock, which leaves room for a lifetime.
    guard issued <= now, now - issued < Self.lifetime else { return nil }
    let name = Array(message.prefix(Self.nameBytes))
    return KnownDevice(account: account, name: Base64URL.encode(name.span))
  }
}
