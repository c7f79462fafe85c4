// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// A key made ready to encrypt in its one way, by any number of threads at once.
public struct EncryptionKey: Sendable, CustomStringConvertible {
  private enum Material {
    case secret(SecretBytes)
    case pair(PublicKeyHandle, KeyType)
  }

  /// Iterations of PBKDF2 unless others are asked for (OWASP's Password Storage Cheat Sheet, for HMAC with SHA-256).
  public static let usualIterations = 600_000

  /// The attributes that the key is bound to.
  public let attributes: KeyAttributes
  private let material: Material
  private let management: KeyManagement
  private let iterations: Int

  /// A shared key.
  ///
  /// - Parameters:
  ///   - key: for AES, or the bytes of a password.
  ///   - iterations: of PBKDF2, where the key is a password: 1,000 to ``DecryptionRules/iterationsCap``. Many readers
  ///     take no more than 10,000.
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include encrypting,
  ///   `weak` when the iterations are out of range.
  public init(_ key: SymmetricKey, iterations: Int = usualIterations) throws(KeyError) {
    let range = DecryptionRules.minimumIterations...DecryptionRules.iterationsCap
    guard range.contains(iterations) else {
      let expected = "\(range.lowerBound) to \(range.upperBound)"
      throw KeyError(.weak, "\(iterations) iterations were asked for, expected \(expected)")
    }
    try self.init(key.attributes, .secret(key.bytes), iterations: iterations)
  }

  /// The public key of the recipient.
  ///
  /// - Throws: `KeyError` with the code `notPermitted` when its algorithm or its operations do not include encrypting.
  public init(_ key: PublicKey) throws(KeyError) {
    try self.init(key.attributes, .pair(key.handle, key.type), iterations: 0)
  }

  /// A password.
  ///
  /// - Parameters:
  ///   - password: the password.
  ///   - iterations: as for ``init(_:iterations:)-(SymmetricKey,_)``.
  /// - Throws: `KeyError` with the code `weak` when they are out of range.
  public init(_ password: EncryptionPassword, iterations: Int = usualIterations) throws(KeyError) {
    try self.init(password.key, iterations: iterations)
  }

  private init(_ attributes: KeyAttributes, _ material: Material, iterations: Int) throws(KeyError) {
    guard let management = attributes.algorithm.keyManagement?.management,
      !attributes.operations.isDisjoint(with: management.encryptingOperations)
    else { throw KeyError(.notPermitted, "a key for \(attributes.algorithm) may not encrypt") }
    self.attributes = attributes
    self.material = material
    self.management = management
    self.iterations = iterations
  }

  /// Algorithm; never the key.
  public var description: String { "encryption key for \(attributes.algorithm)" }

  /// The algorithm of content where none is asked for: the only one that a content key suits, otherwise `A256GCM`.
  var usualContentAlgorithm: ContentEncryptionAlgorithm {
    if let algorithm = attributes.algorithm.contentEncryption { return algorithm }
    guard case .direct = management, case .secret(let key) = material else { return .a256GCM }
    let candidates: [ContentEncryptionAlgorithm] = [.a256GCM, .a192GCM, .a128GCM, .a192CBCHS384, .a256CBCHS512]
    return candidates.first { $0.keyCount == key.count } ?? .a256GCM
  }

  /// Whether content may be encrypted with an algorithm under this key.
  func permits(_ content: ContentEncryptionAlgorithm) -> Bool {
    guard case .direct = management, case .secret(let key) = material else { return true }
    return content.keyCount == key.count && content == attributes.algorithm.contentEncryption ?? content
  }

  /// A content key, itself encrypted.
  struct ContentKey {
    let key: SecretBytes
    /// Empty where both sides have or find the content key.
    let encrypted: [UInt8]
  }

  /// Makes a content key, and writes to the header the parameters that the recipient needs.
  func makeContentKey(
    count: Int,
    for content: ContentEncryptionAlgorithm,
    _ header: inout JSONWriter
  ) throws(LibCryptoError) -> ContentKey {
    switch material {
    case .secret(let secret): try makeContentKey(secret, count, &header)
    case .pair(let key, let type): try makeContentKey(key, type, count, content, &header)
    }
  }

  private func makeContentKey(
    _ secret: SecretBytes,
    _ count: Int,
    _ header: inout JSONWriter
  ) throws(LibCryptoError) -> ContentKey {
    if case .direct = management { return ContentKey(key: secret, encrypted: []) }
    let key = try Randomness.secretBytes(count)
    switch management {
    case .gcmWrapping:
      let vector = try Randomness.bytes(AESGCM.vectorCount)
      let (encrypted, tag) = try key.withBytes { (key) throws(LibCryptoError) in
        try AESGCM.seal(key, key: secret, vector: vector.span, additionalData: [UInt8]().span)
      }
      header.member("iv", vector)
      header.member("tag", tag)
      return ContentKey(key: key, encrypted: encrypted)
    case .password(let hash, let wrappingCount):
      let salt = try Randomness.bytes(16)
      header.member("p2s", salt)
      header.key("p2c")
      header.integer(iterations)
      let wrappingKey = try KeyDerivation.passwordKey(
        secret,
        algorithm: attributes.algorithm.rawValue,
        salt: salt,
        iterations: iterations,
        count: wrappingCount,
        hash: hash
      )
      return ContentKey(key: key, encrypted: try AESKeyWrap.wrap(key, with: wrappingKey))
    default: return ContentKey(key: key, encrypted: try AESKeyWrap.wrap(key, with: secret))
    }
  }

  private func makeContentKey(
    _ publicKey: PublicKeyHandle,
    _ type: KeyType,
    _ count: Int,
    _ content: ContentEncryptionAlgorithm,
    _ header: inout JSONWriter
  ) throws(LibCryptoError) -> ContentKey {
    if case .oaep(let hash) = management {
      let key = try Randomness.secretBytes(count)
      return ContentKey(key: key, encrypted: try RSAOAEP.encrypt(key, for: publicKey, hash: hash))
    }
    guard case .agreement(let wrappingCount) = management, case .curve(let curve) = type else {
      throw LibCryptoError(.parameter, "a key of type \(type) cannot be used for key agreement")
    }
    let ephemeral = try PrivateKeyHandle.generate(curve.curve)
    try header.ephemeralKey(ephemeral.publicKey, curve)
    let agreed = try KeyDerivation.agreedKey(
      try KeyAgreement.sharedSecret(ephemeral, publicKey),
      algorithm: wrappingCount == nil ? content.rawValue : attributes.algorithm.rawValue,
      partyU: [],
      partyV: [],
      count: wrappingCount ?? count
    )
    guard wrappingCount != nil else { return ContentKey(key: agreed, encrypted: []) }
    let key = try Randomness.secretBytes(count)
    return ContentKey(key: key, encrypted: try AESKeyWrap.wrap(key, with: agreed))
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ bytes: [UInt8]) {
    key(name)
    string(Base64URL.encode(bytes.span))
  }

  /// The member `epk` (RFC 7518, section 4.6.1.1).
  fileprivate mutating func ephemeralKey(
    _ publicKey: PublicKeyHandle,
    _ curve: JSONWebCurve
  ) throws(LibCryptoError) {
    let (x, y) = try publicKey.coordinates()
    key("epk")
    beginObject()
    key("kty")
    string(y.isEmpty ? "OKP" : "EC")
    key("crv")
    string(curve.rawValue)
    member("x", x)
    if !y.isEmpty { member("y", y) }
    endObject()
  }
}
