// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The hash of HMAC in one-time passwords, by its name in `otpauth` URIs.
///
/// SHA-1 is what most authenticators know, and HMAC does not need what SHA-1 has lost: resistance to collisions.
public enum OneTimePasswordAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// The one of RFC 4226.
  case sha1 = "SHA1"
  /// RFC 6238, section 1.2.
  case sha256 = "SHA256"
  /// RFC 6238, section 1.2.
  case sha512 = "SHA512"

  var hash: HashFunction {
    switch self {
    case .sha1: .sha1
    case .sha256: .sha256
    case .sha512: .sha512
    }
  }
}
