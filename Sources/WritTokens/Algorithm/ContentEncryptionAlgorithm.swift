// SPDX-License-Identifier: Apache-2.0

/// An algorithm that encrypts the content of a token, by its name in the header parameter `enc` (RFC 7518, section
/// 5.1).
public enum ContentEncryptionAlgorithm: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// AES-CBC with 128 bits, HMAC with SHA-256.
  case a128CBCHS256 = "A128CBC-HS256"
  /// AES-CBC with 192 bits, HMAC with SHA-384.
  case a192CBCHS384 = "A192CBC-HS384"
  /// AES-CBC with 256 bits, HMAC with SHA-512.
  case a256CBCHS512 = "A256CBC-HS512"
  /// AES-GCM, 128 bits.
  case a128GCM = "A128GCM"
  /// AES-GCM, 192 bits.
  case a192GCM = "A192GCM"
  /// AES-GCM, 256 bits.
  case a256GCM = "A256GCM"

  /// The algorithm of this name, compared by bytes: `a256gcm` is none.
  public init?(named name: String) {
    guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = algorithm
  }

  /// The name in a header.
  public var description: String { rawValue }

  /// The length of a key in bytes.
  package var keyCount: Int { ContentCipher(self).keyCount }
}
