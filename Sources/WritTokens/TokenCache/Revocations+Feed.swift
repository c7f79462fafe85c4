// SPDX-License-Identifier: Apache-2.0

extension Revocations {
  /// Applies the revocations of other servers, until the task is cancelled, or the feed ends or breaks.
  ///
  ///     let following = Task { try await revocations.follow(feed) }
  ///
  /// Begin it before the first token is taken: what was published before is not told again. When it throws, something
  /// may have been missed: follow again, and learn from where revocations are kept what has been revoked meanwhile, or
  /// take no tokens that were issued before.
  ///
  /// - Throws: whatever the feed throws; `TokenError` with the codes `full` when there is no room, `failure`.
  public func follow(_ feed: some RevocationFeed) async throws {
    for try await revocation in try await feed.follow() { try apply(revocation) }
  }

  /// Takes over one revocation.
  ///
  /// - Throws: `TokenError` with the code `full` when there is no room, `failure`.
  public func apply(_ revocation: Revocation) throws(TokenError) {
    switch revocation.subject {
    case .token(let identifier): try revoke(identifier: identifier, until: revocation.until)
    case .session(let name): try revoke(session: name, until: revocation.until)
    case .family(let name): try revoke(family: name, until: revocation.until)
    case .subject(let name, let issuedUntil):
      try revoke(subject: name, issuedUntil: issuedUntil, until: revocation.until)
    }
  }
}
