// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// The hash functions of JOSE (FIPS 180-4).
package enum HashFunction: Sendable, Hashable, CaseIterable {
  /// Only inside RSA-OAEP as RFC 7518, section 4.3, has it, for thumbprints of certificates (`x5t`), and in HMAC for
  /// one-time passwords (RFC 4226), which most authenticators know no other hash for.
  case sha1
  case sha256, sha384, sha512

  /// Bytes of a digest.
  package var digestCount: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// Bytes that the function takes in at once; HMAC keys that are longer are hashed first (RFC 2104).
  package var blockCount: Int {
    switch self {
    case .sha1, .sha256: 64
    case .sha384, .sha512: 128
    }
  }

  /// The name that libcrypto's providers have for the function.
  var name: StaticString {
    switch self {
    case .sha1: "SHA1"
    case .sha256: "SHA256"
    case .sha384: "SHA384"
    case .sha512: "SHA512"
    }
  }

  package func digest(of bytes: Span<UInt8>) throws(LibCryptoError) -> Digest {
    var digest = Digest(count: digestCount)
    if self == .sha256, Self.hasLowLevelSHA {
      // The state on the stack: two thirds of what a context costs for a short text.
      let status = unsafe digest.withUnsafeMutableBytes { digest in
        unsafe bytes.withUnsafeBytes { bytes in
          var state = SHA256_CTX()
          var status = unsafe SHA256_Init(&state)
          status &= unsafe SHA256_Update(&state, bytes.baseAddress, bytes.count)
          return unsafe status & SHA256_Final(digest, &state)
        }
      }
      try LibCryptoError.check(status, .failure, "SHA256")
      return digest
    }
    let algorithm = unsafe try fetched()
    let status = unsafe digest.withUnsafeMutableBytes { digest in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe EVP_Digest(bytes.baseAddress, bytes.count, digest, nil, algorithm, nil)
      }
    }
    try LibCryptoError.check(status, .failure, "EVP_Digest")
    return digest
  }

  /// Asked once: libcrypto's configuration is read when it begins.
  package static let hasLowLevelSHA = MessageAuthenticationKey.Path.preferred == .savedState

  /// The algorithm, fetched once for the process: a fetch costs more than a digest.
  func fetched() throws(LibCryptoError) -> OpaquePointer {
    let algorithm =
      switch self {
      case .sha1: unsafe Self.fetchedSHA1.pointer
      case .sha256: unsafe Self.fetchedSHA256.pointer
      case .sha384: unsafe Self.fetchedSHA384.pointer
      case .sha512: unsafe Self.fetchedSHA512.pointer
      }
    guard let algorithm = unsafe algorithm else {
      throw LibCryptoError(.failure, "\(name) cannot be had from libcrypto")
    }
    return unsafe algorithm
  }

  private static let fetchedSHA1 = FetchedAlgorithm(digest: .sha1)
  private static let fetchedSHA256 = FetchedAlgorithm(digest: .sha256)
  private static let fetchedSHA384 = FetchedAlgorithm(digest: .sha384)
  private static let fetchedSHA512 = FetchedAlgorithm(digest: .sha512)
}
