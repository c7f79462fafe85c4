// SPDX-License-Identifier: Apache-2.0

/// The algorithm that a key is bound to, by the name in the member `alg` of a JWK (RFC 7517, section 4.4).
///
/// A key signs, or brings content keys to recipients, or is a content key itself.
public enum JSONWebAlgorithm: Sendable, Hashable, CustomStringConvertible {
  /// The algorithm of a key that signs or verifies.
  case signature(SignatureAlgorithm)
  /// The algorithm of a key by which content keys are encrypted or agreed on.
  case keyManagement(KeyManagementAlgorithm)
  /// The algorithm of a shared key that encrypts content itself, in tokens with the `alg` `dir`.
  case contentEncryption(ContentEncryptionAlgorithm)

  /// The algorithm of this name, compared by bytes: `hs256` is none.
  public init?(named name: String) {
    guard let algorithm = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = algorithm
  }

  /// The name of the algorithm, `ES256` for example.
  public var rawValue: String {
    switch self {
    case .signature(let algorithm): algorithm.rawValue
    case .keyManagement(let algorithm): algorithm.rawValue
    case .contentEncryption(let algorithm): algorithm.rawValue
    }
  }

  /// The name of the algorithm.
  public var description: String { rawValue }

  /// Whether the algorithm signs; the others encrypt.
  public var isSignature: Bool { signature != nil }

  /// Whether the algorithm has to be asked for by name: it hashes with SHA-1, or is as strong as a password.
  public var needsOptIn: Bool {
    switch self {
    case .signature, .contentEncryption: false
    case .keyManagement(let algorithm): algorithm.needsOptIn
    }
  }

  /// Whether keys of a type can be used with the algorithm.
  public func suits(_ type: KeyType) -> Bool {
    switch self {
    case .signature(let algorithm): algorithm.suits(type)
    case .keyManagement(let algorithm): algorithm.suits(type)
    case .contentEncryption: type == .symmetric
    }
  }
}

extension JSONWebAlgorithm: CaseIterable {
  /// All algorithms: those that sign, then those of key management, then those that encrypt content.
  public static let allCases =
    SignatureAlgorithm.allCases.map(JSONWebAlgorithm.signature)
    + KeyManagementAlgorithm.allCases.map(JSONWebAlgorithm.keyManagement)
    + ContentEncryptionAlgorithm.allCases.map(JSONWebAlgorithm.contentEncryption)
}

extension Set<JSONWebAlgorithm> {
  /// Every algorithm that signs.
  public static var signatures: Set<JSONWebAlgorithm> { Set(JSONWebAlgorithm.allCases.filter(\.isSignature)) }

  /// Every algorithm that encrypts, but for those that need opting in.
  public static var encryption: Set<JSONWebAlgorithm> {
    Set(JSONWebAlgorithm.allCases.filter { !$0.isSignature && !$0.needsOptIn })
  }
}

extension JSONWebAlgorithm {
  /// The signature algorithm; `nil` for those that encrypt.
  var signature: SignatureAlgorithm? {
    if case .signature(let algorithm) = self { algorithm } else { nil }
  }

  /// Whether a key bound to this algorithm takes part in what a header calls by the other name.
  @inline(__always)
  func isSameAlgorithm(as other: JSONWebAlgorithm, of type: KeyType) -> Bool {
    switch (self, other) {
    case (.signature(let algorithm), .signature(let other)): algorithm.isSameAlgorithm(as: other, of: type)
    default: self == other
    }
  }

  var isEdwards: Bool { signature?.isEdwards ?? false }

  /// The lengths in bytes that a shared key may have; `nil` for algorithms of key pairs.
  var symmetricKeyCounts: ClosedRange<Int>? {
    switch self {
    case .signature(let algorithm): algorithm.symmetricKeyCounts
    case .keyManagement(let algorithm): algorithm.symmetricKeyCounts
    case .contentEncryption(let algorithm): algorithm.keyCount...algorithm.keyCount
    }
  }
}
