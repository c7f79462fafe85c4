// SPDX-License-Identifier: Apache-2.0

public import WritLogin

extension StoreCase where Store: RecordStore {
  /// Histories of concurrent clients, which some order of their calls must explain; a round is a history.
  ///
  /// They hold also while servers of the store are killed, stopped and started, and while connections are cut: calls
  /// that fail are ones that the store may have done or not.
  public static var histories: [StoreCase] {
    [
      StoreCase("Concurrent reads and writes of a record have an order that explains every answer") { store, rounds in
        for round in 0..<rounds {
          let recording = RecordingStore(store)
          await (try RecordClients(recording)).run(seed: UInt64(round))
          try recording.history.check()
        }
      },
      StoreCase("S09 a session is not accepted by any server after its revocation was acknowledged") { store, rounds in
        for _ in 0..<rounds {
          let world = try LoginWorld(store)
          let servers = [try world.sessions(), try world.sessions()]
          // Where the store is down already, nothing was promised.
          guard let begun = try? await world.begin(servers[0]) else { continue }
          let history = CredentialHistory()
          await withTaskGroup { group in
            for number in 0..<8 {
              group.addTask {
                for _ in 0..<6 {
                  try? await history.use("the session") {
                    try await servers[number % 2].session(in: [begun.pair]) == nil ? nil : ""
                  }
                }
              }
            }
            group.addTask {
              try? await history.revoke("the session") { try await servers[1].revokeAll(of: world.account) }
            }
          }
          try history.checkRevocations()
        }
      },
      StoreCase("T01 a one-time password is accepted at most once in a history, whatever fails meanwhile") {
        store,
        rounds in
        for _ in 0..<rounds {
          let world = try LoginWorld(store)
          guard let key = try? await world.enrolled() else { continue }
          let servers = [try world.oneTimePasswords(), try world.oneTimePasswords()]
          let text = try key.code(at: world.time.seconds)
          let history = CredentialHistory()
          await withTaskGroup { group in
            for number in 0..<16 {
              group.addTask {
                try? await history.use("the code") {
                  try await servers[number % 2].verify(text, account: world.account)
                  return ""
                }
              }
            }
          }
          try history.checkSingleUse()
        }
      },
      StoreCase("R02 a refresh token has at most one successor in a history, whatever fails meanwhile") {
        store,
        rounds in
        for _ in 0..<rounds {
          let world = try RefreshWorld(store)
          guard let first = try? await world.begin() else { continue }
          let history = CredentialHistory()
          await withTaskGroup { group in
            for _ in 0..<16 {
              group.addTask {
                try? await history.use("the token") { try await world.tokens.rotate(first.token, client: "app").token }
              }
            }
          }
          try history.checkSuccessors()
        }
      },
    ]
  }
}
