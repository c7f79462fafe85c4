// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// EncryptedPrivateKeyInfo (RFC 5958, section 3) under PBES2 with PBKDF2 (RFC 8018, sections 5.2 and 6.2).
///
/// Everything that decides how long decrypting takes is read and bounded before libcrypto begins.
struct EncryptedKey {
  /// Bytes of the longest salt.
  private static let maximumSaltBytes = 1024

  private let algorithm: Range<Int>
  private let ciphertext: Range<Int>

  /// - Throws: `LibCryptoError` with the codes `encoding`, `unsupported`, `parameter` when it asks for too many
  ///   iterations.
  init(_ der: Span<UInt8>) throws(LibCryptoError) {
    var outer = DERReader(0..<der.count)
    guard var info = outer.read(.sequence, der), outer.isEmpty else { throw Self.malformed }
    let start = info.range.lowerBound
    guard var scheme = info.read(.sequence, der) else { throw Self.malformed }
    algorithm = start..<info.range.lowerBound
    guard let ciphertext = info.read(.octetString, der)?.range, info.isEmpty else { throw Self.malformed }
    self.ciphertext = ciphertext

    guard let name = scheme.readIdentifier(der) else { throw Self.malformed }
    guard der.holds(ObjectIdentifier.pbes2, at: name) else { throw Self.unsupported }
    guard var parameters = scheme.read(.sequence, der), scheme.isEmpty, var function = parameters.read(.sequence, der),
      var cipher = parameters.read(.sequence, der), parameters.isEmpty, let functionName = function.readIdentifier(der),
      let cipherName = cipher.readIdentifier(der), cipher.read(.octetString, der) != nil, cipher.isEmpty
    else { throw Self.malformed }
    guard der.holds(ObjectIdentifier.pbkdf2, at: functionName),
      ObjectIdentifier.ciphers.contains(where: { der.holds($0, at: cipherName) })
    else { throw Self.unsupported }
    try Self.checkPBKDF2(&function, der)
  }

  /// PBKDF2-params (RFC 8018, appendix A.2).
  private static func checkPBKDF2(_ function: inout DERReader, _ der: Span<UInt8>) throws(LibCryptoError) {
    guard var values = function.read(.sequence, der), function.isEmpty,
      let salt = values.read(.octetString, der)?.range,
      let iterations = values.readInteger(der)
    else { throw malformed }
    guard salt.count <= maximumSaltBytes else {
      throw LibCryptoError(.parameter, "the salt has \(salt.count) bytes, expected at most \(maximumSaltBytes)")
    }
    let limit = PrivateKeyHandle.maximumIterations
    let count = iterations.count <= 7 ? iterations.reduce(0) { $0 << 8 | Int(der[$1]) } : Int.max
    guard (1...limit).contains(count) else {
      throw LibCryptoError(.parameter, "the key asks for more than \(limit) iterations of PBKDF2, or for none")
    }
    if values.nextTag(der) == .integer {
      // The length of the cipher's key.
      guard values.readInteger(upTo: 64, der) != nil else { throw malformed }
    }
    if values.nextTag(der) == .sequence {
      guard var random = values.read(.sequence, der), let name = random.readIdentifier(der),
        random.isEmpty || random.readNull(der), random.isEmpty
      else { throw malformed }
      guard HashFunction.allCases.contains(where: { der.holds(ObjectIdentifier.authentication($0), at: name) }) else {
        throw unsupported
      }
    }
    guard values.isEmpty else { throw malformed }
  }

  /// The DER of the private key within.
  ///
  /// - Throws: `LibCryptoError` with the code `authentication` when the password is not the one.
  func open(_ der: Span<UInt8>, _ password: SecretBytes) throws(LibCryptoError) -> SecretBytes {
    defer { ERR_clear_error() }
    let passwordCount = try Int32(checked: password.count)
    let count = try Int32(checked: ciphertext.count)
    let scheme = unsafe der.extracting(algorithm).withPointer { start in
      var position = unsafe start
      return unsafe d2i_X509_ALGOR(nil, &position, algorithm.count)
    }
    guard let scheme = unsafe scheme else { throw .drained(.encoding, "d2i_X509_ALGOR") }
    defer { unsafe X509_ALGOR_free(scheme) }
    var opened: UnsafeMutablePointer<UInt8>?
    var openedCount: Int32 = 0
    let result = unsafe password.withBytes { password in
      unsafe password.withPointer { password in
        unsafe der.extracting(ciphertext).withPointer { input in
          let text = unsafe UnsafeRawPointer(password)?.assumingMemoryBound(to: CChar.self)
          return unsafe PKCS12_pbe_crypt(scheme, text, passwordCount, input, count, &opened, &openedCount, 0)
        }
      }
    }
    guard unsafe result != nil, let opened = unsafe opened, openedCount > 0 else {
      let error = LibCryptoError.drained(.authentication, "PKCS12_pbe_crypt")
      guard error.code != .failure else { throw error }
      throw Self.wrongPassword
    }
    let length = Int(openedCount)
    let key = unsafe SecretBytes(copying: Span<UInt8>(_unsafeStart: opened, count: length))
    unsafe OPENSSL_cleanse(opened, length)
    unsafe writ_free(opened)
    // The padding of a wrong password is right by accident once in 256 times.
    guard key.withBytes({ KeyEncoding(of: $0) }) == .privateKeyInfo else { throw Self.wrongPassword }
    return key
  }

  private static var malformed: LibCryptoError { LibCryptoError(.encoding, "not the DER of an encrypted key") }
  private static var unsupported: LibCryptoError {
    LibCryptoError(
      .unsupported,
      "the key is not encrypted by PBES2 with PBKDF2 and AES; `openssl pkcs8 -topk8 -v2 aes-256-cbc` writes it so"
    )
  }
  private static var wrongPassword: LibCryptoError {
    LibCryptoError(.authentication, "the password does not open the key")
  }
}
