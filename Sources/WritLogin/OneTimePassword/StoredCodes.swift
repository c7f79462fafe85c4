// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The codes of an account that are left, as they are stored: the identifier of the secret behind its length, and an
/// HMAC-SHA-256 of each code.
struct StoredCodes {
  static let format: UInt8 = 1
  private static let digestCount = 32

  let identifier: String
  private(set) var digests: [[UInt8]]

  init(identifier: String, digests: [[UInt8]]) {
    self.identifier = identifier
    self.digests = digests
  }

  init(_ record: Record) throws(OneTimePasswordError) {
    let bytes = try OneTimePasswordError.catching { () throws(StoreError) in
      Array(try record.content.bytes(format: Self.format))
    }
    let count = Int(bytes.first ?? 0)
    guard (1...ApplicationSecret.maximumIdentifierBytes).contains(count), bytes.count > count,
      (bytes.count - 1 - count) % Self.digestCount == 0,
      let identifier = String(validating: bytes[1..<1 + count], as: UTF8.self)
    else {
      throw OneTimePasswordError(.ring, "stored recovery codes are damaged, or in an unknown format")
    }
    self.identifier = identifier
    digests = stride(from: 1 + count, to: bytes.count, by: Self.digestCount).map {
      Array(bytes[$0..<$0 + Self.digestCount])
    }
  }

  var bytes: [UInt8] {
    // INVARIANT: identifiers of secrets are short.
    [UInt8(truncatingIfNeeded: identifier.utf8.count)] + Array(identifier.utf8) + digests.joined()
  }

  /// Removes a code, compared with all in constant time.
  ///
  /// - Returns: whether it was there.
  mutating func remove(_ digest: [UInt8]) -> Bool {
    var found: Int?
    for (index, kept) in digests.enumerated() where isEqualInConstantTime(kept.span, digest.span) { found = index }
    guard let found else { return false }
    digests.remove(at: found)
    return true
  }
}
