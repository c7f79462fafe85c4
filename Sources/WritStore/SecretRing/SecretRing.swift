// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The secrets of an application, which are never in a store: the first one seals, all of them open.
///
///     let ring = try SecretRing(contentsOfFile: "/run/secrets/writ")
///     let sealed = try ring.seal(secret.span, for: .oneTimeSecret, boundTo: record.span)
///     let opened = try ring.open(sealed.span, for: .oneTimeSecret, boundTo: record.span)
///     if opened.isOutdated { … }  // seal it again, under the first secret
///
/// A new secret is put in front, and the old one stays until nothing is sealed under it any more. Keys of different
/// purposes are apart (HKDF, RFC 5869). Sealing is AES-256-GCM (NIST SP 800-38D) with a random vector, so a secret
/// should seal no more than 2^32 times for one purpose. Any number of threads may use one ring.
public final class SecretRing: Sendable, CustomStringConvertible, CustomReflectable {
  /// Secrets of a ring at most.
  public static let maximumCount = 16

  private let keys: [DerivedKeys]
  private let first: DerivedKeys

  /// - Parameter secrets: at least one, the one that seals first.
  /// - Throws: ``SecretError`` with the codes `secretUnknown` when there is none, `ambiguous` when two have one
  ///   identifier, `tooLarge` when there are more than ``maximumCount``, `failure` when libcrypto fails.
  public init(_ secrets: [ApplicationSecret]) throws(SecretError) {
    guard secrets.count <= Self.maximumCount else {
      throw SecretError(.tooLarge, "a ring has \(secrets.count) secrets, expected at most \(Self.maximumCount)")
    }
    var keys: [DerivedKeys] = []
    for secret in secrets {
      guard !keys.contains(where: { $0.identifier.elementsEqual(secret.identifier.utf8) }) else {
        throw SecretError(.ambiguous, "two secrets have the identifier \"\(secret.identifier)\"")
      }
      keys.append(try DerivedKeys(secret))
    }
    guard let first = keys.first else { throw SecretError(.secretUnknown, "a ring has no secret") }
    self.keys = keys
    self.first = first
  }

  /// The identifier of the secret that seals.
  public var identifier: String { String(decoding: first.identifier, as: UTF8.self) }

  /// The identifiers of all secrets, the one that seals first.
  public var identifiers: [String] { keys.map { String(decoding: $0.identifier, as: UTF8.self) } }

  // MARK: Sealing

  /// Encrypts bytes under the first secret.
  ///
  /// - Parameters:
  ///   - plaintext: nothing but its length can be told from what is returned.
  ///   - purpose: what it is opened for.
  ///   - context: where it rests, a record's identifier for example: it is opened there and nowhere else.
  /// - Returns: ``sealedOverhead`` bytes more, with the identifier of the secret.
  /// - Throws: ``SecretError`` with the code `failure`.
  public func seal(
    _ plaintext: Span<UInt8>,
    for purpose: SecretPurpose,
    boundTo context: Span<UInt8>
  ) throws(SecretError) -> [UInt8] {
    let data = SealedForm.additionalData(first.identifier, context)
    let key = first[purpose].sealing
    let (vector, parts) = try SecretError.catching { () throws(LibCryptoError) in
      let vector = try Randomness.bytes(AESGCM.vectorCount)
      return (vector, try AESGCM.seal(plaintext, key: key, vector: vector.span, additionalData: data.span))
    }
    return SealedForm.header(first.identifier) + vector + parts.ciphertext + parts.tag
  }

  /// Bytes that sealing adds: 30 and the identifier's.
  public var sealedOverhead: Int { 2 + first.identifier.count + AESGCM.vectorCount + AESGCM.tagCount }

