// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The key pairs of an issuer, by a schedule: one signs, the next ones are announced, the former ones are accepted
/// until no token of theirs is valid any more.
///
///     let keys = try SigningKeySet([ScheduledKey(november, signsFrom: start)], overlap: .seconds(3600))
///     let issuer = try TokenIssuer(issuer: "https://id.example", keys: keys, lifetime: .seconds(900))
///     try keys.add(ScheduledKey(december, signsFrom: start + 30 * 86400))
///     let published = try keys.publicJSON()  // for /.well-known/jwks.json
///
/// At every moment the key that began to sign last signs. A key retires when the overlap has passed since the next one
/// began to, or when its ``ScheduledKey/retires`` says so. Any number of threads may use one set; the clock moves the
/// schedule on, nothing has to be called.
///
/// Shared secrets have no place in a set that is published; verifiers that share one take ``ReplaceableKeys``.
public final class SigningKeySet: Sendable {
  /// Keys of a set at most, those that have retired not counted.
  public static let maximumCount = 16
  /// The longest overlap.
  public static let maximumOverlap = TokenIssuer.maximumLifetime

  private struct State: Sendable {
    /// In the order in which they sign.
    var keys: [PreparedKey]
    var period: KeyPeriod
    var number: UInt64 = 1
    var verification: VerificationKeys
  }

  /// For how long a key is accepted after the next one has begun to sign.
  public let overlap: Duration
  let clock: TokenClock
  private let state: Guarded<State>
  // What readers look at first: the seconds of the period and the number of its keys.
  private let start: Atomic<Int64>
  private let end: Atomic<Int64>
  private let number = Atomic<UInt64>(1)

  /// A set of these keys.
  ///
  /// - Parameters:
  ///   - keys: in any order.
  ///   - overlap: at least the lifetime of tokens and the leeway of verifiers; whole seconds.
  ///   - clock: where the time comes from, for issuers too.
  /// - Throws: `KeyError` with the codes `malformed` when a key has no identifier, `notPermitted` when it may not sign,
  ///   `ambiguous` when two have one identifier or begin to sign at once, `tooLarge` when there are more than
  ///   ``maximumCount``, `configuration` when the overlap is negative or longer than ``maximumOverlap`` or a key's
  ///   times are not in order.
  public init(_ keys: [ScheduledKey], overlap: Duration, clock: TokenClock = .system) throws(KeyError) {
    guard overlap >= .zero, overlap <= Self.maximumOverlap else {
      throw KeyError(.configuration, "an overlap of \(overlap) was asked for, expected at most \(Self.maximumOverlap)")
    }
    var prepared: [PreparedKey] = []
    for key in keys { prepared.append(try PreparedKey(key)) }
    prepared = try Self.ordered(prepared)
    let period = KeyPeriod(at: clock.now, of: prepared, overlap: overlap.components.seconds)
    self.overlap = overlap
    self.clock = clock
    start = Atomic(period.seconds.lowerBound)
    end = Atomic(period.seconds.upperBound)
    state = Guarded(State(keys: prepared, period: period, verification: Self.verificationKeys(period)))
  }

  // MARK: Rotating

  /// Announces a key: it is published and accepted at once, and signs when its time has come.
  ///
  /// - Throws: `KeyError` as ``init(_:overlap:clock:)`` does; the set stays as it was.
  public func add(_ key: ScheduledKey) throws(KeyError) {
    let key = try PreparedKey(key)
    let now = clock.now
    try state.withLock { state throws(KeyError) in
      let present = KeyPeriod(at: now, of: state.keys, overlap: overlap.components.seconds)
      // Those that have retired make room; only their successors say when, so they go together.
      let retired = state.keys.prefix { !present.accepts($0) }
      state.keys = try Self.ordered(state.keys.dropFirst(retired.count) + [key])
      enter(now, &state)
    }
  }

  /// Removes a key at once, whatever its schedule: what it has signed is refused by each verification that begins
  /// afterwards.
  ///
  /// The key before it signs again, unless it has retired; what has retired never comes back.
  ///
  /// For keys that others may have come to know. Verifiers elsewhere follow when they fetch the set again.
  ///
  /// - Returns: whether there was a key of this identifier.
  @discardableResult
  public func remove(_ identifier: String) -> Bool {
    let now = clock.now
    return state.withLock { state in
      let isNamed = { (key: PreparedKey) in key.identifier.map { $0.utf8.elementsEqual(identifier.utf8) } == true }
      let isThere = state.keys.contains(where: isNamed)
      // Of a key that retired because of its successor no verifier would know it any more.
      let present = KeyPeriod(at: now, of: state.keys, overlap: overlap.components.seconds)
      state.keys.removeAll { isNamed($0) || ($0.scheduled.retires == nil && !present.accepts($0)) }
      enter(now, &state)
      return isThere
    }
  }

  private static func ordered(_ keys: [PreparedKey]) throws(KeyError) -> [PreparedKey] {
    guard keys.count <= maximumCount else {
      throw KeyError(.tooLarge, "found \(keys.count) keys to rotate, expected at most \(maximumCount)")
    }
    for (position, key) in keys.enumerated() {
      for other in keys[..<position] {
        let identifier = key.identifier ?? ""
        guard other.signsFrom != key.signsFrom, other.identifier?.utf8.elementsEqual(identifier.utf8) != true else {
          throw KeyError(.ambiguous, "the key \"\(printable(identifier))\" has the identifier or the time of another")
        }
      }
    }
    return keys.sorted { $0.signsFrom < $1.signsFrom }
  }

  // MARK: Reading

  /// The set as it is published at the moment: the public halves of the keys that have not retired.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func publicJSON() throws(KeyError) -> String {
    let period = current().period
    return try JSONWebKeySet(period.accepted.map { .public($0.scheduled.key.publicKey) }).publicJSON()
  }

  /// The attributes of the key that signs at the moment; `nil` when none does.
  public var active: KeyAttributes? { current().period.active?.signing.attributes }

  /// The number of the keys in force; larger whenever the schedule has moved.
  var generation: UInt64 {
    let now = clock.now
    // The number last: a reader that sees the seconds of a period sees its number.
    guard start.load(ordering: .acquiring) <= now, now < end.load(ordering: .acquiring) else {
      return current().verification.number
    }
    return number.load(ordering: .acquiring)
  }

  /// Returns the keys in force at the moment, under their number.
  func current() -> (period: KeyPeriod, verification: KeyGeneration) {
    let now = clock.now
    return state.withLock { state in
      if !state.period.seconds.contains(now) { enter(now, &state) }
      return (state.period, KeyGeneration(number: state.number, keys: state.verification))
    }
  }

  /// Moves on to the period of a moment, in the lock.
  private func enter(_ now: Int64, _ state: inout State) {
    state.period = KeyPeriod(at: now, of: state.keys, overlap: overlap.components.seconds)
    state.verification = Self.verificationKeys(state.period)
    state.number &+= 1
    number.store(state.number, ordering: .releasing)
    start.store(state.period.seconds.lowerBound, ordering: .releasing)
    end.store(state.period.seconds.upperBound, ordering: .releasing)
  }

  private static func verificationKeys(_ period: KeyPeriod) -> VerificationKeys {
    VerificationKeys(period.accepted.map(\.verification))
  }
}
