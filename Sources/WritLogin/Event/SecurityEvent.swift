// SPDX-License-Identifier: Apache-2.0

/// An event for an application's log or alerts: a login, a refusal, a revocation.
///
/// No event holds a secret: neither passwords nor codes, neither tokens nor the identifiers of sessions. Accounts and
/// labels are as the application gave them.
public enum SecurityEvent: Sendable, Hashable {
  /// A session began for an account.
  case sessionBegan(account: String, session: SessionHandle)
  /// A session began on a device whose label no other session of the account has.
  case newDevice(account: String, session: SessionHandle)
  /// A session got a new identifier: its holder proved more, or it was time.
  case sessionRotated(account: String?, session: SessionHandle)
  /// A session was ended: by its holder, from another device, or by the application.
  case sessionRevoked(account: String?, session: SessionHandle)
  /// All sessions of an account were ended, or all but one.
  case sessionsRevoked(account: String, count: Int)
  /// A factor was wrong; the account is what was claimed, and may not exist.
  case authenticationFailed(account: String?, factor: AuthenticationFactor)
  /// Too many wrong tries: the account's factor is not checked for this time, in seconds.
  case lockedOut(account: String?, factor: AuthenticationFactor, seconds: Int64)
  /// ``FailedAttempts/maximumCount`` wrong tries in a row: the account's factor is not tried any more until its owner
  /// has recovered it. Tell the owner.
  case recoveryNeeded(account: String, factor: AuthenticationFactor)
  /// A limit was reached, of an account or of the address that claims to be it: nothing was looked at.
  case rateLimited(account: String, factor: AuthenticationFactor)
  /// An account can prove itself by a factor that it could not use before. Tell the owner.
  case factorAdded(account: String, factor: AuthenticationFactor)
  /// An account cannot prove itself by a factor any more.
  case factorRemoved(account: String, factor: AuthenticationFactor)
  /// The password of an account was changed by who knows the old one. Tell the owner.
  case passwordChanged(account: String)
  /// A token to reset a password was asked for, and made.
  case passwordResetRequested(account: String)
  /// A password was set by such a token. Tell the owner.
  case passwordReset(account: String)
  /// Somebody has proved, by a token, to receive what is sent to an address.
  case addressVerified(account: String)
  /// All of an account was ended and removed.
  case accountRemoved(account: String)
  /// A recovery code was used; so many are left. Tell the owner.
  case recoveryCodeUsed(account: String, remaining: Int)
  /// A request was refused as a forgery, or its cookies were.
  case requestRefused(account: String?)
  /// A family of refresh tokens began: an application was let in.
  case refreshFamilyBegan(account: String, family: RefreshFamilyHandle)
  /// A family of refresh tokens was revoked, or its session was over.
  case refreshFamilyRevoked(account: String, family: RefreshFamilyHandle)
  /// All families of an account were revoked, or all but those of one session.
  case refreshFamiliesRevoked(account: String, count: Int)
  /// A refresh token was used again after its window: one of its holders has stolen it. The family is revoked, and with
  /// it its access tokens where revocations are published; end the session too where the theft may reach it.
  case refreshTokenReused(account: String, family: RefreshFamilyHandle, session: SessionHandle?)
  /// Something of an account was ended, and its access tokens could not be revoked: they are taken until they expire.
  case revocationNotPublished(account: String)
  /// Too many sessions of visitors began from one address: none does for so many seconds.
  case visitorRefused(seconds: Int64)
  /// A ring of secrets does not open what a store keeps, by ``Deployment``: secrets that it has not, or that are others
  /// of the same names.
  case secretsUnusable(missing: String, wrong: String)
  /// There are more servers than a store reaches, by ``Deployment``: what must happen once may happen once on each.
  case storeNotShared(store: String, reach: StoreReach)
}

/// A factor by which users prove their identity.
public enum AuthenticationFactor: UInt8, Sendable, Hashable, CaseIterable {
  /// Something known.
  case password = 1
  /// A time-based or counter-based one-time password.
  case oneTimePassword = 2
  /// A code that was sent.
  case deliveredCode = 3
  /// A recovery code.
  case recoveryCode = 4
  /// A key of a device: a passkey, a smart card.
  case device = 5
  /// Another issuer's word: OpenID Connect.
  case federated = 6
}

/// A security event, when it happened and where its request came from.
public struct SecurityReport: Sendable, Hashable, CustomStringConvertible {
  /// The event.
  public let event: SecurityEvent
  /// The time of the event, in Unix seconds.
  public let time: Int64
  /// The address that the request came from: what the call was given as `from`, otherwise ``ClientAddress/current``;
  /// `nil` when neither says it.
  public let address: ClientAddress?

  /// One line for a log: that of the event, and then where and when.
  ///
  ///     authenticationFailed account="ines" factor=password address=192.0.2.1 time=1800000000
  public var description: String {
    let place = address.map { " address=\($0)" } ?? ""
    return "\(event)\(place) time=\(time)"
  }
}

/// The destination of security events.
///
///     let events = SecurityEvents { event in logger.notice("\(event)") }
///     let events = SecurityEvents(reporting: { report in logger.notice("\(report)") })  // with time and address
///
/// A server says once for each request where it comes from, and all events of the request have it:
///
///     try await ClientAddress.$current.withValue(address) { try await respond(to: request) }
public struct SecurityEvents: Sendable {
  private let handler: (@Sendable (SecurityReport) -> Void)?
  private let clock: TokenClock

  /// Nowhere.
  public static let none = SecurityEvents(clock: .system, handler: nil)

  private init(clock: TokenClock, handler: (@Sendable (SecurityReport) -> Void)?) {
    self.clock = clock
    self.handler = handler
  }

  /// - Parameter handler: is called where the event happens, and should not block.
  public init(_ handler: @escaping @Sendable (SecurityEvent) -> Void) {
    self.init(clock: .system) { report in handler(report.event) }
  }

  /// Tells with each event its time, and the address that its request came from.
  ///
  /// - Parameters:
  ///   - clock: where the time comes from.
  ///   - handler: is called where the event happens, and should not block.
  public init(clock: TokenClock = .system, reporting handler: @escaping @Sendable (SecurityReport) -> Void) {
    self.init(clock: clock, handler: handler)
  }

  func record(_ event: SecurityEvent, from address: ClientAddress? = nil) {
    guard let handler else { return }
    handler(SecurityReport(event: event, time: clock.now, address: address ?? .current))
  }
}
