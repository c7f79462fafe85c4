// SPDX-License-Identifier: Apache-2.0

package import LibCrypto

/// Authenticated encryption of content (RFC 7518, sections 5.2 and 5.3).
package struct ContentCipher {
  /// Bytes of the key; of AES-CBC with HMAC that of HMAC and that of AES, one after the other.
  package let keyCount: Int
  /// The hash of HMAC; `nil` for AES-GCM.
  private let hash: HashFunction?

  package init(_ algorithm: ContentEncryptionAlgorithm) {
    switch algorithm {
    case .a128CBCHS256: (keyCount, hash) = (32, .sha256)
    case .a192CBCHS384: (keyCount, hash) = (48, .sha384)
    case .a256CBCHS512: (keyCount, hash) = (64, .sha512)
    case .a128GCM: (keyCount, hash) = (16, nil)
    case .a192GCM: (keyCount, hash) = (24, nil)
    case .a256GCM: (keyCount, hash) = (32, nil)
    }
  }

  /// Encrypted content.
  struct Sealed {
    let vector: [UInt8]
    let ciphertext: [UInt8]
    let tag: [UInt8]
  }

  /// Encrypts under a new random vector.
  func seal(
    _ content: Span<UInt8>,
    key: SecretBytes,
    additionalData: Span<UInt8>
  ) throws(LibCryptoError) -> Sealed {
    guard let hash else {
      let vector = try Randomness.bytes(AESGCM.vectorCount)
      let (ciphertext, tag) = try AESGCM.seal(content, key: key, vector: vector.span, additionalData: additionalData)
      return Sealed(vector: vector, ciphertext: ciphertext, tag: tag)
    }
    let vector = try Randomness.bytes(AESCBC.vectorCount)
    let (authentication, encryption) = halves(of: key)
    let ciphertext = try AESCBC.encrypt(content, key: encryption, vector: vector.span)
    let code = try Self.code(hash, authentication, additionalData, vector.span, ciphertext.span)
    return Sealed(vector: vector, ciphertext: ciphertext, tag: Array(code.bytes.prefix(code.count / 2)))
  }

  /// Decrypts, once the tag is known to be right; vector and tag have one length only.
  package func open(
    _ ciphertext: Span<UInt8>,
    vector: Span<UInt8>,
    tag: Span<UInt8>,
    key: SecretBytes,
    additionalData: Span<UInt8>
  ) throws(LibCryptoError) -> [UInt8] {
    guard let hash else {
      return try AESGCM.open(ciphertext, tag: tag, key: key, vector: vector, additionalData: additionalData)
    }
    let (authentication, encryption) = halves(of: key)
    let code = try Self.code(hash, authentication, additionalData, vector, ciphertext)
    let isAuthentic = code.withBytes { isEqualInConstantTime($0.extracting(first: code.count / 2), tag) }
    guard isAuthentic else { throw LibCryptoError(.authentication, "an authentication tag does not match the bytes") }
    return try AESCBC.decrypt(ciphertext, key: encryption, vector: vector)
  }

  private func halves(of key: SecretBytes) -> (authentication: SecretBytes, encryption: SecretBytes) {
    key.withBytes { key in
      let half = key.count / 2
      return (
        SecretBytes(copying: key.extracting(first: half)), SecretBytes(copying: key.extracting(droppingFirst: half))
      )
    }
  }

  /// The code over additional data, vector, ciphertext, and the additional data's bits as 64 bits (RFC 7518, 5.2.2.1).
  private static func code(
    _ hash: HashFunction,
    _ key: SecretBytes,
    _ additionalData: Span<UInt8>,
    _ vector: Span<UInt8>,
    _ ciphertext: Span<UInt8>
  ) throws(LibCryptoError) -> Digest {
    var message: [UInt8] = []
    message.reserveCapacity(additionalData.count + vector.count + ciphertext.count + 8)
    message.append(contentsOf: additionalData)
    message.append(contentsOf: vector)
    message.append(contentsOf: ciphertext)
    message.append(bigEndian: UInt64(additionalData.count) * 8)
    let authentication = try key.withBytes { (key) throws(LibCryptoError) in
      try MessageAuthenticationKey(key, hash: hash)
    }
    return try authentication.code(of: message.span)
  }
}

extension [UInt8] {
  mutating func append(contentsOf bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  /// The bytes of an integer, the most significant first.
  mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
