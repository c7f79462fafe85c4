// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A key of one of the three sorts, as a file or a key set holds it (RFC 7517).
///
/// The sort has to be chosen in code: a function that takes a ``PublicKey`` cannot be given a private one or a
/// secret.
public enum JSONWebKey: Sendable, CustomStringConvertible {
  /// Bytes that both sides share.
  case symmetric(SymmetricKey)
  /// A key pair.
  case `private`(PrivateKey)
  /// The public half of a pair.
  case `public`(PublicKey)

  /// The attributes that the key is bound to.
  public var attributes: KeyAttributes {
    switch self {
    case .symmetric(let key): key.attributes
    case .private(let key): key.attributes
    case .public(let key): key.attributes
    }
  }

  /// The type of the key.
  public var type: KeyType {
    switch self {
    case .symmetric: .symmetric
    case .private(let key): key.type
    case .public(let key): key.type
    }
  }

  /// The public half of a pair; of a shared key there is none.
  public var publicKey: PublicKey? {
    switch self {
    case .symmetric: nil
    case .private(let key): key.publicKey
    case .public(let key): key
    }
  }

  /// Sort, type and algorithm; never a private part.
  public var description: String {
    switch self {
    case .symmetric(let key): key.description
    case .private(let key): key.description
    case .public(let key): key.description
    }
  }
}
