// SPDX-License-Identifier: Apache-2.0

import WritCore
import WritLogin
import WritStore
import WritTokens

/// A source whose answers a test sets, and that counts how often it is asked.
final class FakeSource: JWKSSource {
  private struct State: Sendable {
    var answer: Result<JWKSAnswer, any Error>
    var count = 0
    var isHeld = false
  }

  private let state: Guarded<State>

  init(_ answer: Result<JWKSAnswer, any Error>) { state = Guarded(State(answer: answer)) }

  convenience init(_ bytes: [UInt8], maximumAge: Duration? = nil) {
    self.init(.success(JWKSAnswer(bytes: bytes, maximumAge: maximumAge)))
  }

  /// How often it was asked.
  var count: Int { state.withLock { $0.count } }

  /// Sets what it answers from now on.
  func answer(_ bytes: [UInt8], maximumAge: Duration? = nil) {
    state.withLock { $0.answer = .success(JWKSAnswer(bytes: bytes, maximumAge: maximumAge)) }
  }

  func fail(_ error: any Error) { state.withLock { $0.answer = .failure(error) } }

  /// Whether it keeps those waiting who ask; until its task is cancelled.
  var isHeld: Bool {
    get { state.withLock { $0.isHeld } }
    set { state.withLock { $0.isHeld = newValue } }
  }

  func fetch() async throws -> JWKSAnswer {
    state.withLock { $0.count += 1 }
    while isHeld { try await Task.sleep(for: .milliseconds(1)) }
    return try state.withLock { try $0.answer.get() }
  }
}

/// An issuer elsewhere: its keys, tokens under them, and the set it publishes.
struct FakeIssuer {
  private(set) var keys: [PrivateKey] = []

  init(_ identifiers: String?...) throws {
    for identifier in identifiers { try add(identifier) }
  }

  mutating func add(_ identifier: String?) throws {
    keys.append(try PrivateKey.generate(.edDSA, identifier: identifier))
  }

  /// The keys as they are published, with whatever else.
  func published(_ others: [Any] = []) throws -> [UInt8] {
    json(["keys": try keys.map { object(try $0.publicKey.json()) } + others])
  }

  /// A token under the key of this position.
  func token(_ position: Int) throws -> String { try Self.token(keys[position]) }

  static func token(_ key: PrivateKey) throws -> String {
    let issuer = try TokenIssuer(issuer: "i", signingKey: SigningKey(key), lifetime: .seconds(600))
    return try issuer.issue(NoClaims(), audience: "a")
  }
}
