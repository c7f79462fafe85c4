// SPDX-License-Identifier: Apache-2.0

/// All that is stored of a family: one record, so that a rotation is one compare-and-swap, and a revocation one
/// removal.
///
/// Integers are big-endian, times are seconds since 1970.
///
///     0 created 8 · 8 rotated 8 · 16 idle limit 4 · 20 absolute limit 4 · 24 hash of the current token 32
///     56 flags 1 (1: session, 2: key, 4: successor) · 57 recent tokens 1 · 58 bytes of the client 1 · 59 bytes of the
///     scopes 2 61 bytes of the identifier of the successor's secret 1 · 62 epoch 8
///     70 session 16, key 32, recent tokens (hash 32, time 8) the latest last, identifier, successor 60, client, scopes
struct RefreshFamilyFields: Sendable {
  static let format: UInt8 = 2
  private static let headerCount = 70
  private static let longest = UInt64(RefreshTokenRules.longestSeconds)

  /// A token that was used, and when.
  struct Used: Sendable, Equatable {
    let digest: [UInt8]
    let time: Int64
  }

  var account: [UInt8]
  var client: [UInt8]
  var scopes: [UInt8]
  var session: SessionHandle?
  /// The thumbprint of the key that the family is bound to.
  var key: [UInt8]?
  var created: Int64
  var rotated: Int64
  var idle: Int64
  var absolute: Int64
  /// The epoch of the account that the family belongs to.
  var epoch: UInt64 = 0
  /// The hash of the one token that can be used.
  var current: [UInt8]
  /// Those used last, within the window when they were written.
  var recent: [Used] = []
  /// The current token, for who shows the last of the recent ones.
  var successor: SealedSuccessor?

  /// The Unix time at which the family expires.
  var end: Int64 { min(created + absolute, rotated + idle) }

  /// Makes another token the current one.
  mutating func rotate(to digest: [UInt8], _ sealed: SealedSuccessor?, window: Int64, at now: Int64) {
    recent.removeAll { now >= $0.time + window }
    recent.append(Used(digest: current, time: now))
    if recent.count > RefreshTokenRules.maximumRecent { recent.removeFirst() }
    current = digest
    successor = sealed
    created = min(created, now)
    rotated = max(rotated, now)
  }

  func content() throws(RefreshTokenError) -> RecordContent {
    var bytes: [UInt8] = []
    func append(_ value: Int64, _ count: Int) {
      for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * Int64(index)))) }
    }
    append(created, 8)
    append(rotated, 8)
    append(idle, 4)
    append(absolute, 4)
    bytes += current
    append((session == nil ? 0 : 1) | (key == nil ? 0 : 2) | (successor == nil ? 0 : 4), 1)
    append(Int64(recent.count), 1)
    append(Int64(client.count), 1)
    append(Int64(scopes.count), 2)
    append(Int64(successor?.identifier.count ?? 0), 1)
    append(Int64(bitPattern: epoch), 8)
    bytes += session?.array ?? []
    bytes += key ?? []
    for used in recent {
      bytes += used.digest
      append(used.time, 8)
    }
    bytes += successor?.identifier ?? []
    bytes += successor?.bytes ?? []
    bytes += client
    bytes += scopes
    do throws(StoreError) {
      return try RecordContent(bytes.span, format: Self.format, owner: account, expires: end)
    } catch {
      throw RefreshTokenError(error)
    }
  }

  /// - Throws: ``RefreshTokenError`` with the code `corrupt` for everything that ``content()`` does not write.
  init(_ content: RecordContent) throws(RefreshTokenError) {
    let bytes = Array(content.bytes)
    guard content.format == Self.format, bytes.count >= Self.headerCount else { throw Self.corrupt }
    var position = 0
    func take(_ count: Int) throws(RefreshTokenError) -> [UInt8] {
      guard bytes.count - position >= count else { throw Self.corrupt }
      defer { position += count }
      return Array(bytes[position..<position + count])
    }
    func integer(_ count: Int, upTo limit: UInt64) throws(RefreshTokenError) -> Int64 {
      let value = try take(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard value <= limit else { throw Self.corrupt }
      return Int64(value)
    }
    let last = UInt64(NumericDate.last)
    (created, rotated) = (try integer(8, upTo: last), try integer(8, upTo: last))
    (idle, absolute) = (try integer(4, upTo: Self.longest), try integer(4, upTo: Self.longest))
    current = try take(32)
    let flags = try integer(1, upTo: 7)
    let recentCount = try integer(1, upTo: UInt64(RefreshTokenRules.maximumRecent))
    let clientCount = try integer(1, upTo: UInt64(RefreshTokenRules.maximumClientBytes))
    let scopeCount = try integer(2, upTo: UInt64(RefreshTokenRules.maximumScopeBytes))
    let identifierCount = try integer(1, upTo: 255)
    epoch = try take(8).reduce(0) { $0 << 8 | UInt64($1) }
    if flags & 1 != 0 {
      let handle = try take(SessionHandle.byteCount)
      session = SessionHandle(handle.span)
    }
    if flags & 2 != 0 { key = try take(32) }
    for _ in 0..<recentCount { recent.append(Used(digest: try take(32), time: try integer(8, upTo: last))) }
    let identifier = try take(Int(identifierCount))
    if flags & 4 != 0 {
      successor = SealedSuccessor(identifier: identifier, bytes: try take(SealedSuccessor.byteCount))
    }
    client = try take(Int(clientCount))
    scopes = try take(Int(scopeCount))
    account = Array(content.owner)
    // Text that would be repaired could become another account.
    let texts = [account, client, scopes, identifier]
    guard position == bytes.count, (successor != nil) == (flags & 4 != 0), successor != nil || identifier.isEmpty,
      idle > 0, absolute > 0, !account.isEmpty, !client.isEmpty,
      texts.allSatisfy({ String(validating: $0, as: UTF8.self) != nil })
    else { throw Self.corrupt }
  }

  init(account: [UInt8], client: [UInt8], scopes: [UInt8], current: [UInt8], _ rules: RefreshTokenRules, at now: Int64)
  {
    (self.account, self.client, self.scopes, self.current) = (account, client, scopes, current)
    (created, rotated, idle, absolute) = (now, now, rules.idle, rules.absolute)
  }

  private static let corrupt = RefreshTokenError(
    .corrupt,
    "a stored family of refresh tokens is damaged, or in an unknown format"
  )
}
