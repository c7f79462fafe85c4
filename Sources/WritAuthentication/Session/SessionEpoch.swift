// SPDX-License-Identifier: Apache-2.0

/// Since when the sessions of an account are what they are: another one after each revocation of all.
///
/// A login that takes several requests keeps ``bytes`` in the visitor's session. They are no secret.
public struct SessionEpoch: Sendable, Hashable {
  let number: UInt64

  init(number: UInt64) {
    self.number = number
  }

  /// - Parameter bytes: what ``bytes`` was; `nil` for all else.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 8 else { return nil }
    number = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Eight bytes.
  public var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } }
}
