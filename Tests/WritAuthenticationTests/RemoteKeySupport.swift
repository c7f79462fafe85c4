// SPDX-License-Identifier: Apache-2.0

import WritCore
import WritLogin
import WritStore
import WritTokens

/// A verifier whose keys come from elsewhere, with a clock that a test moves: on it are tried the rows K of
/// Documentation/ThreatModel.md that hold for every source.
struct RemoteKeyWorld {
  let time = TestTime()
  let source: FakeSource
  let issuer: FakeIssuer
  let keys: RemoteKeySet
  let verifier: TokenVerifier

  init() throws {
    issuer = try FakeIssuer("1")
    source = FakeSource(try issuer.published())
    // Other tests may keep every thread busy for longer than the usual 5 s.
    var settings = RemoteKeySet.Settings()
    settings.deadline = .seconds(60)
    keys = try RemoteKeySet(source: source, settings: settings, clock: time.monotonic)
    verifier = try TokenVerifier(keys: .remote(keys), issuer: "i", audience: "a")
  }

  func refusal(of token: String, _ verifier: TokenVerifier? = nil) -> TokenError.Code? {
    WritAuthenticationTests.refusal { () throws(TokenError) in
      try (verifier ?? self.verifier).verify(token, as: NoClaims.self)
    }
  }

  func refusalAfterRefresh(of token: String) async -> TokenError.Code? {
    do throws(TokenError) {
      _ = try await verifier.verifyRefreshingKeys(token, as: NoClaims.self)
      return nil
    } catch {
      return error.code
    }
  }

  var isIdle: Bool { keys.waiterCount == 0 && !keys.isFetching }
}

extension FakeIssuer {
  /// A token that names an unknown key.
  static func stranger(_ identifier: String) -> String {
    base64URL("{\"alg\":\"EdDSA\",\"kid\":\"\(identifier)\"}") + ".e30." + base64URL([UInt8](repeating: 0, count: 64))
  }
}

/// Waits for what happens in the background.
func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<5000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(1))
  }
  return condition()
}
