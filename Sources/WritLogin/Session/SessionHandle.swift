// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// The name of a session, which may be shown and logged: 16 random bytes that have nothing to do with its identifier.
///
/// It stays when the session gets a new identifier, so it serves as the `sid` of tokens too (OpenID Connect
/// Front-Channel Logout 1.0, section 3).
public struct SessionHandle: Sendable, Hashable, CustomStringConvertible {
  static let byteCount = 16

  private let first, second: UInt64

  /// - Parameter bytes: ``byteCount`` of them, `nil` otherwise.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    // INVARIANT: 16 bytes are there.
    first = unsafe UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(as: UInt64.self))
    second = unsafe UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 8, as: UInt64.self))
  }

  /// - Parameter content: that of a session.
  init(in content: RecordContent) {
    let storage = content.storage.span
    func word(_ offset: Int) -> UInt64 {
      let offset = SessionForm.handleOffset + offset
      return unsafe UInt64(bigEndian: storage.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    (first, second) = (word(0), word(8))
  }

  /// - Parameter text: what ``description`` was.
  public init?(_ text: String) {
    guard text.utf8.count == 22, let bytes = Base64URL.decode(text.utf8.span) else { return nil }
    self.init(bytes.span)
  }

  /// A new, unpredictable one.
  static func random() throws(SessionError) -> SessionHandle {
    do throws(LibCryptoError) {
      let bytes = try Randomness.bytes(byteCount)
      if let handle = SessionHandle(bytes.span) { return handle }
    } catch {
      throw SessionError(error)
    }
    throw SessionError(.failure, "random bytes do not make the name of a session")
  }

  /// The 16 bytes.
  var array: [UInt8] {
    [first, second].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
  }

  /// 22 characters of base64url.
  public var description: String {
    let bytes = array
    return Base64URL.encode(bytes.span)
  }
}
