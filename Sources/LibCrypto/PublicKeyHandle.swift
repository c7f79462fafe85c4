// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A public key in libcrypto.
package final class PublicKeyHandle: Sendable {
  package let kind: KeyKind
  let key: KeyHandle

  init(kind: KeyKind, key: KeyHandle) {
    self.kind = kind
    self.key = key
  }

  /// An RSA key from modulus and exponent, each an unsigned integer with its most significant byte first.
  package convenience init(
    modulus: Span<UInt8>,
    exponent: Span<UInt8>,
    restriction: PSSRestriction? = nil
  ) throws(LibCryptoError) {
    var parameters = Parameters()
    parameters.append("n", integer: modulus)
    parameters.append("e", integer: exponent)
    parameters.append(restriction)
    let type = restriction == nil ? "RSA" : "RSA-PSS"
    self.init(kind: .rsa, key: try KeyHandle(type: type, isPrivate: false, parameters))
  }

  /// A key from a point's coordinates, which must lie on the curve, or from the raw bytes where the curve has no
  /// others.
  ///
  /// - Parameters:
  ///   - x: exactly `curve.byteCount` bytes.
  ///   - y: as long, for curves whose keys are points with two coordinates; otherwise empty.
  package convenience init(curve: Curve, x: Span<UInt8>, y: Span<UInt8>) throws(LibCryptoError) {
    guard x.count == curve.byteCount, y.count == (curve.hasCoordinates ? curve.byteCount : 0) else {
      throw LibCryptoError(.key, "coordinates have \(x.count) and \(y.count) bytes")
    }
    let bytes = x.indices.map { x[$0] }
    try self.init(curve: curve, point: curve.hasCoordinates ? PublicKeyHandle.point(x, y) : bytes)
  }

  /// A key from a point as SEC 1, 2.3.3, writes it, compressed or not, which must lie on the curve; or from the raw
  /// bytes where the curve has no coordinates.
  convenience init(curve: Curve, point: [UInt8]) throws(LibCryptoError) {
    guard curve.hasCoordinates else {
      guard point.count == curve.byteCount else {
        throw LibCryptoError(.key, "a public key has \(point.count) bytes, expected \(curve.byteCount)")
      }
      defer { ERR_clear_error() }
      let pointer = unsafe point.span.withPointer { start in
        unsafe EVP_PKEY_new_raw_public_key_ex(nil, curve.name, nil, start, point.count)
      }
      let key = unsafe KeyHandle(
        owning: try LibCryptoError.unwrap(pointer, .key, "EVP_PKEY_new_raw_public_key_ex")
      )
      self.init(kind: .curve(curve), key: key)
      return
    }
    let count: Int? =
      switch point.first {
      case 4: 1 + 2 * curve.byteCount
      case 2, 3: 1 + curve.byteCount
      default: nil
      }
    guard point.count == count else {
      throw LibCryptoError(.key, "a point has \(point.count) bytes, or a form that is not supported")
    }
    var parameters = Parameters()
    parameters.append("group", text: curve.name)
    parameters.append("pub", octets: point.span)
    let key = try KeyHandle(type: "EC", isPrivate: false, parameters)
    try key.check(isPrivate: false)
    self.init(kind: .curve(curve), key: key)
  }

  /// The uncompressed form of a point (SEC 1, 2.3.3).
  static func point(_ x: Span<UInt8>, _ y: Span<UInt8>) -> [UInt8] {
    var point: [UInt8] = [4]
    for index in x.indices { point.append(x[index]) }
    for index in y.indices { point.append(y[index]) }
    return point
  }

  // MARK: Parts

  /// Modulus and exponent of an RSA key.
  package func rsaParts() throws(LibCryptoError) -> (modulus: [UInt8], exponent: [UInt8]) {
    (try key.integer("n").copy(), try key.integer("e").copy())
  }

  /// The coordinates of a point; of a raw key its bytes, and no y.
  package func coordinates() throws(LibCryptoError) -> (x: [UInt8], y: [UInt8]) {
    guard case .curve(let curve) = kind else { throw LibCryptoError(.key, "an RSA key has no coordinates") }
    guard !curve.hasCoordinates else {
      return (
        try key.integer("qx", count: curve.byteCount).copy(), try key.integer("qy", count: curve.byteCount).copy()
      )
    }
    var bytes = [UInt8](repeating: 0, count: curve.byteCount)
    var count = bytes.count
    let status = unsafe EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &count)
    try LibCryptoError.check(status, .key, "EVP_PKEY_get_raw_public_key")
    return (bytes, [])
  }
}

extension SecretBytes {
  /// The bytes in an array, for what turned out not to be secret.
  func copy() -> [UInt8] { withBytes { bytes in bytes.indices.map { bytes[$0] } } }
}
