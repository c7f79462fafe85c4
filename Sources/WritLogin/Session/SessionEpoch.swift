// SPDX-License-Identifier: Apache-2.0

/// The epoch of an account: it changes with each revocation of all its sessions or of all its families of refresh
/// tokens.
///
/// Read it before anything is verified, and give it to
/// ``Sessions/begin(for:proving:label:data:isRemembered:replacing:since:)`` and
/// ``RefreshTokens/begin(for:client:scopes:thumbprint:session:since:)``: a password that was reset between the two lets
/// no one in. A login that takes several requests keeps ``bytes`` in the visitor's session. They are no secret.
public struct SessionEpoch: Sendable, Hashable {
  /// That of sessions.
  let number: UInt64
  /// The epoch of families of refresh tokens.
  let familyNumber: UInt64

  init(number: UInt64, familyNumber: UInt64) {
    (self.number, self.familyNumber) = (number, familyNumber)
  }

  /// No epoch: what was proved may have been revoked since, and a session or a family begins all the same.
  ///
  /// For what nothing can outdate: an account that was made in the same request, or a test.
  public static let unchecked = SessionEpoch(number: .max, familyNumber: .max)

  /// Whether nothing is compared.
  var isUnchecked: Bool { self == .unchecked }

  /// - Parameter bytes: what ``bytes`` was; `nil` for all else, and for ``unchecked``.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(number: word(0), familyNumber: word(8))
    guard !isUnchecked else { return nil }
  }

  /// Sixteen bytes.
  public var bytes: [UInt8] {
    [number, familyNumber].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
  }
}

extension AccountEpochs {
  /// Both epochs of an account.
  static func both(_ store: Store, of account: [UInt8], at now: Int64) async throws(StoreError) -> SessionEpoch {
    SessionEpoch(
      number: try await sessions(store).current(of: account, at: now)?.number ?? 0,
      familyNumber: try await families(store).current(of: account, at: now)?.number ?? 0
    )
  }
}
