// SPDX-License-Identifier: Apache-2.0

/// The keys that a verifier trusts.
public struct VerificationKeys: Sendable {
  /// Keys that are tried for a token which names none.
  public static let maximumCandidates = 8

  /// The keys, in the order given.
  public let keys: [VerificationKey]
  /// Whether any of them has an identifier.
  let namesKeys: Bool

  /// These keys.
  public init(_ keys: [VerificationKey]) {
    self.keys = keys
    namesKeys = keys.contains { $0.attributes.identifier != nil }
  }

  /// The one key of HMAC.
  ///
  /// - Throws: `KeyError` as ``VerificationKey/init(_:)-(SymmetricKey)`` does.
  public init(_ key: SymmetricKey) throws(KeyError) {
    self.init([try VerificationKey(key)])
  }

  /// The one public key.
  ///
  /// - Throws: `KeyError` as ``VerificationKey/init(_:)-(PublicKey)`` does.
  public init(_ key: PublicKey) throws(KeyError) {
    self.init([try VerificationKey(key)])
  }

  /// The keys of a set that may verify signatures, of key pairs the public halves; the others are left out.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public init(_ set: JSONWebKeySet) throws(KeyError) {
    var keys: [VerificationKey] = []
    for key in set.keys {
      do throws(KeyError) {
        switch key {
        case .symmetric(let key): keys.append(try VerificationKey(key))
        case .private(let key): keys.append(try VerificationKey(key.publicKey))
        case .public(let key): keys.append(try VerificationKey(key))
        }
      } catch {
        guard error.code == .notPermitted else { throw error }
      }
    }
    self.init(keys)
  }

  /// The positions of the keys that may verify a token, 8 at most.
  ///
  /// A key must be bound to the token's algorithm. A token that names a key is verified by a key of that name and by no
  /// other, unless the keys have no names at all.
  func candidates(for header: JOSEHeader) throws(TokenError) -> [Int] {
    var named = Array(keys.indices)
    if let identifier = header.keyIdentifier, namesKeys {
      named = named.filter { index in
        keys[index].attributes.identifier.map { $0.utf8.elementsEqual(identifier.utf8) } == true
      }
    }
    guard !named.isEmpty else {
      let identifier = header.keyIdentifier.map { "\"\(printable($0))\"" } ?? "at all"
      throw TokenError(.keyUnknown, "there is no key \(identifier)")
    }
    let candidates = named.filter { index in
      keys[index].attributes.algorithm.isSameAlgorithm(as: .signature(header.algorithm), of: keys[index].type)
    }
    guard !candidates.isEmpty else {
      throw TokenError(.algorithm, "no key that may verify the token is for \(header.algorithm)")
    }
    return Array(candidates.prefix(Self.maximumCandidates))
  }

  /// The position of the key whose signature a token bears.
  func verify(_ token: CompactToken, _ header: JOSEHeader, _ bytes: Span<UInt8>) throws(TokenError) -> Int {
    guard let signature = Base64URL.decode(bytes.extracting(token.signature)) else {
      throw .notBase64URL("token's signature", bytes.extracting(token.signature), at: token.signature.lowerBound)
    }
    let candidates = try candidates(for: header)
    let message = bytes.extracting(token.signingInput)
    for index in candidates {
      if try keys[index].isValid(signature.span, for: message) { return index }
    }
    throw TokenError(.signature, "the token's signature does not match")
  }
}
