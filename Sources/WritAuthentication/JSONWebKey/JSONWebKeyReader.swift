// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

extension JSONWebKey {
  /// Bytes of the longest JWK that is read; one of RSA with 16,384 bits takes 13,000.
  public static let maximumBytes = 65536

  /// A key from a JWK (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2).
  ///
  /// Members that occur twice refuse the key, also those that mean nothing here. `x5u`, `x5c` and their thumbprints are not
  /// looked at: a key is trusted because of where it was read, not of what it says.
  ///
  /// - Parameters:
  ///   - bytes: the JSON text in UTF-8.
  ///   - accepted: the algorithms that the key may be bound to. Where the key names none, exactly one of them must be for
  ///     keys of its type.
  ///   - profile: how strong it must be.
  /// - Throws: `KeyError` of every code but `password`.
  public init(
    parsing bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let document = try JSONWebKeyReader.document(bytes, maximumBytes: Self.maximumBytes)
    self = try JSONWebKeyReader(document, document.root, accepted, profile).key()
  }
}

/// Reads one JWK of a document.
struct JSONWebKeyReader {
  private let document: JSONDocument
  private let object: JSONDocument.Index
  private let accepted: Set<JSONWebAlgorithm>
  private let profile: KeyProfile

  init(
    _ document: JSONDocument,
    _ object: JSONDocument.Index,
    _ accepted: Set<JSONWebAlgorithm>,
    _ profile: KeyProfile
  ) {
    self.document = document
    self.object = object
    self.accepted = accepted
    self.profile = profile
  }

  static func document(_ bytes: [UInt8], maximumBytes: Int) throws(KeyError) -> JSONDocument {
    guard bytes.count <= maximumBytes else {
      throw KeyError(.tooLarge, "found \(bytes.count) bytes, expected at most \(maximumBytes)")
    }
    do throws(JSONError) {
      return try JSONDocument(parsing: bytes, maximumDepth: 8)
    } catch {
      // The message of a syntax error quotes the text, which may be that of a private key.
      throw KeyError(.malformed, "not the JSON of a key, at byte \(error.offset): \(error.code)")
    }
  }

  func key() throws(KeyError) -> JSONWebKey {
    guard document.kind(of: object) == .object else { throw KeyError(.malformed, "a key is no JSON object") }
    guard let type = try string("kty") else { throw KeyError(.malformed, "a key has no \"kty\"") }
    var requirements = KeyRequirements(accepted: accepted, profile: profile)
    requirements.stated = try statedAttributes()
    if type.utf8.elementsEqual("oct".utf8) {
      return .symmetric(try requirements.symmetricKey(try secret("k")))
    } else if type.utf8.elementsEqual("RSA".utf8) {
      return try rsaKey(requirements)
    } else if type.utf8.elementsEqual("EC".utf8) {
      return try curveKey(requirements, hasCoordinates: true)
    } else if type.utf8.elementsEqual("OKP".utf8) {
      return try curveKey(requirements, hasCoordinates: false)
    }
    throw KeyError(.unsupported, "the key type \"\(printable(type))\" is not known")
  }

  // MARK: Attributes

