// SPDX-License-Identifier: Apache-2.0

/// The secrets that what a store keeps rests on.
public struct SecretUse: Sendable, Hashable {
  /// Records for each secret, by its identifier, whether the ring has it or not.
  public internal(set) var counts: [String: Int] = [:]
  /// Identifiers of secrets that records need and the ring does not have, in order.
  public internal(set) var missing: [String] = []
  /// Identifiers of the ring's secrets that do not open what was sealed under their name: another secret had it, in
  /// order.
  public internal(set) var wrong: [String] = []
  /// Identifiers of the ring's secrets that no record needs, but the first, which seals: where all was looked at they
  /// can go.
  public internal(set) var unused: [String] = []
  /// Whether all records were looked at, not only some of each kind.
  public internal(set) var isComplete = true
}

extension SecretRing {
  /// Looks which secrets are still in use: what rests on a secret cannot be opened or verified once the ring has lost
  /// it.
  ///
  /// It sees passwords with a pepper, one-time passwords, recovery codes and codes that were sent; what an application
  /// has sealed itself it does not see. Tokens against forged requests and the successors of refresh tokens, which last
  /// for seconds, need no secret for long.
  ///
  /// - Parameters:
  ///   - store: each record of these kinds is read.
  ///   - limit: records of each kind at most; all unless given.
  ///   - clock: the one of all else that uses the store.
  /// - Throws: ``StoreError``.
  public func use(
    in store: some RecordStore,
    limit: Int = .max,
    clock: TokenClock = .system
  ) async throws(StoreError) -> SecretUse {
    var use = SecretUse()
    var wrong: Set<String> = []
    let now = clock.now
    for kind in [RecordKind.oneTimePassword, .recoveryCodes, .sentCode, .password] {
      var (last, seen): (RecordID?, Int) = (nil, 0)
      while true {
        let wanted = min(limit - seen, 1000)
        let page: [Record]
        do {
          page = try await store.list(kind, after: last, limit: wanted, at: now)
        } catch {
          throw StoreError(of: error)
        }
        for record in page {
          guard let name = Self.secret(of: record) else { continue }
          use.counts[name, default: 0] += 1
          if kind == .oneTimePassword, isWrong(record) { wrong.insert(name) }
        }
        seen += page.count
        last = page.last?.key.id
        guard page.count == wanted else { break }
        guard seen < limit else {
          use.isComplete = false
          break
        }
      }
    }
    let known = identifiers
    use.missing = use.counts.keys.filter { name in !known.contains { $0.utf8.elementsEqual(name.utf8) } }.sorted()
    use.wrong = wrong.sorted()
    use.unused = known.dropFirst().filter { use.counts[$0] == nil }
    return use
  }

  /// The identifier of the secret that a record rests on; `nil` when it rests on none, or is damaged.
  private static func secret(of record: Record) -> String? {
    let bytes = Array(record.content.bytes)
    func sealed(_ bytes: [UInt8]) -> String? {
      guard let form = try? SealedForm(bytes.span) else { return nil }
      return String(decoding: form.identifier, as: UTF8.self)
    }
    switch record.key.kind {
    case .oneTimePassword: return sealed(bytes)
    case .recoveryCodes: return (try? StoredCodes(record))?.identifier
    case .sentCode:
      guard let code = (try? SentCodeState(record))?.code else { return nil }
      return sealed(code.digest)
    case .password:
      guard let text = String(validating: bytes, as: UTF8.self), let hash = try? StoredHash(parsing: text),
        case .derived(_, let identifier?, _, _) = hash
      else { return nil }
      return String(decoding: identifier, as: UTF8.self)
    default: return nil
    }
  }

  /// Whether a secret of the name has sealed something that the ring's own does not open.
  private func isWrong(_ record: Record) -> Bool {
    do throws(SecretError) {
      _ = try OneTimePasswordState.opened(record, self)
      return false
    } catch {
      return error.code == .authentication
    }
  }

  // MARK: At start

  private static let checkText = Array("writ".utf8)

  /// Opens what a secret of each name has sealed in a store before, and seals it where there is nothing yet.
  ///
  /// - Returns: the identifiers of secrets that have changed.
  func checkSecrets(in store: some RecordStore, at now: Int64) async throws(StoreError) -> [String] {
    var wrong: [String] = []
    for name in identifiers {
      let key = RecordKey(.secretCheck, try RecordID(hashing: Array("ring check \(name)".utf8).span))
      let context = key.id.bytes
      do {
        if let record = try await store.read(key, at: now) {
          let bytes = Array(record.content.bytes)
          let isKnown =
            (try? isValid(bytes.span, for: Self.checkText.span, .application, boundTo: context.span)) ?? false
          if !isKnown { wrong.append(name) }
        } else {
          let code = try code(of: Self.checkText.span, for: .application, boundTo: context.span, under: name)
          let bytes = SealedForm.header(Array(name.utf8)) + code
          let content = try RecordContent(bytes.span, format: 1, expires: RecordContent.never)
          _ = try await store.insert(content, as: key, at: now)
        }
      } catch {
        throw StoreError(of: error)
      }
    }
    return wrong
  }
}
