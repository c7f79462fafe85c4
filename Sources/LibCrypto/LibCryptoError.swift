// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// An error of libcrypto.
///
/// The message never holds input: neither keys nor data, only libcrypto's own words.
package struct LibCryptoError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable, Hashable, CaseIterable {
    /// A key whose parts do not fit each other, or that libcrypto refused.
    case key
    /// Not the DER of a key.
    case encoding
    /// A type of key, a curve or a way of encrypting keys that is not supported.
    case unsupported
    /// A password, an authentication tag or a padding does not fit what it should open.
    case authentication
    /// A length or parameter that the operation does not have.
    case parameter
    /// libcrypto failed: memory ran out, or a provider lacks an algorithm.
    case failure
  }

  package let code: Code
  /// The operation and libcrypto's reason for its failure, when it gave one.
  package let description: String

  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The error that libcrypto queued last; the queue of this thread is empty afterwards.
  ///
  /// A queue left with errors would be taken for those of a later call (CVE-2008-5077 began so).
  ///
  /// - Parameter code: what is wrong where memory did not run out; that is `failure` whatever was called.
  static func drained(_ code: Code, _ operation: StaticString) -> LibCryptoError {
    var (code, reason) = (code, "")
    while true {
      let error = ERR_get_error()
      guard error != 0 else { break }
      if writ_is_out_of_memory(error) == 1 { code = .failure }
      if let text = unsafe ERR_reason_error_string(error) { reason = unsafe ": " + String(cString: text) }
    }
    return LibCryptoError(code, "\(operation) failed\(reason)")
  }
}

extension LibCryptoError {
  /// Turns libcrypto's status into an error; only 1 is success, as some calls answer -1 for an error of their own.
  @inline(__always)
  static func check(_ status: Int32, _ code: Code = .failure, _ operation: StaticString) throws(LibCryptoError) {
    guard status == 1 else { throw drained(code, operation) }
  }

  /// Turns a null pointer from libcrypto into an error.
  @inline(__always)
  static func unwrap(
    _ pointer: OpaquePointer?,
    _ code: Code = .failure,
    _ operation: StaticString
  ) throws(LibCryptoError) -> OpaquePointer {
    guard let pointer = unsafe pointer else { throw drained(code, operation) }
    return unsafe pointer
  }
}
