// SPDX-License-Identifier: Apache-2.0

/// A key pair of an issuer, and when it signs.
///
/// It is published and accepted from the moment it is in a ``SigningKeySet``, so that verifiers elsewhere have it
/// before it signs, and until it retires.
public struct ScheduledKey: Sendable {
  /// The key pair; it has an identifier.
  public let key: PrivateKey
  /// When it begins to sign, and the key before it ends to, in seconds since 1970.
  public let signsFrom: Int64
  /// From when on it is neither published nor accepted, in seconds since 1970; unless given, when the overlap has
  /// passed since the next key began to sign.
  public let retires: Int64?

  /// - Parameters:
  ///   - key: with an identifier, which becomes `kid`.
  ///   - signsFrom: in seconds since 1970; leave the caches of verifiers elsewhere time to see the key before.
  ///   - retires: in seconds since 1970.
  public init(_ key: PrivateKey, signsFrom: Int64, retires: Int64? = nil) {
    self.key = key
    self.signsFrom = signsFrom
    self.retires = retires
  }
}

/// A scheduled key made ready, with the time when it retires.
struct PreparedKey: Sendable {
  let scheduled: ScheduledKey
  let signing: SigningKey
  let verification: VerificationKey

  var signsFrom: Int64 { scheduled.signsFrom }
  var identifier: String? { scheduled.key.attributes.identifier }

  /// - Throws: `KeyError` with the codes `malformed` when the key has no identifier, `notPermitted` when it may not
  ///   sign and be verified, `configuration` when it retires before it signs, or at times before 1970 or after the year
  ///   9999.
  init(_ scheduled: ScheduledKey) throws(KeyError) {
    guard let identifier = scheduled.key.attributes.identifier else {
      throw KeyError(.malformed, "a key to rotate has no identifier")
    }
    let times = scheduled.signsFrom...(scheduled.retires.map { max($0, scheduled.signsFrom) } ?? scheduled.signsFrom)
    guard times.lowerBound >= 0, times.upperBound <= NumericDate.last,
      scheduled.retires.map({ $0 > scheduled.signsFrom }) ?? true
    else {
      throw KeyError(
        .configuration,
        "the times of the key \"\(printable(identifier))\" are out of range or not in order"
      )
    }
    self.scheduled = scheduled
    signing = try SigningKey(scheduled.key)
    verification = try VerificationKey(scheduled.key.publicKey)
  }
}

/// The keys in force from one change of a schedule to the next.
struct KeyPeriod: Sendable {
  /// The seconds it holds for.
  let seconds: Range<Int64>
  /// The key that signs.
  let active: PreparedKey?
  /// The keys that are published and accepted, those that are still to sign among them.
  let accepted: [PreparedKey]

  /// The period of a moment.
  ///
  /// - Parameters:
  ///   - keys: in the order in which they sign.
  ///   - overlap: seconds.
  init(at now: Int64, of keys: [PreparedKey], overlap: Int64) {
    var start = Int64.min
    var end = Int64.max
    var active: PreparedKey?
    var accepted: [PreparedKey] = []
    func pass(_ time: Int64) {
      if time <= now { start = max(start, time) } else { end = min(end, time) }
    }
    for (position, key) in keys.enumerated() {
      // INVARIANT: times are 0 to `NumericDate.last`, the overlap a century at most: the sum does not overflow.
      let next = position + 1 < keys.count ? keys[position + 1].signsFrom + overlap : nil
      let retires = key.scheduled.retires ?? next
      pass(key.signsFrom)
      if let retires { pass(retires) }
      let isRetired = retires.map { $0 <= now } ?? false
      if key.signsFrom <= now { active = isRetired ? nil : key }
      if !isRetired { accepted.append(key) }
    }
    seconds = start..<end
    self.active = active
    self.accepted = accepted
  }

  /// Whether a key of the same set has not retired; no two of a set begin to sign at once.
  func accepts(_ key: PreparedKey) -> Bool { accepted.contains { $0.signsFrom == key.signsFrom } }
}
