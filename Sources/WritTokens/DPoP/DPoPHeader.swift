// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The header of a DPoP proof, with the one key of a header that is ever used (RFC 9449, section 4.2).
struct DPoPHeader {
  let key: PublicKey

  /// Members of private and of shared keys.
  private static let secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

  /// Reads the text of a header in base64url.
  ///
  /// - Parameter accepted: algorithms of key pairs that sign.
  init(_ text: Span<UInt8>, accepting accepted: Set<SignatureAlgorithm>) throws(TokenError) {
    let document = try JOSEHeader.document(text)
    let header = try JOSEHeader(document)
    let rules = TokenRules(issuer: nil, audience: nil, type: DPoPProof.type)
    guard rules.accepts(type: header.type) else {
      throw TokenError(.type, "the proof's \"typ\" is missing or not \"\(DPoPProof.type)\"")
    }
    guard accepted.contains(header.algorithm) else {
      throw TokenError(.algorithm, "proofs with \(header.algorithm) are not accepted")
    }
    guard let object = document.member("jwk", of: document.root) else {
      throw TokenError(.header, "the header parameter \"jwk\" is missing in a proof")
    }
    for name in Self.secretMembers where document.member(name, of: object) != nil {
      throw TokenError(.header, "the \"jwk\" of a proof has a private or shared part")
    }
    do throws(KeyError) {
      key = try JSONWebKeyReader(document, object).publicKey(
        accepting: [.signature(header.algorithm)],
        assuming: [],
        .standard
      )
    } catch {
      throw TokenError(.header, "the \"jwk\" of a proof: \(error.description)")
    }
  }
}
