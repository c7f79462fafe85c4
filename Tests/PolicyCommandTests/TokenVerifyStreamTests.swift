// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("policy token verify --tokens: a stream of lines")
struct TokenVerifyStreamTests {
  private func verify(_ lines: [UInt8], _ more: [String] = [], keys: String = Example.key) async throws -> Outcome {
    let arguments = ["token", "verify", "--keys", "k", "--tokens", "-", "--format", "json"] + Example.time
    return try await policy(arguments + more, input: lines, in: Folder(["k": keys]))
  }

  private static let good = Example.valid + "}"

  @Test("there is an answer to every line, in order; good ones after bad ones are valid, and the status is 2")
  func mixed() async throws {
    let lines = "\(Example.token)\n\(Example.forged)\n\n \t\na.b\r\n\(Example.token)\r\n\(Example.token)"
    let outcome = try await verify(Array(lines.utf8))
    #expect(outcome.status == 2)
    #expect(outcome.lines.count == 7)
    for line in [0, 5, 6] { #expect(outcome.lines[line] == Self.good) }
    for (line, code) in [(1, "signature"), (2, "malformed"), (3, "malformed"), (4, "malformed")] {
      #expect(outcome.lines[line].hasPrefix(refusal(code)))
      #expect(outcome.lines[line].hasSuffix(#""}}"#))
    }
  }

  @Test("bytes that are not UTF-8 and lines that are too long are refused, each for itself")
  func extremes() async throws {
    let good = Array("\(Example.token)\n".utf8)
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: 200_000) + [0x0A]
    let outcome = try await verify(good + [0x61, 0xFF, 0x0A, 0x00, 0x0A] + long + good)
    #expect(outcome.status == 2)
    #expect(outcome.lines.count == 5)
    #expect(outcome.lines[0] == Self.good)
    #expect(outcome.lines[1].hasPrefix(refusal("malformed")))
    #expect(outcome.lines[2].hasPrefix(refusal("malformed")))
    #expect(outcome.lines[3].hasPrefix(refusal("tooLarge")))
    #expect(outcome.lines[4] == Self.good)
  }

  @Test("all valid is 0, and so is no line at all")
  func clean() async throws {
    let many = try await verify(Array(repeatElement("\(Example.token)\n", count: 2000).joined().utf8))
    #expect(many.status == 0)
    #expect(many.lines == Array(repeating: Self.good, count: 2000))
    let none = try await verify([])
    #expect(none.status == 0)
    #expect(none.output.isEmpty)
  }

  @Test("keys that cannot be used answer every line, and the status is 1")
  func brokenKeys() async throws {
    let outcome = try await verify(Array("\(Example.token)\n\(Example.token)\n".utf8), keys: Example.bareKey)
    #expect(outcome.status == 1)
    #expect(outcome.lines.count == 2)
    #expect(outcome.lines.allSatisfy { $0.hasPrefix(refusal("algorithmAmbiguous")) })
  }

  @Test("text names the line")
  func text() async throws {
    let folder = try Folder(["k": Example.key, "t": "\(Example.token)\na.b\n"])
    let arguments = ["token", "verify", "--keys", "k", "--tokens", "t"] + Example.time
    let outcome = try await policy(arguments, in: folder)
    #expect(outcome.status == 2)
    #expect(outcome.lines.first == "line 1: valid")
    #expect(outcome.lines.last == "line 2: refused: a token has fewer than three parts (malformed)")
  }

  @Test("a line is answered before the next one is there")
  func streamed() async throws {
    let folder = try Folder(["k": Example.key])
    let script = """
      mkfifo pipe && exec 3<>pipe
      "$POLICY" token verify --keys k --tokens - --format json --payload any <pipe >answers 3>&- &
      echo \(Example.token) >&3
      for i in $(seq 200); do [ -s answers ] && break; sleep 0.05; done
      cat answers; kill $!
      """
    let outcome = try await shell(script, in: folder)
    #expect(outcome.lines.count == 1, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix(#"{"valid":true,"#))
  }
}
