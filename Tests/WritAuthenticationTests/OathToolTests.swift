// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

/// Agreement with `oathtool` (Debian package oathtool), where it is installed.
@Suite("Agreement with oathtool", .enabled(if: OathTool.path != nil))
struct OathToolTests {
  @Test("ten thousand random codes, of time steps and of counters, are those of oathtool")
  func agreement() throws {
    var random = SystemRandomNumberGenerator()
    // Five hundred secrets, and of each the codes of twenty counters one after the other.
    for round in 0..<500 {
      let algorithm = OneTimePasswordAlgorithm.allCases[round % 3]
      let digits = Int.random(in: 6...8, using: &random)
      let bytes = try Randomness.bytes(Int.random(in: 16...128, using: &random))
      let secret = try OneTimeSecret(bytes: bytes.span)
      let isCounting = algorithm == .sha1 && round % 2 == 0
      let period = Int64.random(in: 1...3600, using: &random)
      let first = UInt64.random(in: 0...(isCounting ? UInt64(Int64.max) - 100 : 9_000_000), using: &random)
      let movingFactor: OneTimePasswordKey.MovingFactor = isCounting ? .counter : .time(period: period)
      let key = try OneTimePasswordKey(secret, movingFactor: movingFactor, algorithm: algorithm, digits: digits)
      var arguments = ["--base32", "--digits=\(digits)", "--window=19"]
      if isCounting {
        arguments += ["--hotp", "--counter=\(first)"]
      } else {
        // Any second of the first step; oathtool takes times up to 2037 everywhere.
        let time = Int64(first) % (2_000_000_000 / period) * period + Int64.random(in: 0..<period, using: &random)
        arguments += ["--totp=\(algorithm.rawValue)", "--time-step-size=\(period)s", "--now=@\(time)"]
        let codes = try OathTool.run(arguments + [secret.secretBase32()])
        #expect(codes == (try (0...19).map { try key.code(at: time + $0 * period) }), "\(arguments)")
        continue
      }
      let codes = try OathTool.run(arguments + [secret.secretBase32()])
      #expect(codes == (try (0...19).map { try key.code(counter: first + $0) }), "\(arguments)")
    }
  }
}

enum OathTool {
  static let path: String? = ["/usr/bin/oathtool", "/usr/local/bin/oathtool", "/opt/homebrew/bin/oathtool"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// The lines that it prints.
  static func run(_ arguments: [String]) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: path ?? "")
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