  private func statedAttributes() throws(KeyError) -> StatedAttributes {
    var stated = StatedAttributes(identifier: try string("kid"))
    if let name = try string("alg") {
      guard let algorithm = JSONWebAlgorithm(named: name) else {
        throw KeyError(.unsupported, "the algorithm \"\(printable(name))\" is not known")
      }
      stated.algorithm = algorithm
    }
    if let name = try string("use") {
      guard let use = KeyUse.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) }) else {
        throw KeyError(.unsupported, "the use \"\(printable(name))\" is not known")
      }
      stated.use = use
    }
    stated.operations = try operations()
    return stated
  }

  /// Unknown operations are passed over, as RFC 7517, section 4.3, allows others; repeated ones are not.
  private func operations() throws(KeyError) -> KeyOperations? {
    guard let index = document.member("key_ops", of: object) else { return nil }
    guard document.kind(of: index) == .array else { throw KeyError(.malformed, "\"key_ops\" is no array") }
    var operations: KeyOperations = []
    for element in document.elements(of: index) {
      guard document.kind(of: element) == .string else { throw KeyError(.malformed, "\"key_ops\" has no strings") }
      for (name, operation) in KeyOperations.names where document.string(at: element, equals: name) {
        guard operations.insert(operation).inserted else { throw KeyError(.malformed, "\"key_ops\" repeats \(name)") }
      }
    }
    return operations
  }

  // MARK: Types

  private func rsaKey(_ requirements: KeyRequirements) throws(KeyError) -> JSONWebKey {
    let modulus = try integer("n")
    let exponent = try integer("e")
    // Before libcrypto works with numbers of any size.
    try RSAStrength.check(modulus: modulus, exponent: exponent, isPrivate: has("d"), profile: profile)
    guard has("d") else {
      let handle = try KeyError.catching { () throws(LibCryptoError) in
        try PublicKeyHandle(modulus: modulus.span, exponent: exponent.span)
      }
      return .public(try PublicKey(handle, requirements))
    }
    guard !has("oth") else { throw KeyError(.unsupported, "an RSA key has more than two primes") }
    let parts = PrivateKeyHandle.RSAParts(
      d: try secretInteger("d"),
      p: try secretInteger("p"),
      q: try secretInteger("q"),
      dp: try secretInteger("dp"),
      dq: try secretInteger("dq"),
      qi: try secretInteger("qi")
    )
    let handle = try KeyError.catching { () throws(LibCryptoError) in
      try PrivateKeyHandle(modulus: modulus.span, exponent: exponent.span, parts: parts)
    }
    return .private(try PrivateKey(handle, requirements))
  }

  private func curveKey(_ requirements: KeyRequirements, hasCoordinates: Bool) throws(KeyError) -> JSONWebKey {
    guard let name = try string("crv") else { throw KeyError(.malformed, "a key has no \"crv\"") }
    guard let curve = JSONWebCurve(named: name)?.curve else {
      throw KeyError(.unsupported, "the curve \"\(printable(name))\" is not known")
    }
    guard curve.hasCoordinates == hasCoordinates else {
      throw KeyError(.mismatched, "a key on \(name) has another \"kty\"")
    }
    let x = try bytes("x", count: curve.byteCount)
    let y = curve.hasCoordinates ? try bytes("y", count: curve.byteCount) : []
    let publicKey = try KeyError.catching { () throws(LibCryptoError) in
      try PublicKeyHandle(curve: curve, x: x.span, y: y.span)
    }
    guard has("d") else { return .public(try PublicKey(publicKey, requirements)) }
    let scalar = try secret("d")
    guard scalar.count == curve.byteCount else {
      throw KeyError(.malformed, "\"d\" has \(scalar.count) bytes, expected \(curve.byteCount)")
    }
    let handle = try KeyError.catching { () throws(LibCryptoError) in
      try PrivateKeyHandle(curve: curve, scalar: scalar, publicKey: publicKey)
    }
    return .private(try PrivateKey(handle, requirements))
  }

  // MARK: Members

  private func has(_ name: String) -> Bool { document.member(name, of: object) != nil }

  private func string(_ name: String) throws(KeyError) -> String? {
    guard let index = document.member(name, of: object) else { return nil }
    guard let string = document.string(at: index) else { throw KeyError(.malformed, "\"\(name)\" is no string") }
    return string
  }

  private func bytes(_ name: String, count: Int? = nil) throws(KeyError) -> [UInt8] {
    guard let index = document.member(name, of: object) else { throw KeyError(.malformed, "a key has no \"\(name)\"") }
    guard let bytes = document.withStringBytes(at: index, Base64URL.decode) ?? nil else {
      throw KeyError(.malformed, "\"\(name)\" is no base64url")
    }
    guard count == nil || bytes.count == count else {
      throw KeyError(.malformed, "\"\(name)\" has \(bytes.count) bytes, expected \(count ?? 0)")
    }
    return bytes
  }

  /// An unsigned integer in as few bytes as it takes (RFC 7518, section 2).
  private func integer(_ name: String) throws(KeyError) -> [UInt8] {
    let bytes = try bytes(name)
    guard let first = bytes.first, first != 0 else {
      throw KeyError(.malformed, "\"\(name)\" starts with a zero byte or is empty")
    }
    return bytes
  }

  private func secret(_ name: String) throws(KeyError) -> SecretBytes {
    guard let index = document.member(name, of: object) else { throw KeyError(.malformed, "a key has no \"\(name)\"") }
    guard let bytes = document.withStringBytes(at: index, Base64URL.decodeSecret) ?? nil else {
      throw KeyError(.malformed, "\"\(name)\" is no base64url")
    }
    return bytes
  }

  /// A private number of an RSA key; zeros in front are let be, as some libraries fill them up.
  private func secretInteger(_ name: String) throws(KeyError) -> SecretBytes {
    let bytes = try secret(name)
    guard (1...RSAStrength.maximumBits / 8).contains(bytes.count) else {
      throw KeyError(.malformed, "\"\(name)\" has \(bytes.count) bytes")
    }
    return bytes
  }
}