  /// Decrypts what was sealed under any of the secrets for the same purpose and context.
  ///
  /// - Throws: ``SecretError`` with the codes `malformed`, `secretUnknown`, `authentication`, `failure`.
  public func open(
    _ sealed: Span<UInt8>,
    for purpose: SecretPurpose,
    boundTo context: Span<UInt8>
  ) throws(SecretError) -> OpenedSecret {
    let form = try SealedForm(sealed)
    let body = sealed.extracting(form.body)
    guard body.count >= AESGCM.vectorCount + AESGCM.tagCount else {
      throw SecretError(.malformed, "sealed bytes have the length \(sealed.count), which is too short")
    }
    let keys = try find(form.identifier)
    let key = keys[purpose].sealing
    let data = SealedForm.additionalData(form.identifier, context)
    let vector = body.extracting(first: AESGCM.vectorCount)
    let ciphertext = body.extracting(AESGCM.vectorCount..<body.count - AESGCM.tagCount)
    let tag = body.extracting(last: AESGCM.tagCount)
    var plaintext = try SecretError.catching { () throws(LibCryptoError) in
      try AESGCM.open(ciphertext, tag: tag, key: key, vector: vector, additionalData: data.span)
    }
    defer { wipe(&plaintext) }
    return OpenedSecret(bytes: SecretBytes(copying: plaintext.span), isOutdated: keys !== first)
  }

  // MARK: Authenticating

  /// The HMAC-SHA-256 of a message under the first secret, behind the identifier of the secret, to be kept.
  ///
  /// For what is too short to be hashed without a secret.
  ///
  /// - Parameters:
  ///   - message: the bytes.
  ///   - purpose: the purpose, each of which has a key of its own.
  ///   - context: where it is kept: it is good there and nowhere else.
  /// - Throws: ``SecretError`` with the code `failure`.
  public func authenticate(
    _ message: Span<UInt8>,
    for purpose: SecretPurpose,
    boundTo context: Span<UInt8>
  ) throws(SecretError) -> [UInt8] {
    SealedForm.header(first.identifier) + (try Self.code(of: message, purpose, context, first).bytes)
  }

  /// Whether a code was made of this message under any of the secrets, for the same purpose and context; compared in
  /// constant time.
  ///
  /// - Throws: ``SecretError`` with the codes `malformed`, `secretUnknown`, `failure`.
  public func isValid(
    _ code: Span<UInt8>,
    for message: Span<UInt8>,
    _ purpose: SecretPurpose,
    boundTo context: Span<UInt8>
  ) throws(SecretError) -> Bool {
    let form = try SealedForm(code)
    let expected = try Self.code(of: message, purpose, context, try find(form.identifier))
    return expected.withBytes { isEqualInConstantTime($0, code.extracting(form.body)) }
  }

  /// Whether something was sealed, or a code made, under another secret than the first one, and should be sealed again.
  public func isOutdated(_ sealed: Span<UInt8>) -> Bool {
    guard let form = try? SealedForm(sealed) else { return false }
    return form.identifier != first.identifier
  }

  /// The same HMAC alone, 32 bytes, for who keeps the identifier of the secret elsewhere.
  ///
  /// - Parameters:
  ///   - message: the bytes.
  ///   - purpose: the purpose, each of which has a key of its own.
  ///   - context: bytes that the result is bound to.
  ///   - identifier: of the secret; the first one's unless given.
  /// - Throws: ``SecretError`` with the codes `secretUnknown`, `failure`.
  public func code(
    of message: Span<UInt8>,
    for purpose: SecretPurpose,
    boundTo context: Span<UInt8>,
    under identifier: String? = nil
  ) throws(SecretError) -> [UInt8] {
    let keys = try identifier.map { (name) throws(SecretError) in try find(Array(name.utf8)) } ?? first
    return try Self.code(of: message, purpose, context, keys).bytes
  }

  private static func code(
    of message: Span<UInt8>,
    _ purpose: SecretPurpose,
    _ context: Span<UInt8>,
    _ keys: DerivedKeys
  ) throws(SecretError) -> Digest {
    let data = SealedForm.additionalData(keys.identifier, context)
    let bytes = SecretBytes(count: data.count + message.count) { bytes in
      for index in data.indices { bytes[index] = data[index] }
      for index in message.indices { bytes[data.count + index] = message[index] }
    }
    let key = keys[purpose].authentication
    return try bytes.withBytes { (bytes) throws(SecretError) in
      try SecretError.catching { () throws(LibCryptoError) in try key.code(of: bytes) }
    }
  }

  private func find(_ identifier: [UInt8]) throws(SecretError) -> DerivedKeys {
    guard let keys = keys.first(where: { $0.identifier == identifier }) else {
      let name = printable(String(decoding: identifier, as: UTF8.self))
      throw SecretError(.secretUnknown, "the ring has no secret \"\(name)\"")
    }
    return keys
  }

  /// The number of secrets; never the secrets.
  public var description: String { "a ring of \(keys.count) secrets" }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
