// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Tokens that are used once")
struct SingleUseTokenTests {
  private struct Parts {
    let time = TestTime()
    let store: MemoryRecordStore
    let told = Told()
    let tokens: SingleUseTokens<MemoryRecordStore>

    init(limits: LoginLimits? = .unlimited) throws {
      store = try MemoryRecordStore()
      let told = told
      tokens = SingleUseTokens(
        store: store,
        limits: limits,
        clock: time.clock,
        events: SecurityEvents { event in told.events.withLock { $0.append(event) } }
      )
    }

    func issue(
      _ purpose: SingleUsePurpose = .passwordReset,
      _ account: String = "ines",
      of subject: String = "",
      from address: String? = nil
    ) async throws -> String {
      try await tokens.issue(purpose, for: account, of: subject, from: address.flatMap { ClientAddress($0) })
    }

    func use(_ text: String, _ purpose: SingleUsePurpose = .passwordReset) async -> LoginError.Code? {
      await refusal { () throws(LoginError) in try await tokens.use(text, for: purpose) }
    }
  }

  @Test("a token is 256 random bits in base64url, good once, and says whose it is and what it verifies")
  func once() async throws {
    let parts = try Parts()
    let text = try await parts.issue(.verification, "inés", of: "inés@example.org")
    #expect(text.utf8.count == 43 && decodedBase64URL(text).count == 32)
    let found = try await parts.tokens.find(text, for: .verification)
    let used = try await parts.tokens.use(text, for: .verification)
    for token in [found, used] {
      #expect(
        token.account.utf8.elementsEqual("inés".utf8) && token.subject.utf8.elementsEqual("inés@example.org".utf8)
      )
      #expect(token.expires == parts.time.seconds + 1800)
    }
    #expect(await parts.use(text, .verification) == .token)
    #expect(parts.told.all == [.addressVerified(account: "inés")])
    var seen: Set<String> = []
    for number in 0..<1000 { #expect(seen.insert(try await parts.issue(.passwordReset, "\(number)")).inserted) }
  }

