// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// An `EVP_PKEY`, freed with its last owner.
///
/// `PublicKeyHandle` and `PrivateKeyHandle` own one each, so that one is never taken for the other.
@safe
final class KeyHandle: @unchecked Sendable {
  // Sendable: libcrypto counts references and builds its caches within a key under locks of its own.
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) {
    unsafe self.pointer = pointer
  }

  deinit { unsafe EVP_PKEY_free(pointer) }

  /// A key from its parameters.
  convenience init(
    type: String,
    isPrivate: Bool,
    _ parameters: borrowing Parameters
  ) throws(LibCryptoError) {
    defer { ERR_clear_error() }
    let context = unsafe try LibCryptoError.unwrap(
      EVP_PKEY_CTX_new_from_name(nil, type, nil),
      .failure,
      "EVP_PKEY_CTX_new_from_name"
    )
    defer { unsafe EVP_PKEY_CTX_free(context) }
    unsafe try LibCryptoError.check(EVP_PKEY_fromdata_init(context), .failure, "EVP_PKEY_fromdata_init")
    var pointer: OpaquePointer?
    let status = unsafe parameters.withList { list in
      unsafe EVP_PKEY_fromdata(
        context,
        &pointer,
        isPrivate ? KeyHandle.keyPair : KeyHandle.publicKey,
        UnsafeMutablePointer(mutating: list)  // only read
      )
    }
    guard status == 1, let pointer = unsafe pointer else { throw .drained(.key, "EVP_PKEY_fromdata") }
    unsafe self.init(owning: pointer)
  }

  // EVP_PKEY_PUBLIC_KEY and EVP_PKEY_KEYPAIR, macros that Swift does not see.
  static let publicKey = OSSL_KEYMGMT_SELECT_ALL_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY
  static let keyPair = publicKey | OSSL_KEYMGMT_SELECT_PRIVATE_KEY

  /// A new context for operations with this key.
  func withContext<Result>(
    _ body: (OpaquePointer) throws(LibCryptoError) -> Result
  ) throws(LibCryptoError) -> Result {
    defer { ERR_clear_error() }
    let context = unsafe try LibCryptoError.unwrap(
      EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil),
      .failure,
      "EVP_PKEY_CTX_new_from_pkey"
    )
    defer { unsafe EVP_PKEY_CTX_free(context) }
    return unsafe try body(context)
  }

  /// Whether the parts of the key fit each other, as libcrypto checks them.
  func check(isPrivate: Bool) throws(LibCryptoError) {
    try unsafe withContext { (context) throws(LibCryptoError) in
      let status = unsafe isPrivate ? EVP_PKEY_check(context) : EVP_PKEY_public_check(context)
      try LibCryptoError.check(status, .key, isPrivate ? "EVP_PKEY_check" : "EVP_PKEY_public_check")
    }
  }

  // MARK: Parts

  /// An unsigned integer of the key, its most significant byte first, filled up with zeros to `count` bytes.
  func integer(_ name: StaticString, count: Int? = nil) throws(LibCryptoError) -> SecretBytes {
    defer { ERR_clear_error() }
    var number: OpaquePointer?
    let status = unsafe EVP_PKEY_get_bn_param(pointer, name.cString, &number)
    guard status == 1, let number = unsafe number else { throw .drained(.key, "EVP_PKEY_get_bn_param") }
    defer { unsafe BN_clear_free(number) }
    let count = unsafe try Int32(checked: count ?? Int(BN_num_bits(number) + 7) / 8)
    var written: Int32 = -1
    let bytes = SecretBytes(count: Int(count)) { bytes in
      written = unsafe bytes.withMutablePointer { unsafe BN_bn2binpad(number, $0, count) }
    }
    guard written == count else { throw .drained(.key, "BN_bn2binpad") }
    return bytes
  }
}

/// The type of a key.
package enum KeyKind: Sendable, Hashable {
  case rsa
  case curve(Curve)
}

extension StaticString {
  /// The text as C takes it; it lives as long as the process.
  var cString: UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
