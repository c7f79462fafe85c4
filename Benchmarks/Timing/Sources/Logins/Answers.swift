// SPDX-License-Identifier: Apache-2.0

import WritAuthentication

/// How long a wrong password takes, whose account there is not, is adopted, or cannot be verified.
enum Answers {
  private static let rounds = 25
  private static let wrong = "a password that is wrong"

  static func report() async throws {
    let ring = try SecretRing([ApplicationSecret.generate(identifier: "2026")])
    let former = try SecretRing([ApplicationSecret.generate(identifier: "2025")])
    let adopted = [
      ("bcrypt, cost 10", "$2b$10$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS"),
      (
        "Django, 870,000 iterations",
        "pbkdf2_sha256$870000$x8mGJ4oX2vJcJ0wLrA6c1k$hm73wbrP9vAeKvGCVLNQ+XIJsfb/R4pDWyrwtXs93X0="
      ),
      (
        "SHA-512-crypt, 5,000 rounds",
        "$6$saltstring$dBHc6z5hpSlx63LLGnlt2xpSGH7T2QL7PJTCjPwajfWh/K10OPeGyl0Oe5VoIANbBgC0gNnRFVE.3uO/lesxj/"
      ),
    ]
    let hasher = PasswordHasher(parameters: .scrypt, ring: ring)
    let own = try await hasher.hash("another password of ines")
    let peppered = try await PasswordHasher(parameters: .scrypt, ring: former).hash("another password of ines")
    var rows: [(name: String, stored: String?)] = [
      ("no such account", nil), ("scrypt, 2^17", own), ("a pepper that left the ring", peppered),
      ("a text that is no hash", "unreadable"),
    ]
    for (name, stored) in adopted { rows.append((name, stored)) }
    // As it was before: what each takes by itself, with a hasher that has met nothing else.
    let alone = try await measure(rows, rounds: 5) { _ in PasswordHasher(parameters: .scrypt, ring: ring) }
    try await hasher.measure(adopted.map(\.1))
    let together = try await measure(rows, rounds: rounds) { _ in hasher }
    print("The time that a wrong password takes, in ms:\n")
    print("| account | alone, median | measured: median | mean | beside no such account |\n|---|--:|--:|--:|--:|")
    for (index, row) in rows.enumerated() {
      let ratio = together[index].percentile(0.5) / max(0.001, together[0].percentile(0.5))
      let values = [alone[index].percentile(0.5), together[index].percentile(0.5), together[index].mean, ratio]
      print("| \(row.name) | \(values.map(shown).joined(separator: " | ")) |")
    }
  }

  /// In turns, so that what the machine does beside meets all alike.
  private static func measure(
    _ rows: [(name: String, stored: String?)],
    rounds: Int,
    _ hasher: (Int) -> PasswordHasher
  ) async throws -> [Times] {
    let hashers = rows.indices.map(hasher)
    var times = [Times](repeating: Times(), count: rows.count)
    let clock = ContinuousClock()
    for _ in 0..<rounds {
      for (index, row) in rows.enumerated() {
        let start = clock.now
        let verdict = try? await hashers[index].verify(wrong, against: row.stored)
        times[index].add(start.duration(to: clock.now))
        precondition(verdict?.isCorrect != true, "a wrong password was taken")
      }
    }
    return times
  }
}
