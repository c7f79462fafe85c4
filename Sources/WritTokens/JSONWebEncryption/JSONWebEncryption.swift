// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// Decrypted content of any kind, of a token in the compact serialization (RFC 7516).
///
/// That it could be decrypted says nothing of who wrote it when the key has a public half: anyone can encrypt to that.
/// For claims take ``NestedTokenVerifier``, which wants a signature inside.
public struct JSONWebEncryption: Sendable {
  /// The decrypted bytes.
  public let content: [UInt8]
  /// `typ` of the header.
  public let type: String?
  /// `cty` of the header.
  public let contentType: String?
  /// The attributes of the key that decrypted the token.
  public let key: KeyAttributes
  /// `enc` of the header.
  public let contentAlgorithm: ContentEncryptionAlgorithm

  /// Decrypts a token.
  ///
  /// - Parameters:
  ///   - token: at most ``TokenVerifier/maximumTokenBytes``.
  ///   - keys: one of them must decrypt it; the token's header can do no more than select among them.
  /// - Throws: `TokenError` with the codes `malformed`, `tooLarge`, `header`, `algorithm`, `keyUnknown`, `failure`,
  ///   and, whatever it is that does not fit the key, `decryption`.
  public init(decrypting token: String, keys: DecryptionKeys) throws(TokenError) {
    let bytes = token.utf8.span
    let parts = try EncryptedToken(bytes)
    let headerText = bytes.extracting(parts.header)
    let header = try EncryptionHeader(headerText, keys.rules)
    let candidates = try keys.candidates(for: header)
    let cipher = ContentCipher(header.contentAlgorithm)
    guard parts.encryptedKey.isEmpty || !candidates.contains(where: \.takesNoEncryptedKey) else {
      throw TokenError(.malformed, "a token has an encrypted key, which \(header.algorithm) does not have")
    }
    for key in candidates {
      guard var content = try key.open(parts, header, cipher, additionalData: headerText) else { continue }
      if header.isCompressed {
        let inflated = Inflation.inflate(content.span, limit: DecryptionRules.maximumInflatedBytes)
        wipe(&content)
        content = try inflated.get()
      }
      self.content = content
      type = header.type
      contentType = header.contentType
      self.key = key.attributes
      contentAlgorithm = header.contentAlgorithm
      return
    }
    throw TokenError(.decryption, "the token cannot be decrypted")
  }

  /// Encrypts bytes of any kind; they are never compressed.
  ///
  /// Under one shared key of `dir` or of AES-GCM, encrypt at most 2^32 tokens (NIST SP 800-38D, section 8.3): the
  /// vectors are random.
  ///
  /// - Parameters:
  ///   - content: so short that the token is no longer than ``TokenVerifier/maximumTokenBytes``.
  ///   - key: the recipient's key; it also says `alg` and `kid` of the header.
  ///   - contentAlgorithm: `enc` of the header; unless given, the one that a content key suits, otherwise `A256GCM`.
  ///   - type: `typ` of the header.
  ///   - contentType: `cty` of the header; of a signed token inside, `JWT`.
  /// - Throws: `TokenError` with the codes `tooLarge`, `failure`, and `configuration` when the algorithm is not the
  ///   key's.
  public static func encrypt(
    _ content: Span<UInt8>,
    for key: EncryptionKey,
    with contentAlgorithm: ContentEncryptionAlgorithm? = nil,
    type: String? = nil,
    contentType: String? = nil
  ) throws(TokenError) -> String {
    let algorithm = contentAlgorithm ?? key.usualContentAlgorithm
    guard key.permits(algorithm) else {
      throw TokenError(.configuration, "content cannot be encrypted with \(algorithm) under this key")
    }
    let cipher = ContentCipher(algorithm)
    // Before sizes are added up: the token is longer than its content.
    try CompactToken.checkSize(content.count)
    let token: String
    do throws(LibCryptoError) {
      var header = JSONWriter()
      header.beginObject()
      header.member("alg", key.attributes.algorithm.keyManagement?.rawValue)
      header.member("enc", algorithm.rawValue)
      header.member("kid", key.attributes.identifier)
      header.member("typ", type)
      header.member("cty", contentType)
      let contentKey = try key.makeContentKey(count: cipher.keyCount, for: algorithm, &header)
      header.endObject()
      let headerBytes = header.bytes
      let headerText = Base64URL.encode(headerBytes.span)
      let sealed = try cipher.seal(content, key: contentKey.key, additionalData: headerText.utf8.span)
      token = [contentKey.encrypted, sealed.vector, sealed.ciphertext, sealed.tag].reduce(into: headerText) {
        $0 += "."
        $0 += Base64URL.encode($1.span)
      }
    } catch {
      throw TokenError(error)
    }
    try CompactToken.checkSize(token.utf8.count)
    return token
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ text: String?) {
    guard let text else { return }
    key(name)
    string(text)
  }
}
