// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import WritLogin

/// The acceptances and revocations of credentials by concurrent clients, for the promises that rest on several calls.
///
/// A credential is named by a text of the case's own; no secret is kept.
public final class CredentialHistory: Sendable {
  /// One thing that happened to a credential.
  enum Event: Sendable {
    /// It was accepted, and has a successor where one was issued.
    case accepted(successor: String?)
    /// Its revocation was acknowledged.
    case revoked
  }

  private struct Entry: Sendable {
    let credential: String
    let event: Event
    let began: UInt64
    let ended: UInt64
  }

  private let moments = Atomic<UInt64>(0)
  private let entries = Guarded<[Entry]>([])

  /// A history in which nothing has happened.
  public init() {}

  private func moment() -> UInt64 { moments.add(1, ordering: .sequentiallyConsistent).newValue }

  /// Records a use of a credential if it is accepted.
  ///
  /// - Parameters:
  ///   - credential: the name of the credential.
  ///   - body: the use; returns the successor's name when it is accepted, empty for none, and `nil` when it is refused.
  public func use(
    _ credential: String,
    _ body: nonisolated(nonsending) () async throws -> String?
  ) async rethrows {
    let began = moment()
    guard let successor = try await body() else { return }
    append(credential, .accepted(successor: successor.isEmpty ? nil : successor), began)
  }

  /// Records a revocation of a credential once it is acknowledged.
  public func revoke(_ credential: String, _ body: nonisolated(nonsending) () async throws -> Void) async rethrows {
    let began = moment()
    try await body()
    append(credential, .revoked, began)
  }

  private func append(_ credential: String, _ event: Event, _ began: UInt64) {
    let entry = Entry(credential: credential, event: event, began: began, ended: moment())
    entries.withLock { $0.append(entry) }
  }

  /// Checks that no credential was accepted in a use that began after its revocation was acknowledged.
  public func checkRevocations() throws(StoreCaseFailure) {
    for (credential, entries) in grouped {
      var acknowledged: UInt64 = .max
      for entry in entries {
        if case .revoked = entry.event { acknowledged = min(acknowledged, entry.ended) }
      }
      for entry in entries where entry.began > acknowledged {
        guard case .accepted = entry.event else { continue }
        throw StoreCaseFailure(
          description:
            "\(credential) was accepted from \(entry.began) to \(entry.ended), after its revocation at \(acknowledged)"
        )
      }
    }
  }

  /// Checks that no credential was accepted twice.
  public func checkSingleUse() throws(StoreCaseFailure) {
    for (credential, entries) in grouped {
      let count = entries.count { if case .accepted = $0.event { true } else { false } }
      guard count > 1 else { continue }
      throw StoreCaseFailure(description: "\(credential) was accepted \(count) times, expected once")
    }
  }

  /// Checks that no credential has two successors.
  public func checkSuccessors() throws(StoreCaseFailure) {
    for (credential, entries) in grouped {
      var successors: Set<[UInt8]> = []
      for entry in entries {
        if case .accepted(let successor?) = entry.event { successors.insert(Array(successor.utf8)) }
      }
      guard successors.count > 1 else { continue }
      throw StoreCaseFailure(description: "\(credential) has \(successors.count) successors, expected one")
    }
  }

  private var grouped: [String: [Entry]] {
    Dictionary(grouping: entries.withLock { $0 }, by: \.credential)
  }
}
