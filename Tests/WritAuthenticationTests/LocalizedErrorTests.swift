// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritFoundation

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("Errors under Foundation")
struct LocalizedErrorTests {
  /// One error of each public type, all with the same description.
  private static let errors: [any Error] = [
    TokenError(.claim, "our words"), KeyError(.failure, "our words"), KeyFetchError(.status, "our words"),
    OAuthError(.invalidGrant, "our words"), StoreError(.busy, "our words"), SecretError(.failure, "our words"),
    PasswordError(.failure, "our words"), LoginError(.configuration, "our words"),
    OneTimePasswordError(.configuration, "our words"), SessionError(.failure, "our words"),
    RefreshTokenError(.failure, "our words"), DeploymentError(.store, "our words"),
  ]

  @Test("The localized description of an error is the error's own description", arguments: errors.indices)
  func localizedDescription(index: Int) {
    #expect(Self.errors[index].localizedDescription == "our words")
  }

  @Test("Every public error of the module is among those that are tried")
  func isComplete() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources").standardizedFileURL
    var names: Set<String> = []
    let modules = ["WritCore", "WritStore", "WritTokens", "WritLogin"].map { sources.appending(path: $0) }
    let files = try modules.flatMap {
      try #require(FileManager.default.enumerator(at: $0, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
    }
    for file in files where file.pathExtension == "swift" {
      for match in try String(contentsOf: file, encoding: .utf8).matches(
        of: /public (?:struct|enum|class) (\w+): Error\b/
      ) {
        names.insert(String(match.1))
      }
    }
    #expect(names == Set(Self.errors.map { "\(type(of: $0))" }))
  }
}
