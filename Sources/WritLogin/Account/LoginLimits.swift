// SPDX-License-Identifier: Apache-2.0

/// Limits on the rate of logins: by account, by address, and by the network around it.
///
///     let limits = LoginLimits(store: try MemoryRateLimitStore())
///
/// Every way to a login takes from these buckets before it looks at anything, each factor from its own. When the store
/// of the buckets fails, all logins are refused. Wrong tries of an account are beside that counted by
/// ``FailedAttempts``, in the store of the factor itself.
public struct LoginLimits: Sendable {
  /// Tries of one account and factor, right ones too: 100 an hour, 20 at once.
  public static let accountTries = RateLimit(constant: 100, seconds: 3600, burst: 20)
  /// Tries from what one subscriber has (``ClientAddress/Width/subscriber``): 600 an hour, 60 at once.
  public static let subscriberTries = RateLimit(constant: 600, seconds: 3600, burst: 60)
  /// Tries from the network around (``ClientAddress/Width/site``): 6,000 an hour, 600 at once.
  public static let siteTries = RateLimit(constant: 6000, seconds: 3600, burst: 600)
  /// Messages to one account, or to one address of mail: 10 an hour, 5 at once.
  public static let messagesSent = RateLimit(constant: 10, seconds: 3600, burst: 5)

  private let store: any RateLimitStore
  private let account: RateLimit
  private let subscriber: RateLimit
  private let site: RateLimit
  private let messages: RateLimit

  /// - Parameters:
  ///   - store: where the buckets are. ``MemoryRateLimitStore`` is bounded whatever names and addresses are made up;
  ///     ``RecordRateLimitStore`` holds across restarts and servers.
  ///   - account: tries of one account and factor.
  ///   - subscriber: tries from one address, or one /64 of IPv6.
  ///   - site: tries from a /24 of IPv4, or a /48 of IPv6.
  ///   - messages: codes and tokens that are sent to one account.
  public init(
    store: some RateLimitStore,
    account: RateLimit = accountTries,
    subscriber: RateLimit = subscriberTries,
    site: RateLimit = siteTries,
    messages: RateLimit = messagesSent
  ) {
    self.store = store
    self.account = account
    self.subscriber = subscriber
    self.site = site
    self.messages = messages
  }

  /// The purpose of a limit; each has buckets of its own.
  enum Purpose: String {
    case password
    case newPassword = "new-password"
    case oneTimePassword = "one-time-password"
    case recoveryCode = "recovery-code"
    case sentCode = "sent-code"
    case codeMessage = "code-message"
    case resetMessage = "reset-message"
    case verificationMessage = "verification-message"
    case verifiedAddress = "verified-address"
    case applicationMessage = "application-message"

    var isMessage: Bool {
      switch self {
      case .codeMessage, .resetMessage, .verificationMessage, .verifiedAddress, .applicationMessage: true
      case .password, .newPassword, .oneTimePassword, .recoveryCode, .sentCode: false
      }
    }
  }

  /// Takes a try from the bucket of an account, or of whatever else has a name.
  ///
  /// - Returns: seconds after which to try again; `nil` when there was one.
  func take(_ purpose: Purpose, account name: String) async throws(StoreError) -> Int64? {
    let key = try RateLimitKey(purpose.rawValue, account: name)
    return try await take(purpose.isMessage ? messages : account, from: key)
  }

  /// Takes a try from the buckets of an address: its own first, so that who is refused takes nothing from his
  /// neighbours.
  ///
  /// - Returns: seconds after which to try again; `nil` when there was one, or the address is not known.
  func take(_ purpose: Purpose, address: ClientAddress?) async throws(StoreError) -> Int64? {
    guard let address else { return nil }
    for (width, limit) in [(ClientAddress.Width.subscriber, subscriber), (.site, site)] {
      let key = try RateLimitKey(purpose.rawValue, address: address, width)
      if let seconds = try await take(limit, from: key) { return seconds }
    }
    return nil
  }

  private func take(_ limit: RateLimit, from key: RateLimitKey) async throws(StoreError) -> Int64? {
    do {
      return try await store.take(limit, from: key).seconds
    } catch {
      throw StoreError(of: error)
    }
  }
}

extension SecurityEvents {
  /// Tells of a wrong try, and of what follows from it.
  ///
  /// - Parameter attempts: the wrong ones with this one; `nil` where they are not counted.
  func recordFailure(of account: String, _ factor: AuthenticationFactor, _ attempts: FailedAttempts? = nil) {
    record(.authenticationFailed(account: account, factor: factor))
    guard let attempts else { return }
    if attempts.isLocked {
      record(.recoveryNeeded(account: account, factor: factor))
    } else if attempts.wait > 0 {
      record(.lockedOut(account: account, factor: factor, seconds: attempts.wait))
    }
  }
}
