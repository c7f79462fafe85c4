// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

/// The members that are read of the header of an encrypted token (RFC 7516, section 4.1; RFC 7518, sections 4.6.1,
/// 4.7.1 and 4.8.1).
///
/// Keys that a header brings (`jwk`, `jku`, `x5c`, `x5u`) are never used, and not looked at; `epk` is no key of
/// anybody, and is used for its one agreement alone. `crit` always refuses: it may only name extensions, and none is
/// understood.
struct EncryptionHeader {
  /// The parameters that the algorithm needs beside the encrypted key.
  enum Parameters {
    case none
    /// `iv` and `tag`.
    case gcmWrapping(vector: [UInt8], tag: [UInt8])
    /// `epk`, `apu` and `apv`.
    case agreement(EphemeralKey, partyU: [UInt8], partyV: [UInt8])
    /// `p2s` and `p2c`.
    case password(salt: [UInt8], iterations: Int)
  }

  /// The coordinates of `epk`, not yet known to be those of a point.
  struct EphemeralKey {
    let curve: JSONWebCurve
    let x: [UInt8]
    let y: [UInt8]
  }

  let algorithm: KeyManagementAlgorithm
  let contentAlgorithm: ContentEncryptionAlgorithm
  let keyIdentifier: String?
  let type: String?
  let contentType: String?
  let isCompressed: Bool
  let parameters: Parameters

  /// Reads the text of a header in base64url.
  init(_ text: Span<UInt8>, _ rules: DecryptionRules) throws(TokenError) {
    let document = try JOSEHeader.document(text)
    for name in ["crit", "b64"] where document.member(name, of: document.root) != nil {
      throw TokenError(.header, "the header parameter \"\(name)\" is not allowed in an encrypted token")
    }
    guard let name = try JOSEHeader.string("alg", document), let algorithm = KeyManagementAlgorithm(named: name)
    else { throw TokenError(.algorithm, "the token's \"alg\" is missing or not a key management algorithm") }
    guard let name = try JOSEHeader.string("enc", document), let content = ContentEncryptionAlgorithm(named: name),
      rules.contentAlgorithms.contains(content)
    else { throw TokenError(.algorithm, "the token's \"enc\" is missing or not an accepted algorithm") }
    self.algorithm = algorithm
    contentAlgorithm = content
    keyIdentifier = try JOSEHeader.optionalString("kid", document)
    type = try JOSEHeader.optionalString("typ", document)
    contentType = try JOSEHeader.optionalString("cty", document)
    isCompressed = try Self.isCompressed(document, rules)
    parameters = try Self.parameters(document, algorithm.management, rules)
  }

  private static func isCompressed(_ document: JSONDocument, _ rules: DecryptionRules) throws(TokenError) -> Bool {
    guard let index = document.member("zip", of: document.root) else { return false }
    guard rules.allowsCompression else {
      throw TokenError(.header, "the header parameter \"zip\" is not allowed")
    }
    guard document.string(at: index, equals: "DEF") else {
      throw TokenError(.header, "the header parameter \"zip\" is not \"DEF\"")
    }
    return true
  }

  private static func parameters(
    _ document: JSONDocument,
    _ management: KeyManagement,
    _ rules: DecryptionRules
  ) throws(TokenError) -> Parameters {
    switch management {
    case .direct, .wrapping, .oaep: return .none
    case .gcmWrapping:
      return .gcmWrapping(
        vector: try bytes("iv", document, document.root),
        tag: try bytes("tag", document, document.root)
      )
    case .agreement:
      return .agreement(
        try ephemeralKey(document),
        partyU: try optionalBytes("apu", document, document.root) ?? [],
        partyV: try optionalBytes("apv", document, document.root) ?? []
      )
    case .password:
      let salt = try bytes("p2s", document, document.root)
      guard salt.count >= DecryptionRules.minimumSaltBytes else {
        throw TokenError(
          .header,
          "\"p2s\" has \(salt.count) bytes, expected \(DecryptionRules.minimumSaltBytes) or more"
        )
      }
      let iterations = document.member("p2c", of: document.root).flatMap { document.integer(at: $0) }
      let range = DecryptionRules.minimumIterations...rules.maximumIterations
      guard let iterations, let iterations = Int(exactly: iterations), range.contains(iterations) else {
        throw TokenError(.header, "\"p2c\" is not an integer from \(range.lowerBound) to \(range.upperBound)")
      }
      return .password(salt: salt, iterations: iterations)
    }
  }

  private static func ephemeralKey(_ document: JSONDocument) throws(TokenError) -> EphemeralKey {
    guard let key = document.member("epk", of: document.root), document.kind(of: key) == .object else {
      throw TokenError(.header, "the header parameter \"epk\" is missing or not an object")
    }
    guard let name = document.member("crv", of: key).flatMap({ document.string(at: $0) }),
      let curve = JSONWebCurve(named: name)
    else { throw TokenError(.header, "\"crv\" of \"epk\" is missing or not a known curve") }
    let hasCoordinates = curve.curve.hasCoordinates
    guard let type = document.member("kty", of: key), document.string(at: type, equals: hasCoordinates ? "EC" : "OKP")
    else { throw TokenError(.header, "\"kty\" of \"epk\" is missing, or not that of its curve") }
    guard document.member("d", of: key) == nil else { throw TokenError(.header, "\"epk\" has a private part") }
    return EphemeralKey(
      curve: curve,
      x: try bytes("x", document, key),
      y: hasCoordinates ? try bytes("y", document, key) : []
    )
  }

  private static func bytes(
    _ name: StaticString,
    _ document: JSONDocument,
    _ object: JSONDocument.Index
  ) throws(TokenError) -> [UInt8] {
    guard let bytes = try optionalBytes(name, document, object) else {
      throw TokenError(.header, "the header parameter \"\(name)\" is missing")
    }
    return bytes
  }

  private static func optionalBytes(
    _ name: StaticString,
    _ document: JSONDocument,
    _ object: JSONDocument.Index
  ) throws(TokenError) -> [UInt8]? {
    guard let index = document.member("\(name)", of: object) else { return nil }
    guard let bytes = document.withStringBytes(at: index, Base64URL.decode) ?? nil else {
      throw TokenError(.header, "the header parameter \"\(name)\" is not valid base64url")
    }
    return bytes
  }
}
