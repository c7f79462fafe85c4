// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Memory that runs out in libcrypto, under everything that stands on it; `Tests/AllocationFailures` is the process
/// that it runs out in.
@Suite("Memory that runs out", .timeLimit(.minutes(60)))
struct ExhaustedMemoryTests {
  /// Only optimised: `Scripts/test` runs both builds, and in debug the same failures take three minutes.
  @Test(
    "When any allocation of libcrypto fails, the caller gets a typed error or the right result, and nothing is lost (J47)",
    .enabled(if: isOptimised, "needs an optimised build")
  )
  func failures() async throws {
    let output = FileManager.default.temporaryDirectory.appending(path: "writ-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let process = Process()
    process.executableURL = URL(filePath: Self.executable())
    // With `WRIT_LONG` every allocation fails once.
    process.arguments = [ProcessInfo.processInfo.environment["WRIT_LONG"] == nil ? "499" : "1"]
    process.standardOutput = try FileHandle(forWritingTo: output)
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    let lines = String(decoding: try Data(contentsOf: output), as: UTF8.self).split(separator: "\n")
    #expect(status == 0)
    #expect(lines.filter { $0.hasPrefix("problem") } == [])
    #expect(lines.count > 70)
    // What Writ fetches once is fetched again where that failed.
    #expect(lines.filter { $0.hasPrefix("digest") && !$0.hasSuffix(" 0 ever after") } == [])
    // Each of them allocates, but for what is computed without.
    let unrefused = lines.filter { $0.contains(" 0 refused") }.map { $0.prefix { $0 != ":" } }
    let others = Set(unrefused).subtracting(["digest sha256", "making HS256", "random bytes"])
      .subtracting(["token HS256", "token HS384", "token HS512"])
    #expect(others == [])
  }

  private static func executable() -> String {
    var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    // On macOS the tests are in a bundle inside of the folder of products.
    while folder.pathComponents.count > 1 {
      let path = folder.appending(path: "AllocationFailures").path
      if FileManager.default.isExecutableFile(atPath: path) { return path }
      folder = folder.deletingLastPathComponent()
    }
    return ".build/debug/AllocationFailures"
  }
}
