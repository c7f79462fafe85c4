// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The folder of Wycheproof's vectors: the one that `WRIT_VECTORS` names, or `shared/vectors` beside the checkout.
enum WycheproofVectors {
  static let folder: URL? = {
    let named = ProcessInfo.processInfo.environment["WRIT_VECTORS"].map { URL(filePath: $0) }
    let beside = URL(filePath: PolicyProcess.repository).deletingLastPathComponent().appending(path: "shared/vectors")
    let folder = (named ?? beside).appending(path: "wycheproof")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()
}

@Suite("policy token verify: Wycheproof", .enabled(if: WycheproofVectors.folder != nil, "the vectors are not there"))
struct TokenVectorTests {
  private typealias Object = [String: Any]

  /// Labels of signatures that are wrong (Documentation/ThreatModel.md).
  private static let faultyLabels: Set<Int> = [346, 350, 367, 370, 372, 373]

  /// Tokens of RSA1_5, which does not exist here, that are called valid (ThreatModel.md, J44).
  private static let absentAlgorithms: Set<Int> = [112, 128]

  @Test(
    "every token of a group is answered in its place, as its label says",
    arguments: ["json_web_signature_test.json", "json_web_key_test.json", "json_web_encryption_test.json"]
  )
  func tokens(name: String) async throws {
    let file = try #require(WycheproofVectors.folder).appending(path: name)
    let content = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? Object
    let faultyLabels =
      name.contains("signature") ? Self.faultyLabels : name.contains("encryption") ? Self.absentAlgorithms : []
    var failures: [String] = []
    var total = 0
    for group in content?["testGroups"] as? [Object] ?? [] {
      let halves = name.contains("encryption") ? ["private"] : ["public", "private"]
      var key = try #require(halves.compactMap { group[$0] as? Object }.first)
      // The file's own name for ES512 (Documentation/ThreatModel.md).
      if key["alg"] as? String == "ES521" { key["alg"] = "ES512" }
      let tests = group["tests"] as? [Object] ?? []
      let folder = try Folder()
      try folder.write(Array(JSONSerialization.data(withJSONObject: key)), to: "key")
      let tokens = tests.map { (($0["jws"] ?? $0["jwe"]) as? String ?? "") + "\n" }.joined()
      let outcome = try await policy(
        ["token", "verify", "--keys", "key", "--tokens", "-", "--payload", "any", "--format", "json"],
        input: Array(tokens.utf8),
        in: folder
      )
      var taken: [Bool] = []
      for line in outcome.lines {
        let answer = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Object
        taken.append(try #require(answer?["valid"] as? Bool))
      }
      try #require(taken.count == tests.count)
      let areKeysRefused = outcome.errors.hasPrefix("error: ")
      #expect(outcome.status == (areKeysRefused ? 1 : taken.contains(false) ? 2 : 0))
      for (test, isTaken) in zip(tests, taken) {
        let number = try #require(test["tcId"] as? Int)
        total += 1
        let isLabelledValid = test["result"] as? String == "valid"
        if isTaken != (isLabelledValid != faultyLabels.contains(number)) {
          failures.append("\(number)")
        }
      }
    }
    #expect(total > (name.contains("key") ? 10 : 80))
    #expect(failures.isEmpty, "\(failures)")
  }
}
