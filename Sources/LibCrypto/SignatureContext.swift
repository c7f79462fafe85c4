// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A context that is initialised for a key and a scheme, and copied for each signature.
///
/// Initialising looks algorithms up and sets parameters, which takes longer than copying.
@safe
final class SignatureContext: @unchecked Sendable {
  // Sendable: libcrypto duplicates a context without changing it.
  @unsafe private enum Template {
    /// Works on digests.
    case key(OpaquePointer)
    /// Works on whole messages: EdDSA.
    case message(OpaquePointer)
  }

  private let template: Template
  private let key: KeyHandle

  init(_ key: KeyHandle, _ scheme: SignatureScheme, isSigning: Bool) throws(LibCryptoError) {
    // Also what libcrypto queues where it gets by without memory that it wanted.
    defer { ERR_clear_error() }
    self.key = key
    guard let hash = scheme.hash else {
      let context = unsafe try LibCryptoError.unwrap(EVP_MD_CTX_new(), .failure, "EVP_MD_CTX_new")
      let status =
        unsafe isSigning
        ? EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key.pointer, nil)
        : EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, key.pointer, nil)
      guard status == 1 else {
        unsafe EVP_MD_CTX_free(context)
        throw .drained(.failure, "EVP_DigestSignInit_ex")
      }
      unsafe template = .message(context)
      return
    }
    let context = unsafe try LibCryptoError.unwrap(
      EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil),
      .failure,
      "EVP_PKEY_CTX_new_from_pkey"
    )
    do throws(LibCryptoError) {
      let status = unsafe isSigning ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context)
      try LibCryptoError.check(status, .failure, "EVP_PKEY_sign_init")
      let padding: Int32? =
        switch scheme {
        case .rsaPKCS1: RSA_PKCS1_PADDING
        case .rsaPSS: RSA_PKCS1_PSS_PADDING
        case .ecdsa, .edwards: nil
        }
      if let padding {
        unsafe try LibCryptoError.check(EVP_PKEY_CTX_set_rsa_padding(context, padding), .failure, "RSA padding")
      }
      let digest = unsafe try hash.fetched()
      unsafe try LibCryptoError.check(EVP_PKEY_CTX_set_signature_md(context, digest), .failure, "signature hash")
      if case .rsaPSS = scheme {
        unsafe try LibCryptoError.check(EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest), .failure, "MGF1 hash")
        let saltCount = Int32(hash.digestCount)
        unsafe try LibCryptoError.check(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, saltCount), .failure, "PSS salt")
      }
    } catch {
      unsafe EVP_PKEY_CTX_free(context)
      throw error
    }
    unsafe template = .key(context)
  }

  deinit {
    switch unsafe template {
    case .key(let context): unsafe EVP_PKEY_CTX_free(context)
    case .message(let context): unsafe EVP_MD_CTX_free(context)
    }
  }

  /// Whether the signature is that of the message, or of its digest.
  func verify(_ signature: Span<UInt8>, for input: Span<UInt8>) throws(LibCryptoError) -> Bool {
    // What a wrong signature queues must not stay for a later call.
    defer { ERR_clear_error() }
    let status: Int32
    switch unsafe template {
    case .key(let context):
      let copy = unsafe try LibCryptoError.unwrap(EVP_PKEY_CTX_dup(context), .failure, "EVP_PKEY_CTX_dup")
      defer { unsafe EVP_PKEY_CTX_free(copy) }
      status = unsafe signature.withPointer { signatureBytes in
        unsafe input.withPointer { unsafe EVP_PKEY_verify(copy, signatureBytes, signature.count, $0, input.count) }
      }
    case .message(let context):
      let copy = unsafe try Self.copy(context)
      defer { unsafe EVP_MD_CTX_free(copy) }
      status = unsafe signature.withPointer { signatureBytes in
        unsafe input.withPointer { unsafe EVP_DigestVerify(copy, signatureBytes, signature.count, $0, input.count) }
      }
    }
    // 0 or negative when it is not, and when memory ran out: then the answer is unknown.
    if status != 1 {
      let error = LibCryptoError.drained(.authentication, "verifying")
      if error.code == .failure { throw error }
    }
    return status == 1
  }

  /// The signature of a message, or of its digest, cut to its length.
  ///
  /// - Parameter maximumCount: bytes that it may take.
  func sign(_ input: Span<UInt8>, maximumCount: Int) throws(LibCryptoError) -> [UInt8] {
    defer { ERR_clear_error() }
    var signature = [UInt8](repeating: 0, count: maximumCount)
    var count = maximumCount
    var span = signature.mutableSpan
    let status: Int32
    switch unsafe template {
    case .key(let context):
      let copy = unsafe try LibCryptoError.unwrap(EVP_PKEY_CTX_dup(context), .failure, "EVP_PKEY_CTX_dup")
      defer { unsafe EVP_PKEY_CTX_free(copy) }
      status = unsafe span.withMutablePointer { signature in
        unsafe input.withPointer { unsafe EVP_PKEY_sign(copy, signature, &count, $0, input.count) }
      }
    case .message(let context):
      let copy = unsafe try Self.copy(context)
      defer { unsafe EVP_MD_CTX_free(copy) }
      status = unsafe span.withMutablePointer { signature in
        unsafe input.withPointer { unsafe EVP_DigestSign(copy, signature, &count, $0, input.count) }
      }
    }
    try LibCryptoError.check(status, .failure, "signing")
    guard count <= maximumCount else { throw LibCryptoError(.failure, "a signature took \(count) bytes") }
    signature.removeLast(maximumCount - count)
    return signature
  }

  private static func copy(_ context: OpaquePointer) throws(LibCryptoError) -> OpaquePointer {
    let copy = unsafe try LibCryptoError.unwrap(EVP_MD_CTX_new(), .failure, "EVP_MD_CTX_new")
    guard unsafe EVP_MD_CTX_copy_ex(copy, context) == 1 else {
      unsafe EVP_MD_CTX_free(copy)
      throw .drained(.failure, "EVP_MD_CTX_copy_ex")
    }
    return unsafe copy
  }
}