  @Test("An application has purposes of its own, each with its kind of record and its lifetime")
  func ownPurposes() async throws {
    let parts = try Parts()
    let invitation = SingleUsePurpose(kind: RecordKind(32_768), lifetime: 7 * 86_400)
    let login = SingleUsePurpose(kind: RecordKind(32_769))
    let invited = try await parts.issue(invitation)
    let link = try await parts.issue(login)
    let reset = try await parts.issue(.passwordReset)
    #expect(await parts.use(invited, login) == .token)
    #expect(await parts.use(invited, .passwordReset) == .token)
    parts.time.seconds += 1800
    #expect(await parts.use(link, login) == .token)
    #expect(await parts.use(reset) == .token)
    #expect(await parts.use(invited, invitation) == nil)
    #expect(await parts.use(invited, invitation) == .token)
    let late = try await parts.issue(invitation)
    parts.time.seconds += 7 * 86_400
    #expect(await parts.use(late, invitation) == .token)
    let refused = [
      SingleUsePurpose(kind: .session), SingleUsePurpose(kind: RecordKind(32_767)),
      SingleUsePurpose(kind: RecordKind(40_000), lifetime: 59),
      SingleUsePurpose(kind: RecordKind(40_000), lifetime: .max),
    ]
    for purpose in refused {
      #expect(
        await refusal { () throws(LoginError) in
          _ = try await parts.tokens.issue(purpose, for: "ines", from: nil)
        } == .configuration
      )
      #expect(await parts.use(late, purpose) == .configuration)
    }
  }

  @Test("a token is good for its purpose alone, and refusals do not use it up")
  func purposes() async throws {
    let parts = try Parts()
    let (reset, verification) = (try await parts.issue(), try await parts.issue(.verification))
    #expect(await parts.use(reset, .verification) == .token)
    #expect(await parts.use(verification, .passwordReset) == .token)
    let bad = [
      "", "x", String(reset.dropLast()), reset + "A", reset + "=", " " + reset, reset + "\n", reset.uppercased() + "é",
      String(repeating: "A", count: 43), String(repeating: "A", count: 1_000_000),
      base64URL(Array(repeating: 0, count: 31)), String(reset.dropLast()) + "_",
    ]
    for text in bad where text != reset { #expect(await parts.use(text) == .token, "\(text.prefix(50))") }
    #expect(await parts.use(reset) == nil)
    #expect(await parts.use(verification, .verification) == nil)
  }

  @Test(
    "a token is good for half an hour, and not before it was made (S08)",
    arguments: [(0, true), (1799, true), (1800, false), (86_400, false), (-1, false), (-86_400, false)]
      as [(Int64, Bool)]
  )
  func lifetime(_ seconds: Int64, _ isGood: Bool) async throws {
    let parts = try Parts()
    let text = try await parts.issue()
    parts.time.seconds += seconds
    #expect(await parts.use(text) == (isGood ? nil : .token))
  }

  @Test("a new token ends those before it, of the same account and purpose alone")
  func latest() async throws {
    let parts = try Parts()
    let (first, verification) = (try await parts.issue(), try await parts.issue(.verification))
    let other = try await parts.issue(.passwordReset, "oskar")
    let second = try await parts.issue()
    #expect(await parts.use(first) == .token)
    #expect(await parts.use(second) == nil)
    #expect(await parts.use(other) == nil)
    #expect(await parts.use(verification, .verification) == nil)
    let third = try await parts.issue()
    #expect(try await parts.tokens.revokeAll(.passwordReset, of: "ines") == 1)
    #expect(await parts.use(third) == .token)
  }

  @Test("5 tokens are made for an account in a moment, and as many for one mail address, for all callers together")
  func limits() async throws {
    let parts = try Parts(limits: nil)
    func issue(_ purpose: SingleUsePurpose, _ account: String, _ subject: String = "") async -> LoginError.Code? {
      await refusal { () throws(LoginError) in
        try await parts.tokens.issue(purpose, for: account, of: subject, from: nil)
      }
    }
    for _ in 0..<5 { #expect(await issue(.passwordReset, "ines") == nil) }
    #expect(await issue(.passwordReset, "ines") == .waiting)
    // What was refused has ended nothing, and other purposes go on.
    #expect(parts.told.all.count { $0 == .passwordResetRequested(account: "ines") } == 5)
    for number in 0..<5 { #expect(await issue(.verification, "\(number)", "victim@example.org") == nil) }
    #expect(await issue(.verification, "new", "victim@example.org") == .waiting)
    parts.time.seconds += 360
    #expect(await issue(.passwordReset, "ines") == nil)
    #expect(await issue(.passwordReset, "ines") == .waiting)
  }

  @Test("an address may ask for 60 in a moment, whichever the accounts")
  func addresses() async throws {
    let parts = try Parts(limits: nil)
    for number in 0..<60 { _ = try await parts.issue(.passwordReset, "\(number)", from: "192.0.2.1") }
    await #expect(throws: LoginError.self) { try await parts.issue(.passwordReset, "new", from: "192.0.2.1") }
    _ = try await parts.issue(.passwordReset, "new", from: "192.0.2.2")
  }

  @Test("names are bounded, at the cap and one past it")
  func names() async throws {
    let parts = try Parts()
    for (count, isTaken) in [(0, false), (1, true), (255, true), (256, false)] {
      let account = String(repeating: "x", count: count)
      let text = try? await parts.issue(.passwordReset, account)
      #expect((text != nil) == isTaken)
    }
    for (count, isTaken) in [(0, true), (1024, true), (1025, false)] {
      let subject = String(repeating: "x", count: count)
      let text = try? await parts.issue(.verification, "ines", of: subject)
      #expect((text != nil) == isTaken)
    }
  }

  @Test("S13 a row that somebody else has written is a typed error")
  func hostileRows() async throws {
    let parts = try Parts()
    let text = try await parts.issue(.verification, "ines", of: "ines@example.org")
    let bytes = decodedBase64URL(text)
    let key = RecordKey(.verification, try RecordID(hashing: bytes.span))
    let good = SingleUseToken.bytes(created: parts.time.seconds, subject: "x")
    let rows: [(bytes: [UInt8], format: UInt8, owner: [UInt8])] = [
      ([], 1, [97]), (Array(good.prefix(7)), 1, [97]), (good, 0, [97]), (good, 2, [97]), (good, 1, []),
      (good, 1, [0xFF]), (good + [0xFF], 1, [97]), ([UInt8](repeating: 0xFF, count: 8), 1, [97]),
    ]
    for row in rows {
      let current = try #require(await parts.store.read(key, at: parts.time.seconds))
      let content = try RecordContent(
        row.bytes.span,
        format: row.format,
        owner: row.owner,
        expires: RecordContent.never
      )
      _ = await parts.store.replace(key, current.version, with: content, at: parts.time.seconds)
      #expect(await parts.use(text, .verification) == .corrupt)
    }
    for created in [Int64.max, NumericDate.last, 0] {
      let current = try #require(await parts.store.read(key, at: parts.time.seconds))
      let bytes = SingleUseToken.bytes(created: created, subject: "")
      let content = try RecordContent(bytes.span, format: 1, owner: [97], expires: RecordContent.never)
      _ = await parts.store.replace(key, current.version, with: content, at: parts.time.seconds)
      #expect(await parts.use(text, .verification) == .token)
    }
  }

  @Test("S04 the store has the hash of a token, and nothing of the token")
  func atRest() async throws {
    let parts = try Parts()
    let text = try await parts.issue()
    let bytes = decodedBase64URL(text)
    let records = await parts.store.list(.passwordReset, of: Array("ines".utf8), after: nil, limit: 10, at: 0)
    #expect(records.count == 1)
    for record in records {
      let stored = record.content.storage + record.key.id.bytes
      #expect(!stored.indices.contains { stored[$0...].starts(with: bytes.prefix(8)) })
      var shown = "\(record) \(parts.tokens)"
      dump(record, to: &shown)
      dump(parts.tokens, to: &shown, maxDepth: 3)
      #expect(!shown.contains(text))
    }
  }
}
