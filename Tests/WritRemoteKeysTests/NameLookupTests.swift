// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  import Dispatch
  import Synchronization
  import Testing
  import WritAuthentication

  @testable import WritRemoteKeys

  /// A resolver that does not answer for one name until it is let go.
  final class StuckResolver: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    let calls = Atomic<Int>(0)

    var lookup: NameLookup {
      NameLookup { host in
        guard host.hasPrefix("stuck") else { return [InternetAddress([127, 0, 0, 1])] }
        self.calls.add(1, ordering: .relaxed)
        self.gate.wait()
        return []
      }
    }

    func letGo(_ count: Int = 1) { for _ in 0..<count { gate.signal() } }
  }

  @Suite("A resolver that is stuck", .timeLimit(.minutes(1)))
  struct NameLookupTests {
    private func source(_ host: String, deadline: Duration = .milliseconds(50)) throws -> HTTPSJWKSSource {
      let server = try LocalServer.shared.get()
      return try HTTPSJWKSSource(
        url: "https://\(host):\(server.port)/keys",
        certificateAuthorities: server.certificate,
        allowPrivateAddresses: ["127.0.0.1"],
        deadline: deadline
      )
    }

    private func code(_ source: HTTPSJWKSSource, _ lookup: NameLookup) async -> KeyFetchError.Code? {
      do {
        _ = try await source.fetch(lookingUpWith: lookup)
        return nil
      } catch {
        return (error as? KeyFetchError)?.code ?? .source
      }
    }

    @Test("A fetch ends at its deadline while the name is still being looked up, and others go on (K11)")
    func deadline() async throws {
      let resolver = StuckResolver()
      let lookup = resolver.lookup
      // The resolver is let go only afterwards: a fetch that waited for it would never end.
      #expect(await code(try source("stuck.example"), lookup) == .timeout)
      #expect(lookup.count == 1)
      // The certificate names 127.0.0.1 alone: that it is refused shows that the server was reached.
      #expect(await code(try source("other.example", deadline: .seconds(5)), lookup) == .tls)
      _ = try await source("127.0.0.1", deadline: .seconds(5)).fetch(lookingUpWith: lookup)
      resolver.letGo()
    }

    @Test("Fetches of one name share one thread while it is stuck, and a bounded number of names may be (K11)")
    func bounds() async throws {
      let resolver = StuckResolver()
      let lookup = resolver.lookup
      for _ in 0..<3 {
        #expect(await code(try source("stuck.example", deadline: .milliseconds(5)), lookup) == .timeout)
      }
      #expect(resolver.calls.load(ordering: .relaxed) == 1)
      for number in 1..<NameLookup.maximumCount { try lookup.begin("stuck\(number).example", FirstAnswer()) }
      #expect(lookup.count == NameLookup.maximumCount)
      #expect(await code(try source("one-more.example"), lookup) == .unreachable)
      #expect(await code(try source("stuck.example", deadline: .milliseconds(5)), lookup) == .timeout, "known already")
      resolver.letGo(NameLookup.maximumCount)
    }

    @Test("A task that is cancelled stops waiting for a resolver that is stuck (K11)")
    func cancellation() async throws {
      let resolver = StuckResolver()
      let lookup = resolver.lookup
      let source = try source("stuck.example", deadline: .seconds(5))
      let task = Task { await code(source, lookup) }
      task.cancel()
      #expect(await task.value == .cancelled)
      resolver.letGo()
    }

    @Test("A name without an address is not found; a host and port that cannot be are refused at once")
    func names() async throws {
      #expect(await code(try source("nowhere.example"), NameLookup { _ in [] }) == .unreachable)
      #expect(await code(try source("localhost", deadline: .seconds(5)), .system) == .tls)
      for address in [
        "https://[::1/", "https://a:0/", "https://a:65536/", "https://a:x/", "https://a:/", "https://:1/",
      ] {
        #expect(throws: KeyFetchError.self, "\(address)") { try HTTPSJWKSSource(url: address) }
      }
      #expect(
        InternetAddress([0x20, 1, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]).text == "[2001:db8:0:0:0:0:0:1]"
      )
    }
  }
#endif
