// SPDX-License-Identifier: Apache-2.0

extension RemoteKeySet {
  /// The settings of a ``RemoteKeySet``: when it fetches, and which keys it accepts.
  public struct Settings: Sendable {
    /// The time after the beginning of a fetch in which no other begins, whatever its result; a second to an hour.
    public var coolDown = Duration.seconds(30)
    /// The age at which keys are fetched again where the answer says none; a minute to an hour.
    public var refreshAge = Duration.seconds(300)
    /// The age at which keys are refused when none could be fetched since: a minute to 7 days, and twice the cool-down
    /// at least.
    ///
    /// For so long an issuer's key that it has withdrawn may be accepted when the fetches fail.
    public var maximumAge = Duration.seconds(6 * 3600)
    /// The time that a fetch may take, and the tasks waiting for it with it; up to a minute.
    public var deadline = Duration.seconds(5)
    /// The algorithms that keys may be bound to, as ``PublicKeySet`` has it; a key for which several are left is passed
    /// over, unless ``assumed`` names one.
    public var accepted = Set<JSONWebAlgorithm>.signatures
    /// The algorithms that keys without `alg` are bound to where ``accepted`` leaves several, one for each type of key.
    ///
    /// Microsoft Entra publishes RSA keys without `alg` and signs with them as `RS256`: `[.rs256]`.
    public var assumed: Set<JSONWebAlgorithm> = []
    /// The required strength of keys.
    public var profile = KeyProfile.standard

    /// The usual settings.
    public init() {}
  }

  /// The bounds of the age that an answer states, at which it is fetched again.
  public static let refreshAges = Duration.seconds(60)...Duration.seconds(3600)
  /// The time after a fetch in which an identifier that it did not bring does not cause another.
  public static let unknownLifetime = Duration.seconds(60)
  /// Tasks that wait for one fetch at most; others are refused at once.
  public static let maximumWaiters = 4096
  /// Bytes that identifiers of unknown keys take.
  public static let unknownIdentifierBytes = UnknownIdentifiers.byteCount

  /// Settings in milliseconds, their bounds checked.
  struct Timing: Sendable {
    let coolDown: Int64
    let refreshAge: Duration
    let maximumAge: Int64

    init(_ settings: Settings) throws(KeyError) {
      func check(_ duration: Duration, _ bounds: ClosedRange<Duration>, _ name: String) throws(KeyError) {
        guard bounds.contains(duration) else {
          throw KeyError(.configuration, "a \(name) of \(duration) was asked for, expected \(bounds)")
        }
      }
      try check(settings.coolDown, .seconds(1)...(.seconds(3600)), "cool-down")
      try check(settings.refreshAge, RemoteKeySet.refreshAges, "refresh age")
      try check(settings.maximumAge, .seconds(60)...(.seconds(7 * 86400)), "maximum age")
      try check(settings.deadline, .milliseconds(1)...(.seconds(60)), "deadline")
      coolDown = Self.milliseconds(settings.coolDown)
      refreshAge = settings.refreshAge
      maximumAge = Self.milliseconds(settings.maximumAge)
      guard coolDown <= maximumAge / 2 else {
        throw KeyError(.configuration, "the maximum age of keys is less than twice the cool-down between fetches")
      }
    }

    /// The age in milliseconds at which an answer is fetched again: well before it is too old.
    func refreshAge(of answer: JWKSAnswer) -> Int64 {
      let bounds = RemoteKeySet.refreshAges
      let age = min(max(answer.maximumAge ?? refreshAge, bounds.lowerBound), bounds.upperBound)
      return max(min(Self.milliseconds(age), maximumAge / 2), coolDown)
    }

    /// Of a duration within the bounds above.
    static func milliseconds(_ duration: Duration) -> Int64 {
      let (seconds, attoseconds) = duration.components
      return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
  }
}
