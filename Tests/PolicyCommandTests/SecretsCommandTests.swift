// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritStore

@Suite("policy secrets: made for a ring")
struct SecretsCommandTests {
  @Test("a generated secret is in a file of mode 0600 that a ring reads, and nothing of it is printed")
  func generate() async throws {
    let folder = try Folder()
    let script = #"umask 0277; "$POLICY" secrets generate --id 2026-11 --output secrets && stat -c %a secrets"#
    let outcome = try await shell(script, in: folder)
    #expect(outcome.status == 0 && outcome.output == "600\n", "\(outcome.errors)")
    let ring = try SecretRing(contentsOfFile: "\(folder.path)/secrets")
    #expect(ring.identifier == "2026-11")
    let again = try await policy("secrets", "generate", "--id", "b", "--output", "secrets", in: folder)
    #expect(try again.status == 1 && SecretRing(contentsOfFile: "\(folder.path)/secrets").identifier == "2026-11")
    let printed = try await policy("secrets", "generate", "--id", "b", "--output", "-", in: folder)
    let text = Array(printed.output.utf8)
    #expect(try SecretRing(text: text.span).identifier == "b")
  }

  @Test("a name that no secret can have is an error", arguments: ["", "a b", "é", String(repeating: "x", count: 33)])
  func names(_ name: String) async throws {
    let folder = try Folder()
    let outcome = try await policy("secrets", "generate", "--id", name, "--output", "secrets", in: folder)
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/secrets"))
  }
}
