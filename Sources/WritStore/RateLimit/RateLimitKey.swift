// SPDX-License-Identifier: Apache-2.0

/// The key of a bucket: an account or an address, and the purpose of the limit.
///
/// Only its SHA-256 is kept, so that a store does not grow with the length of names. Who has a dump can try names he
/// knows.
public struct RateLimitKey: Sendable, Hashable {
  let id: RecordID

  /// The bucket of an account, or of anything else that has a name.
  ///
  /// - Parameters:
  ///   - purpose: what is limited, `login` for example; one bucket for each.
  ///   - account: compared as bytes of UTF-8.
  /// - Throws: ``StoreError`` with the code `failure`.
  public init(_ purpose: String, account: String) throws(StoreError) {
    try self.init(purpose, 0, Array(account.utf8))
  }

  /// The bucket of an address, or of the network around it.
  ///
  /// - Throws: ``StoreError`` with the code `failure`.
  public init(_ purpose: String, address: ClientAddress, _ width: ClientAddress.Width) throws(StoreError) {
    try self.init(purpose, width == .subscriber ? 1 : 2, address.prefix(width))
  }

  private init(_ purpose: String, _ form: UInt8, _ name: [UInt8]) throws(StoreError) {
    let purpose = Array(purpose.utf8)
    // The count before the purpose keeps apart where it ends and the name begins.
    let count = UInt64(purpose.count)
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
    bytes += purpose
    bytes.append(form)
    bytes += name
    id = try RecordID(hashing: bytes.span)
  }
}
