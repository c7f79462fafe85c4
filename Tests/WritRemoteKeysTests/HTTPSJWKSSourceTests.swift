// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  import Foundation
  import Testing
  import WritAuthentication
  import WritRemoteKeys

  /// The rows K01, K02, K03 and K10 of Documentation/ThreatModel.md against a server that tries them.
  @Suite("Keys fetched over HTTPS", .timeLimit(.minutes(3)))
  struct HTTPSJWKSSourceTests {
    private let server: LocalServer

    init() throws { server = try LocalServer.shared.get() }

    private func source(
      _ path: String,
      host: String = "127.0.0.1",
      port: Int? = nil,
      allowing allowed: [String] = ["127.0.0.1"],
      isTrusted: Bool = true,
      deadline: Duration = .seconds(5)
    ) throws -> HTTPSJWKSSource {
      try HTTPSJWKSSource(
        url: "https://\(host):\(port ?? server.port)\(path)",
        certificateAuthorities: isTrusted ? server.certificate : nil,
        allowPrivateAddresses: allowed,
        deadline: deadline
      )
    }

    private func code(_ source: HTTPSJWKSSource) async -> KeyFetchError.Code? {
      do {
        _ = try await source.fetch()
        return nil
      } catch let error as KeyFetchError {
        #expect(!error.description.contains("127.0.0.1") && !error.description.contains("secret"))
        return error.code
      } catch {
        return .source
      }
    }

    private func object(_ path: String) async throws -> [String: Any] {
      let bytes = try await source(path).fetch().bytes
      return try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    @Test("a set is fetched, and verifies", arguments: ["/keys", "/jwk-set", "/chunked"])
    func keys(path: String) async throws {
      let keys = try RemoteKeySet(source: source(path))
      try await keys.refresh()
      #expect(keys.status.keys.map(\.identifier) == ["1"])
      #expect(keys.status.refusals.isEmpty)
    }

    @Test("the request holds nothing of the surroundings")
    func request() async throws {
      let headers = try await object("/request")
      #expect(Set(headers.keys) == ["host", "user-agent", "accept"])
    }

    @Test(
      "K01 what is too long is refused, whatever it says of its length",
      arguments: [
        ("/cap", nil), ("/cap-and-one", .tooLarge), ("/cap-and-one-unsized", .tooLarge), ("/10-megabytes", .tooLarge),
        ("/lying", .tooLarge), ("/endless", .tooLarge), ("/endless-404", .tooLarge), ("/endless-header", .tooLarge),
        ("/endless-continue", .tooLarge),
      ] as [(String, KeyFetchError.Code?)]
    )
    func length(path: String, expected: KeyFetchError.Code?) async throws {
      #expect(await code(try source(path)) == expected)
    }

    @Test("K01 a compressed answer is refused and not unpacked", arguments: ["/gzip", "/gzip-transfer"])
    func compressed(path: String) async throws {
      let code = await code(try source(path))
      #expect(code == .contentType || code == .tooLarge)
    }

    @Test("K02 a redirect is not followed", arguments: ["/redirect", "/redirect-http", "/redirect-file", "/refresh"])
    func redirect(path: String) async throws {
      #expect(await code(try source(path)) == .status)
      #expect(try await object("/hits")["/target"] == nil)
    }

    @Test(
      "K02 J08 an address that is not public is refused when the socket is opened, however it is written",
      arguments: [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "10.0.0.1", "169.254.169.254", "[fe80::1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]", "100.64.0.1", "224.0.0.1", "[fd00:ec2::254]",
      ]
    )
    func addresses(host: String) async throws {
      #expect(await code(try source("/keys", host: host, allowing: [])) == .address)
      // Another that is allowed is none of its business.
      if !host.contains("127.0.0.1") || host.contains("[") {
        #expect(await code(try source("/keys", host: host, allowing: ["192.168.7.0/24"])) == .address)
      }
    }

    @Test("K02 http is refused, and https where none is spoken; so are passwords, fragments and other addresses")
    func schemes() async throws {
      #expect(await code(try source("/keys", port: server.plainPort)) == .tls)
      let long = "https://" + String(repeating: "a", count: 2040)
      for url in [
        "http://id.example/", "HTTP://id.example/", "file:///etc/passwd", "", "https://", "https:///keys",
        "https:/id.example", "ftp://id.example/", "https://user:secret@id.example/", "https://id.example@127.0.0.1/",
        "https://id.example/#a", "https://id.example/\\", "https://id.example/ a", "https://id.example/\r\nX: y",
        "https://\u{e9}.example/", "https://id.example/\u{0}", long + "a", "//id.example/",
      ] {
        #expect(throws: KeyFetchError.self, "\(url)") { try HTTPSJWKSSource(url: url) }
      }
      _ = try HTTPSJWKSSource(url: long)
      for allowed in ["localhost", "", "10.0.0.0/33", "*"] {
        #expect(throws: KeyFetchError.self) {
          try HTTPSJWKSSource(url: "https://id.example/", allowPrivateAddresses: [allowed])
        }
      }
      for deadline in [Duration.zero, .milliseconds(5001), .seconds(-1), .seconds(Int64.max)] {
        #expect(throws: KeyFetchError.self) { try HTTPSJWKSSource(url: "https://id.example/", deadline: deadline) }
      }
    }

    @Test("a certificate of an unknown authority, and one for another name, are refused")
    func certificates() async throws {
      #expect(await code(try source("/keys", isTrusted: false)) == .tls)
      #expect(await code(try source("/keys", host: "localhost", allowing: ["127.0.0.1", "::1"])) == .tls)
      let missing = try HTTPSJWKSSource(
        url: "https://127.0.0.1:\(server.port)/keys",
        certificateAuthorities: "/missing.pem",
        allowPrivateAddresses: ["127.0.0.1"]
      )
      #expect(await code(missing) == .tls)
    }

    @Test(
      "K03 one deadline for everything: headers and bodies that drip, and silence",
      arguments: ["/slow-header", "/slow-body", "/hang"]
    )
    func slow(path: String) async throws {
      #expect(await code(try source(path, deadline: .milliseconds(300))) == .timeout)
    }

    @Test("K03 all who wait for a fetch that drips are let go together")
    func waitingTogether() async throws {
      let keys = try RemoteKeySet(source: source("/slow-body", deadline: .milliseconds(500)))
      let refreshes = (0..<8).map { _ in
        Task { () -> KeyFetchError.Code? in
          do throws(KeyFetchError) {
            try await keys.refresh()
            return nil
          } catch {
            return error.code
          }
        }
      }
      for task in refreshes { #expect(await task.value == .timeout) }
    }

    @Test("X05 a fetch whose task is cancelled ends before its deadline with nothing left behind")
    func cancelled() async throws {
      let source = try source("/hang")
      let task = Task { await code(source) }
      try await Task.sleep(for: .milliseconds(100))
      task.cancel()
      #expect(await task.value == .cancelled)
    }

    @Test(
      "K10 status 200 and a type of JSON, nothing else",
      arguments: [
        ("/204", .status), ("/206", .status), ("/304", .status), ("/401", .status), ("/500", .status),
        ("/404", .status),
        ("/html", .contentType), ("/text", .contentType), ("/jsonp", .contentType), ("/untyped", .contentType),
        ("/short", .unreachable), ("/09", .unreachable),
      ] as [(String, KeyFetchError.Code)]
    )
    func answers(path: String, expected: KeyFetchError.Code) async throws {
      #expect(await code(try source(path)) == expected)
    }

    @Test(
      "K10 max-age is read as digits, or not at all",
      arguments: [
        ("max-age=60", .seconds(60)), ("public,_MAX-AGE=60_,_must-revalidate", .seconds(60)), ("max-age=0", .zero),
        ("max-age=1000000000000", .seconds(1_000_000_000_000)), ("max-age=99999999999999999999", .seconds(Int64.max)),
        ("max-age=-1", nil), ("max-age=+1", nil), ("max-age=1.5", nil), ("max-age=", nil), ("max-age=1e3", nil),
        ("s-maxage=9", nil), ("no-store", nil), ("max-age=5,max-age=9", .seconds(5)), (",,,", nil),
      ] as [(String, Duration?)]
    )
    func freshness(value: String, expected: Duration?) async throws {
      #expect(try await source("/cache/\(value)").fetch().maximumAge == expected)
    }

    @Test("no server, and no such name")
    func unreachable() async throws {
      #expect(await code(try source("/keys", port: 1)) == .unreachable)
      #expect(await code(try source("/keys", host: "nobody.invalid")) == .unreachable)
    }

    @Test("K03 64 fetches at once, each cut off, leave the pool of threads free")
    func many() async throws {
      let slow = try source("/hang", deadline: .milliseconds(500))
      let tasks = (0..<64).map { _ in Task { await code(slow) } }
      // Were the pool blocked, this would wait for all of them.
      #expect(await code(try source("/keys")) == nil)
      for task in tasks { #expect(await task.value == .timeout) }
    }
  }
#endif
