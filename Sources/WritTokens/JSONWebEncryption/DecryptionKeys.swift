// SPDX-License-Identifier: Apache-2.0

/// The keys that may decrypt tokens, and what else is accepted of them.
public struct DecryptionKeys: Sendable {
  /// Keys that are tried for a token which names none.
  public static let maximumCandidates = 8

  /// The keys, in the order given.
  public let keys: [DecryptionKey]
  /// The rules for tokens beside the keys.
  public let rules: DecryptionRules
  private let namesKeys: Bool

  /// These keys.
  public init(_ keys: [DecryptionKey], rules: DecryptionRules = .standard) {
    self.keys = keys
    self.rules = rules
    namesKeys = keys.contains { $0.attributes.identifier != nil }
  }

  /// The one shared key.
  ///
  /// - Throws: `KeyError` as ``DecryptionKey/init(_:)-(SymmetricKey)`` does.
  public init(_ key: SymmetricKey, rules: DecryptionRules = .standard) throws(KeyError) {
    self.init([try DecryptionKey(key)], rules: rules)
  }

  /// The one key pair.
  ///
  /// - Throws: `KeyError` as ``DecryptionKey/init(_:)-(PrivateKey)`` does.
  public init(_ key: PrivateKey, rules: DecryptionRules = .standard) throws(KeyError) {
    self.init([try DecryptionKey(key)], rules: rules)
  }

  /// The one password.
  ///
  /// - Throws: `KeyError` as ``DecryptionKey/init(_:)-(EncryptionPassword)`` does.
  public init(_ password: EncryptionPassword, rules: DecryptionRules = .standard) throws(KeyError) {
    self.init([try DecryptionKey(password)], rules: rules)
  }

  /// The keys of a set that may decrypt; the others, public keys among them, are left out.
  ///
  /// - Throws: nothing today; `KeyError` with the code `failure`.
  public init(_ set: JSONWebKeySet, rules: DecryptionRules = .standard) throws(KeyError) {
    var keys: [DecryptionKey] = []
    for key in set.keys {
      do throws(KeyError) {
        switch key {
        case .symmetric(let key): keys.append(try DecryptionKey(key))
        case .private(let key): keys.append(try DecryptionKey(key))
        case .public: break
        }
      } catch {
        guard error.code == .notPermitted else { throw error }
      }
    }
    self.init(keys, rules: rules)
  }

  /// The keys that may decrypt a token, 8 at most.
  ///
  /// A key must be bound to the token's algorithm. A token that names a key is decrypted by a key of that name and by
  /// no other, unless the keys have no names at all.
  func candidates(for header: EncryptionHeader) throws(TokenError) -> [DecryptionKey] {
    var named = keys
    if let identifier = header.keyIdentifier, namesKeys {
      named = keys.filter { key in
        key.attributes.identifier.map { $0.utf8.elementsEqual(identifier.utf8) } == true
      }
    }
    guard !named.isEmpty else {
      let identifier = header.keyIdentifier.map { "\"\(printable($0))\"" } ?? "at all"
      throw TokenError(.keyUnknown, "there is no key \(identifier)")
    }
    let candidates = named.filter { $0.suits(header) }
    guard !candidates.isEmpty else {
      throw TokenError(
        .algorithm,
        "no key that may decrypt the token is for \(header.algorithm) and \(header.contentAlgorithm)"
      )
    }
    return Array(candidates.prefix(Self.maximumCandidates))
  }
}
