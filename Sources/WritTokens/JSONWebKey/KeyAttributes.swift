// SPDX-License-Identifier: Apache-2.0

/// The attributes that a key is bound to when it is imported.
public struct KeyAttributes: Sendable, Hashable {
  /// `kid`, compared by bytes.
  public let identifier: String?
  /// The one algorithm that the key is used with; no token chooses another.
  public let algorithm: JSONWebAlgorithm
  /// Signing or encrypting; always that of the algorithm.
  public let use: KeyUse
  /// The operations that the key may be used for.
  public let operations: KeyOperations

  /// The attributes of the public half.
  var publicSide: KeyAttributes {
    KeyAttributes(identifier: identifier, algorithm: algorithm, use: use, operations: operations.publicSide)
  }
}

/// The attributes that a key's material states; a JWK may state all, PEM states none.
struct StatedAttributes {
  var identifier: String?
  var algorithm: JSONWebAlgorithm?
  var use: KeyUse?
  var operations: KeyOperations?
  /// The algorithms that the type of the key allows, where it says more than that it is RSA; `nil` where it does not.
  var permitted: Set<JSONWebAlgorithm>?

  /// Binds a key to one algorithm: the one it states, when that is accepted; otherwise the only one among those
  /// accepted that its type, use and operations leave.
  ///
  /// - Parameter assumed: decides between those where several are left.
  func bound(
    to type: KeyType,
    possible: KeyOperations,
    accepting accepted: Set<JSONWebAlgorithm>,
    assuming assumed: Set<JSONWebAlgorithm> = []
  ) throws(KeyError) -> KeyAttributes {
    let algorithm = try boundAlgorithm(type, accepted, assumed)
    let use: KeyUse = algorithm.isSignature ? .signature : .encryption
    let suitable: KeyOperations = use == .signature ? .signature : .encryption
    guard self.use == nil || self.use == use else {
      throw KeyError(
        .notPermitted,
        "a key with \"use\":\"\(self.use?.rawValue ?? "")\" cannot be used with \(algorithm)"
      )
    }
    if let operations, !suitable.isSuperset(of: operations) || operations.isEmpty {
      throw KeyError(.notPermitted, "the \"key_ops\" of a key do not go with \(algorithm)")
    }
    return KeyAttributes(
      identifier: identifier,
      algorithm: algorithm,
      use: use,
      operations: (operations ?? suitable).intersection(possible)
    )
  }

  private func boundAlgorithm(
    _ type: KeyType,
    _ accepted: Set<JSONWebAlgorithm>,
    _ assumed: Set<JSONWebAlgorithm>
  ) throws(KeyError) -> JSONWebAlgorithm {
    if let permitted, accepted.isDisjoint(with: permitted) {
      let names = permitted.map(\.rawValue).sorted().joined(separator: ", ")
      throw KeyError(.algorithmNotAccepted, "the key is of type RSASSA-PSS and for \(names), which is not accepted")
    }
    if let algorithm {
      guard algorithm.suits(type) else {
        throw KeyError(.mismatched, "a key of type \(type) cannot be used with \(algorithm)")
      }
      guard accepted.contains(where: { algorithm.isSameAlgorithm(as: $0, of: type) }) else {
        throw KeyError(.algorithmNotAccepted, "the key is for \(algorithm), which is not among the algorithms accepted")
      }
      return algorithm
    }
    let ofType = accepted.filter { $0.suits(type) }
    var candidates = ofType.filter { algorithm in
      if let permitted, !permitted.contains(algorithm) { return false }
      if let use, (use == .signature) != algorithm.isSignature { return false }
      if let operations, operations.isDisjoint(with: algorithm.isSignature ? .signature : .encryption) { return false }
      return true
    }
    if candidates.count > 1, !candidates.isDisjoint(with: assumed) { candidates.formIntersection(assumed) }
    guard let first = candidates.min(by: { $0.rawValue < $1.rawValue }) else {
      let code: KeyError.Code = ofType.isEmpty ? .algorithmNotAccepted : .notPermitted
      throw KeyError(code, "none of the algorithms accepted is for a key of type \(type) with its use and operations")
    }
    // EdDSA has several names: that is no ambiguity.
    if candidates.allSatisfy(\.isEdwards) { return candidates.contains(.edDSA) ? .edDSA : first }
    guard candidates.count == 1 else {
      let names = candidates.map(\.rawValue).sorted().joined(separator: ", ")
      throw KeyError(
        .algorithmAmbiguous,
        "a key of type \(type) does not say which algorithm it is for; accept only one of these, or name the one that its "
          + "issuer uses in `assuming`: \(names)"
      )
    }
    return first
  }
}
