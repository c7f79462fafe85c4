// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import Foundation
  import Synchronization
  import Testing
  import WritAuthentication
  import WritSQLite

  @Suite("Secrets, and what is written and shown")
  struct SQLiteCanaryTests {
    /// Whatever is printed, thrown or told while secrets are used.
    private final class Shown: Sendable {
      private let text = Mutex("")

      var all: String { text.withLock { $0 } }

      func add(_ value: some Any) {
        var dumped = "\(value) \(String(reflecting: value)) "
        dump(value, to: &dumped)
        for child in Mirror(reflecting: value).children { dumped += "\(child.value) " }
        text.withLock { [dumped] in $0 += dumped }
      }

      /// Runs what should be refused, and keeps what is said of it.
      func refused(_ body: () async throws -> some Any) async {
        do {
          let result = try await body()
          Issue.record("not refused: \(type(of: result))")
        } catch { add(error) }
      }
    }

    private final class Mailbox: CodeDelivery {
      private let codes = Mutex<[String]>([])

      var all: [String] { codes.withLock { $0 } }

      func deliver(_ code: String, to account: String) async throws { codes.withLock { $0.append(code) } }
    }

    /// The planted canaries: texts as people type them, and the bytes behind them.
    private struct Planted {
      var texts: [String] = []
      var bytes: [[UInt8]] = []

      mutating func add(_ text: String) {
        texts.append(text)
        bytes.append(Array(text.utf8))
      }

      /// A text of base64url, and what it stands for.
      mutating func add(base64URL text: String) {
        add(text)
        if let decoded = Base64URL.decode(text.utf8.span) { bytes.append(decoded) }
      }

      /// Each in the forms in which programs write bytes.
      var forms: [[UInt8]] {
        bytes.flatMap { bytes in
          let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
          let list = bytes.map(String.init).joined(separator: ", ")
          let base64 = Data(bytes).base64EncodedString()
          return [bytes] + [hex, hex.uppercased(), list, base64, Base64URL.encode(bytes.span)].map { Array($0.utf8) }
        }
      }
    }

    /// Of letters and digits alone.
    private static func decodedBase32(_ text: String) -> [UInt8]? {
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
      var bits = ""
      for character in text {
        guard let value = alphabet.firstIndex(of: character) else { return nil }
        let digits = String(value, radix: 2)
        bits += String(repeating: "0", count: 5 - digits.count) + digits
      }
      let bytes = Array(bits)
      return stride(from: 0, to: bytes.count - 7, by: 8).compactMap { UInt8(String(bytes[$0..<$0 + 8]), radix: 2) }
    }

    @Test("S03, S04, T06 nothing planted is in the file, in its log, in an error, an event or a description")
    func canaries() async throws {
      let folder = try StoreFolder()
      let store = try SQLiteRecordStore(path: folder.path)
      let (shown, mailbox) = (Shown(), Mailbox())
      var planted = Planted()
      let random = { "canary-\(UInt64.random(in: 1 << 40 ... .max))-\(UInt64.random(in: 1 << 40 ... .max))" }
      let account = "account-\(UInt64.random(in: 0...UInt64.max))"
      let secret = try RecordID.random().bytes
      planted.bytes.append(secret)
      let ring = try SecretRing([ApplicationSecret(secret.span, identifier: "1")])
      let events = SecurityEvents { event in shown.add(event) }
      let clock = TokenClock.fixed(now)

      let sessions = try Sessions(
        store: store,
        ring: ring,
        origins: ["https://app.example"],
        clock: clock,
        events: events
      )
      let passwords = Passwords(
        store: store,
        hasher: PasswordHasher(parameters: .weak(), ring: ring),
        revoking: [sessions],
        clock: clock,
        events: events
      )
      let codes = try OneTimePasswords(store: store, ring: ring, clock: clock, events: events)
      let recovery = RecoveryCodes(store: store, ring: ring, clock: clock, events: events)
      let sent = try SentCodes(
        store: store,
        ring: ring,
        delivery: mailbox,
        digits: 8,
        clock: clock,
        events: events
      )
      for part in [sessions, passwords, codes, recovery, sent, ring, store] as [any Sendable] { shown.add(part) }

      // Passwords and tokens.
      let (first, second, wrong) = (random(), random(), random())
      for text in [first, second, wrong] { planted.add(text) }
      try await passwords.set(first, for: account, from: nil)
      try await passwords.verify(first, account: account, from: nil)
      for _ in 0..<6 { await shown.refused { try await passwords.verify(wrong, account: account, from: nil) } }
      await shown.refused { try await passwords.set(wrong, for: account, from: nil) }
      let token = try await passwords.requestReset(for: account, from: nil)
      planted.add(base64URL: token)
      await shown.refused { try await passwords.reset(to: wrong, by: token + "A") }
      await shown.refused { try await passwords.reset(to: "\(wrong)\0", by: token) }
      shown.add(try await passwords.tokens.find(token, for: .passwordReset))
      try await passwords.reset(to: second, by: token)
      await shown.refused { try await passwords.reset(to: wrong, by: token) }
      let verification = try await passwords.tokens.issue(.verification, for: account, of: "a@b.example", from: nil)
      planted.add(base64URL: verification)
      let unused = try await passwords.requestReset(for: account, from: nil)
      planted.add(base64URL: unused)

      // One-time passwords and codes.
      let uri = try await codes.enroll(account, issuer: "Example", digits: 8)
      shown.add(uri)
      planted.add(uri.key.secret.secretBase32())
      planted.bytes.append(try #require(Self.decodedBase32(uri.key.secret.secretBase32())))
      planted.add(try uri.key.code(at: now))
      await shown.refused { try await codes.confirm(wrong, account: account) }
      try await codes.confirm(uri.key.code(at: now), account: account)
      await shown.refused { try await codes.verify(uri.key.code(at: now), account: account) }
      for _ in 0..<6 { await shown.refused { try await codes.verify(wrong, account: account) } }
      let texts = try await recovery.generate(for: account)
      for text in texts {
        planted.add(text)
        planted.add(text.filter { $0 != "-" })
      }
      _ = try await recovery.verify(texts[0], account: account)
      await shown.refused { try await recovery.verify(texts[0], account: account) }
      let attempt = Array(random().utf8)
      planted.bytes.append(attempt)
      for _ in 0..<2 { try await sent.send(to: account, attempt: attempt.span) }
      await shown.refused { try await sent.verify(wrong, account: account, attempt: attempt.span) }
      for code in mailbox.all { planted.add(code) }

      // Sessions.
      let visitor = try await sessions.beginUnlimitedAnonymous()
      let begun = try await sessions.begin(
        for: account,
        proving: [.password],
        replacing: visitor.session,
        since: .unchecked
      )
      let rotated = try await sessions.rotate(begun.session, proving: .oneTimePassword)
      for session in [visitor, begun, rotated] {
        shown.add(session)
        shown.add(session.session)
        let pair = String(session.cookie.prefix { $0 != ";" })
        planted.add(base64URL: String(pair.drop { $0 != "=" }.dropFirst()))
        await shown.refused { try await sessions.session(in: ["\(pair); \(pair)"]) }
        let forgery = try sessions.forgeryToken(for: session.session)
        planted.add(forgery)
        let request = RequestOrigin(method: "POST", fetchSite: [], origin: [], tokens: [forgery], upgrade: [])
        await shown.refused { try sessions.check(request, for: session.session) }
      }

      // Refresh tokens: one that is used, its successor within the window, and one that was stolen.
      let tokens = try RefreshTokens(store: store, ring: ring, sessions: sessions, clock: clock, events: events)
      shown.add(tokens)
      let grant = try await tokens.begin(
        for: account,
        client: "app",
        scopes: ["read"],
        session: rotated.session,
        since: .unchecked
      )
      let next = try await tokens.rotate(grant.token, client: "app")
      for grant in [grant, next] {
        shown.add(grant)
        shown.add(grant.family)
        planted.add(base64URL: grant.token)
        if let bytes = Base64URL.decode(grant.token.utf8.span) {
          planted.bytes += [Array(bytes.prefix(32)), Array(bytes.suffix(32))]
        }
        await shown.refused { try await tokens.rotate(grant.token, client: "other") }
        await shown.refused { try await tokens.rotate(grant.token, client: "app", scopes: [grant.token]) }
        await shown.refused { try await tokens.rotate(grant.token + "A", client: "app") }
      }
      let late = try RefreshTokens(store: store, ring: ring, clock: .fixed(now + 60), events: events)
      let stolen = try await tokens.begin(for: account, client: "app", since: .unchecked)
      planted.add(base64URL: stolen.token)
      planted.add(base64URL: try await tokens.rotate(stolen.token, client: "app").token)
      await shown.refused { try await late.rotate(stolen.token, client: "app") }

      // The log first, which holds what was written; then the file, when all is in it.
      let log = try Data(contentsOf: URL(filePath: folder.path + "-wal"))
      try await store.checkpoint()
      let file = try Data(contentsOf: URL(filePath: folder.path))
      let text = Data(shown.all.utf8)
      for (name, data) in [("log", log), ("file", file), ("shown", text)] {
        #expect(data.range(of: Data(account.utf8)) != nil, "what should be in the \(name) is found there")
        for form in planted.forms where data.range(of: Data(form)) != nil {
          Issue.record("\(String(decoding: form, as: UTF8.self)) is in the \(name)")
        }
        #expect(data.range(of: Data("canary".utf8)) == nil, "\(name)")
      }
      #expect(planted.texts.count > 30)
    }
  }
#endif
