// SPDX-License-Identifier: Apache-2.0

/// The use of a key (`use`, RFC 7517, section 4.2).
public enum KeyUse: String, Sendable, Hashable, CaseIterable {
  /// Signing and verifying.
  case signature = "sig"
  /// Encrypting and decrypting.
  case encryption = "enc"

  /// The use of this name, compared by bytes.
  ///
  /// SPIFFE names the use of keys that sign its tokens `jwt-svid` (SPIFFE Trust Domain and Bundle, section 4.2.2); it
  /// is that of signatures. Its `x509-svid` is for certificates alone, and unknown here.
  init?(named name: String) {
    if name.utf8.elementsEqual("jwt-svid".utf8) {
      self = .signature
      return
    }
    guard let use = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = use
  }
}

/// The operations of a key (`key_ops`, RFC 7517, section 4.3).
public struct KeyOperations: OptionSet, Sendable, Hashable {
  /// One bit an operation.
  public let rawValue: UInt8

  /// The operations of these bits.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Computing a signature or a message authentication code.
  public static let sign = KeyOperations(rawValue: 1)
  /// Verifying a signature or a message authentication code.
  public static let verify = KeyOperations(rawValue: 2)
  /// Encrypting content.
  public static let encrypt = KeyOperations(rawValue: 4)
  /// Decrypting content.
  public static let decrypt = KeyOperations(rawValue: 8)
  /// Encrypting keys.
  public static let wrapKey = KeyOperations(rawValue: 16)
  /// Decrypting keys.
  public static let unwrapKey = KeyOperations(rawValue: 32)
  /// Agreeing on keys.
  public static let deriveKey = KeyOperations(rawValue: 64)
  /// Agreeing on bits that are no keys.
  public static let deriveBits = KeyOperations(rawValue: 128)

  static let signature: KeyOperations = [.sign, .verify]
  static let encryption: KeyOperations = [.encrypt, .decrypt, .wrapKey, .unwrapKey, .deriveKey, .deriveBits]
  static let all: KeyOperations = [.signature, .encryption]
  /// The operations of the public half of a pair.
  static let ofPublicKeys: KeyOperations = [.verify, .encrypt, .wrapKey, .deriveKey, .deriveBits]

  static let names: [(name: String, operation: KeyOperations)] = [
    ("sign", .sign), ("verify", .verify), ("encrypt", .encrypt), ("decrypt", .decrypt), ("wrapKey", .wrapKey),
    ("unwrapKey", .unwrapKey), ("deriveKey", .deriveKey), ("deriveBits", .deriveBits),
  ]

  /// The same operations from the public side.
  var publicSide: KeyOperations {
    var side = intersection(Self.ofPublicKeys)
    if contains(.sign) { side.insert(.verify) }
    if contains(.decrypt) { side.insert(.encrypt) }
    if contains(.unwrapKey) { side.insert(.wrapKey) }
    return side
  }
}
