// SPDX-License-Identifier: Apache-2.0

/// All that is stored of a session, to be changed and written.
struct SessionFields: Sendable {
  let handle: SessionHandle
  var account: [UInt8] = []
  var created: Int64
  var lastSeen: Int64
  var idle: Int64
  var absolute: Int64
  var epoch: UInt64 = 0
  var isRemembered = false
  var factors: [ProvedFactor] = []
  var label: [UInt8] = []
  var data: [UInt8] = []

  /// Makes the fields of a session that begins now.
  init(_ rules: SessionRules, isRemembered: Bool, at now: Int64) throws(SessionError) {
    handle = try SessionHandle.random()
    created = now
    lastSeen = now
    self.isRemembered = isRemembered
    idle = isRemembered ? rules.remembered : rules.idle
    absolute = isRemembered ? rules.remembered : rules.absolute
  }

  init(_ session: Session) {
    let form = session.form
    handle = session.handle
    account = Array(session.record.content.owner)
    created = form.created
    lastSeen = form.lastSeen
    idle = form.idle
    absolute = form.absolute
    epoch = form.epoch
    isRemembered = form.isRemembered
    factors = session.factors
    label = session.bytes(form.label)
    data = session.data
  }

  /// Whether the times or the epoch are not those that are stored.
  func isDifferent(from form: SessionForm) -> Bool {
    created != form.created || lastSeen != form.lastSeen || epoch != form.epoch
  }

  /// Remembers a factor as proved now; of more than can be remembered, the oldest is forgotten.
  mutating func prove(_ factor: AuthenticationFactor, at now: Int64) {
    factors.removeAll { $0.factor == factor }
    if factors.count >= SessionRules.maximumFactors { factors.removeFirst() }
    factors.append(ProvedFactor(factor: factor, time: now))
  }

  func content() throws(SessionError) -> RecordContent {
    guard account.count <= SessionRules.maximumAccountBytes, label.count <= SessionRules.maximumLabelBytes,
      data.count <= SessionRules.maximumDataBytes, factors.count <= SessionRules.maximumFactors
    else { throw SessionError(.tooLarge, "the account, the label or the data of a session is too long") }
    var bytes: [UInt8] = []
    func append(_ value: UInt64, _ count: Int) {
      for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
    append(UInt64(bitPattern: created), 8)
    append(UInt64(bitPattern: lastSeen), 8)
    append(UInt64(bitPattern: idle), 4)
    append(UInt64(bitPattern: absolute), 4)
    append(epoch, 8)
    append(isRemembered ? 1 : 0, 1)
    append(UInt64(factors.count), 1)
    append(UInt64(label.count), 2)
    append(UInt64(data.count), 2)
    bytes += handle.array
    for factor in factors {
      append(UInt64(factor.factor.rawValue), 1)
      append(UInt64(bitPattern: factor.time), 8)
    }
    bytes += label
    bytes += data
    let expires = min(created + absolute, lastSeen + idle)
    do throws(StoreError) {
      return try RecordContent(bytes.span, format: SessionForm.format, owner: account, expires: expires)
    } catch {
      throw SessionError(error)
    }
  }
}

/// A factor, and when it was proved.
public struct ProvedFactor: Sendable, Hashable {
  /// The factor.
  public let factor: AuthenticationFactor
  /// Seconds since 1970.
  public let time: Int64
}
