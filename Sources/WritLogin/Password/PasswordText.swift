// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

// Normalization Form C is the standard library's own, which Foundation is built on; Foundation has it only with tables
// of ICU's size.
@_spi(_Unicode) internal import Swift

/// A password as it was typed and as it is hashed: in Normalization Form C (Unicode Standard Annex #15), so that it is
/// the same on every keyboard.
///
/// It never prints itself, and wipes its bytes. What it was made from is a `String`, of which copies may stay in
/// memory.
struct PasswordText: Sendable, CustomStringConvertible, CustomReflectable {
  /// In UTF-8, as it was typed: what other programs have hashed.
  let typed: SecretBytes
  /// In UTF-8 and NFC.
  let normalized: SecretBytes
  /// Unicode scalars in NFC: what NIST SP 800-63B counts as characters.
  let characterCount: Int

  /// - Throws: `PasswordError` with the codes `tooLong` and `characters`.
  init(_ password: String) throws(PasswordError) {
    // Counted before anything else: NFC of a long text takes long.
    let count = password.utf8.count
    guard count <= PasswordLimits.maximumBytes else { throw Self.tooLong(count) }
    guard !password.utf8.contains(0) else { throw PasswordError(.characters, "a password contains a NUL") }
    typed = SecretBytes(count: count) { bytes in
      for (index, byte) in password.utf8.enumerated() { bytes[index] = byte }
    }
    guard password.utf8.contains(where: { $0 >= 0x80 }) else {
      normalized = typed
      characterCount = count
      return
    }
    var composed: [UInt8] = []
    // Not to be moved: what is left behind could not be wiped. NFC has at most three times the bytes (UAX #15, 9).
    composed.reserveCapacity(3 * count + 4)
    defer { wipe(&composed) }
    var scalars = 0
    for scalar in password._nfc {
      UTF8.encode(scalar) { composed.append($0) }
      scalars += 1
    }
    guard composed.count <= PasswordLimits.maximumBytes else { throw Self.tooLong(composed.count) }
    normalized = SecretBytes(copying: composed.span)
    characterCount = scalars
  }

  private static func tooLong(_ count: Int) -> PasswordError {
    PasswordError(.tooLong, "a password has \(count) bytes, expected at most \(PasswordLimits.maximumBytes)")
  }

  /// Says nothing of the password.
  var description: String { "password" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
