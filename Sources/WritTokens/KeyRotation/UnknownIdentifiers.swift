// SPDX-License-Identifier: Apache-2.0

/// Identifiers of keys that a fetch has not brought, and when it began, in memory of one size.
///
/// Each identifier has one place, by its hash; the next one of that place takes it. What is lost or mistaken for
/// another is of no consequence but a fetch more, or one a minute later.
package struct UnknownIdentifiers: Sendable {
  private static let count = 1024
  /// The memory it takes, however many identifiers there are.
  package static let byteCount = count * MemoryLayout<Entry>.stride

  private struct Entry: Sendable {
    var hash = 0
    /// When the identifier may cause a fetch again.
    var expires = Int64.min
  }

  private var entries = [Entry](repeating: Entry(), count: count)

  package init() {}

  /// Bytes that are taken.
  package var byteCount: Int { entries.count * MemoryLayout<Entry>.stride }

  /// Whether the identifier is remembered.
  package func contains(_ identifier: String?, at now: Int64) -> Bool {
    let hash = Self.hash(identifier)
    let entry = entries[Self.place(hash)]
    return entry.hash == hash && now < entry.expires
  }

  /// Remembers the identifier.
  package mutating func insert(_ identifier: String?, until expires: Int64) {
    let hash = Self.hash(identifier)
    entries[Self.place(hash)] = Entry(hash: hash, expires: expires)
  }

  private static func place(_ hash: Int) -> Int { Int(truncatingIfNeeded: hash.magnitude % UInt(count)) }

  /// Seeded for each process, so that attackers cannot choose identifiers of one place.
  private static func hash(_ identifier: String?) -> Int {
    var hasher = Hasher()
    hasher.combine(identifier == nil)
    if let identifier {
      let bytes = identifier.utf8.span
      unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }
}
