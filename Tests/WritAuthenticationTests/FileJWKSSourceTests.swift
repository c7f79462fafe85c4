// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Keys fetched from a file", .timeLimit(.minutes(1)))
struct FileJWKSSourceTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func code(_ path: String) async -> KeyFetchError.Code? {
    do {
      _ = try await FileJWKSSource(path: path).fetch()
      return nil
    } catch {
      return (error as? KeyFetchError)?.code
    }
  }

  @Test("a file that is replaced gives its keys")
  func file() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "jwks.json")
    var issuer = try FakeIssuer("1")
    try Data(try issuer.published()).write(to: path, options: .atomic)
    let time = TestTime()
    var settings = RemoteKeySet.Settings()
    settings.deadline = .seconds(60)
    let keys = try RemoteKeySet(source: FileJWKSSource(path: path.path), settings: settings, clock: time.monotonic)
    let verifier = try TokenVerifier(keys: .remote(keys), issuer: "i", audience: "a")
    try await keys.refresh()
    _ = try verifier.verify(try issuer.token(0), as: NoClaims.self)
    try issuer.add("2")
    try Data(try issuer.published()).write(to: path, options: .atomic)
    time.seconds += 30
    _ = try await verifier.verifyRefreshingKeys(try issuer.token(1), as: NoClaims.self)
  }

  @Test(
    "K01 what is no regular file, or too long, is refused; a pipe without a writer keeps no one waiting"
  )
  func noFile() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let fifo = folder.appending(path: "fifo").path
    let status = unsafe mkfifo(fifo, 0o600)
    #expect(status == 0)
    for path in [fifo, folder.path, folder.path + "/missing", "/dev/zero", "/dev/null"] {
      #expect(await code(path) == .file)
    }
    for path in ["", "/etc/passwd\u{0}.json"] { #expect(await code(path) == .configuration) }
    let long = folder.appending(path: "long")
    for count in [524_288, 524_289, 10_000_000] {
      try Data(count: count).write(to: long)
      #expect(await code(long.path) == (count == 524_288 ? nil : .tooLarge))
    }
    try Data().write(to: long)
    #expect(await code(long.path) == nil)
  }
}
