// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy session")
struct SessionCommandTests {
  @Test("demo logs in, rotates and revokes, and nothing that is shown to a client is stored")
  func demo() async throws {
    let folder = try Folder()
    let result = try await policy("session", "demo", "--format", "json", in: folder)
    #expect(result.status == 0)
    let steps = try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(steps.count == 6)
    let shown = steps.map { $0["shown"] as? [String: String] ?? [:] }
    let stored = steps.map { ($0["stored"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String } }
    let events = steps.map { ($0["events"] as? [String] ?? []).map { String($0.prefix { $0 != " " }) } }
    #expect(
      stored == [
        ["session"], ["session"], ["session", "refresh family"], ["session", "refresh family"], ["session"], [],
      ]
    )
    #expect(
      events == [
        ["sessionBegan", "newDevice"], ["sessionRotated"], ["refreshFamilyBegan"], [], ["refreshTokenReused"],
        ["refreshFamilyBegan", "sessionRevoked", "refreshFamilyRevoked"],
      ]
    )
    #expect(shown[1]["the old cookie is"] == "no session")
    #expect(shown[3]["the second time"] == "the same")
    #expect(shown[4] == ["the first token": "reused", "its successor": "invalid"])
    #expect(shown[5]["another refresh token"] == "sessionEnded")
  }

  @Test("demo for people says the same, and is another one each time")
  func text() async throws {
    let folder = try Folder()
    let (one, other) = (
      try await policy("session", "demo", in: folder), try await policy("session", "demo", in: folder)
    )
    #expect(one.status == 0 && one.output.contains("__Host-session=") && one.output.contains("reused"))
    #expect(one.output != other.output)
    #expect(try await policy("session", "demo", "--format", "xml", in: folder).status == 1)
  }
}
