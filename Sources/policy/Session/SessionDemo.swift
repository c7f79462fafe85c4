// SPDX-License-Identifier: Apache-2.0

private import StrictJSON
private import Synchronization
internal import WritLogin

/// The life of a session and of the refresh tokens that hang on it.
struct SessionDemo {
  /// A step of the demonstration: what happened, the answers, and the stored records.
  struct Step {
    let title: String
    let shown: [(name: String, value: String)]
    let events: [SecurityEvent]
    let stored: [(kind: String, record: Record)]
    let time: Int64
  }

  private final class World: Sendable {
    let time = Atomic<Int64>(1_800_000_000)
    let events = Mutex<[SecurityEvent]>([])

    var clock: TokenClock { .custom { self.time.load(ordering: .relaxed) } }
    var told: SecurityEvents { SecurityEvents { event in self.events.withLock { $0.append(event) } } }
  }

  private let account = "ines"
  private let world = World()
  private let store: MemoryRecordStore
  private let sessions: Sessions<MemoryRecordStore>
  private let tokens: RefreshTokens<MemoryRecordStore>

  init() throws {
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "demo")])
    store = try MemoryRecordStore()
    sessions = try Sessions(
      store: store,
      ring: ring,
      origins: ["https://app.example"],
      clock: world.clock,
      events: world.told
    )
    tokens = try RefreshTokens(store: store, ring: ring, sessions: sessions, clock: world.clock, events: world.told)
  }

  func steps() async throws -> [Step] {
    var steps: [Step] = []
    let epoch = try await sessions.epoch(of: account)
    let begun = try await sessions.begin(
      for: account,
      proving: [.password],
      label: "laptop",
      replacing: nil,
      since: epoch
    )
    steps.append(await step("\(account) logs in with a password", ["Set-Cookie": begun.cookie]))

    let stronger = try await sessions.rotate(begun.session, proving: .oneTimePassword)
    let old = try await sessions.session(in: [pair(begun)])
    steps.append(
      await step(
        "\(account) proves a second factor: another identifier, the same name",
        ["Set-Cookie": stronger.cookie, "the old cookie is": old == nil ? "no session" : "a session"]
      )
    )

    let first = try await tokens.begin(
      for: account,
      client: "app",
      scopes: ["read"],
      session: stronger.session,
      since: epoch
    )
    steps.append(await step("an application gets a refresh token, which hangs on the session", ["token": first.token]))

    let second = try await tokens.rotate(first.token, client: "app")
    let again = try await tokens.rotate(first.token, client: "app")
    steps.append(
      await step(
        "the application uses it twice, as the first answer was lost",
        ["token": second.token, "the second time": again.token == second.token ? "the same" : "another"]
      )
    )

    world.time.add(60, ordering: .relaxed)
    let reuse = await refusal(first.token)
    let next = await refusal(second.token)
    steps.append(
      await step(
        "a minute later somebody shows the first token once more: it was stolen, and the family is revoked",
        ["the first token": reuse, "its successor": next]
      )
    )

    let last = try await tokens.begin(
      for: account,
      client: "app",
      scopes: ["read"],
      session: stronger.session,
      since: epoch
    )
    let cleared = try await sessions.end(stronger.session)
    steps.append(
      await step(
        "\(account) logs out: the session ends, and with it what hangs on it",
        ["Set-Cookie": cleared, "another refresh token": await refusal(last.token)]
      )
    )
    return steps
  }

  private func pair(_ begun: BegunSession) -> String { String(begun.cookie.prefix { $0 != ";" }) }

  private func refusal(_ token: String) async -> String {
    do throws(RefreshTokenError) {
      _ = try await tokens.rotate(token, client: "app")
      return "taken"
    } catch {
      return error.code.rawValue
    }
  }

  private func step(_ title: String, _ shown: KeyValuePairs<String, String>) async -> Step {
    let time = world.time.load(ordering: .relaxed)
    var stored: [(String, Record)] = []
    for (name, kind) in [("session", RecordKind.session), ("refresh family", .refreshFamily)] {
      for record in await store.list(kind, of: Array(account.utf8), after: nil, limit: 100, at: time) {
        stored.append((name, record))
      }
    }
    let events = world.events.withLock { events in
      defer { events = [] }
      return events
    }
    return Step(title: title, shown: shown.map { ($0.key, $0.value) }, events: events, stored: stored, time: time)
  }
}

extension SessionDemo.Step {
  private func fields(_ entry: (kind: String, record: Record)) -> (key: String, owner: String, seconds: Int64) {
    let id = entry.record.key.id.bytes
    let content = entry.record.content
    return (Base64URL.encode(id.span), String(decoding: content.owner, as: UTF8.self), content.expires - time)
  }

  /// For people: a title, and lines below it.
  var text: String {
    var lines = [Style.bold(title)]
    func line(_ name: String, _ value: String) {
      lines.append("  \(Style.dim(name.padded(to: 22)))  \(value)")
    }
    for (name, value) in shown { line(name, value) }
    for event in events { line("event", "\(event)") }
    for entry in stored {
      let (key, owner, seconds) = fields(entry)
      line("stored", "\(entry.kind) \(key) of \(owner): \(entry.record.content.bytes.count) bytes for \(seconds) s")
    }
    if stored.isEmpty { line("stored", "nothing") }
    return lines.joined(separator: "\n") + "\n\n"
  }

  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("step")
    writer.string(title)
    writer.key("shown")
    writer.beginObject()
    for (name, value) in shown {
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
    writer.key("events")
    writer.beginArray()
    for event in events { writer.string("\(event)") }
    writer.endArray()
    writer.key("stored")
    writer.beginArray()
    for entry in stored {
      let (key, owner, seconds) = fields(entry)
      writer.beginObject()
      writer.key("kind")
      writer.string(entry.kind)
      writer.key("key")
      writer.string(key)
      writer.key("owner")
      writer.string(owner)
      writer.key("bytes")
      writer.integer(entry.record.content.bytes.count)
      writer.key("seconds")
      writer.integer(seconds)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.text
  }
}

extension String {
  /// The text, and spaces behind it as far as there is room.
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - self.count))
  }
}
