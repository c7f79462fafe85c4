// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

extension JSONWebKey {
  /// Bytes of the longest JWK that is read; one of RSA with 16,384 bits takes 13,000.
  public static let maximumBytes = 65536

  /// A key from a JWK (RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2).
  ///
  /// Members that occur twice refuse the key, also those that mean nothing here; a member that is `null` counts as
  /// absent. `x5u`, `x5c` and their thumbprints are not looked at: a key is trusted because of where it was read, not
  /// of what it says. `"use":"jwt-svid"` is the use for signatures (SPIFFE Trust Domain and Bundle, section 4.2.2). `n`
  /// and `e` may have one zero byte in front.
  ///
  /// - Parameters:
  ///   - bytes: the JSON text in UTF-8, with or without a byte order mark.
  ///   - accepted: the algorithms that the key may be bound to. Where the key names none, exactly one of them must be
  ///     for keys of its type.
  ///   - assumed: algorithms that a key without `alg` is bound to where `accepted` leaves several; one for each type of
  ///     key.
  ///   - profile: how strong it must be.
  /// - Throws: `KeyError` of every code but `password`.
  public init(
    parsing bytes: [UInt8],
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    let document = try JSONWebKeyReader.document(bytes, maximumBytes: Self.maximumBytes)
    var work = KeyWork()
    self = try JSONWebKeyReader(document, document.root).unboundKey(profile).key(
      accepting: accepted,
      assuming: assumed,
      within: &work
    )
  }

  /// A key from the text of a JWK, as ``init(parsing:accepting:assuming:profile:)-([UInt8],_,_,_)`` has it.
  public init(
    parsing text: String,
    accepting accepted: Set<JSONWebAlgorithm> = .signatures,
    assuming assumed: Set<JSONWebAlgorithm> = [],
    profile: KeyProfile = .standard
  ) throws(KeyError) {
    try self.init(parsing: Array(text.utf8), accepting: accepted, assuming: assumed, profile: profile)
  }
}

/// Reads one JWK of a document; nothing is calculated.
struct JSONWebKeyReader {
  private let document: JSONDocument
  private let object: JSONDocument.Index

  init(_ document: JSONDocument, _ object: JSONDocument.Index) {
    self.document = document
    self.object = object
  }

  static func document(_ bytes: [UInt8], maximumBytes: Int) throws(KeyError) -> JSONDocument {
    guard bytes.count <= maximumBytes else {
      throw KeyError(.tooLarge, "found \(bytes.count) bytes, expected at most \(maximumBytes)")
    }
    try KeyText.checkEncoding(bytes)
    let mark = KeyText.byteOrderMark.count
    let hasMark = bytes.starts(with: KeyText.byteOrderMark)
    do throws(JSONError) {
      return try JSONDocument(parsing: hasMark ? Array(bytes.dropFirst(mark)) : bytes, maximumDepth: 8)
    } catch {
      // The message of a syntax error quotes the text, which may be that of a private key.
      let offset = error.offset + (hasMark ? mark : 0)
      throw KeyError(.malformed, "not the JSON of a key, at byte \(offset): \(error.code)")
    }
  }

  /// The key; a private part is decoded, and checked only where the key is used.
  func unboundKey(_ profile: KeyProfile) throws(KeyError) -> UnboundKey {
    guard document.kind(of: object) == .object else { throw KeyError(.malformed, "a key is not a JSON object") }
    guard let type = try string("kty") else { throw KeyError(.malformed, "a key has no \"kty\"") }
    let stated = try statedAttributes()
    if type.utf8.elementsEqual("oct".utf8) {
      return UnboundKey(.symmetric(try secret("k")), stated, profile)
    } else if type.utf8.elementsEqual("RSA".utf8) {
      return UnboundKey(.pair(.rsa(try rsaNumbers())), stated, profile)
    } else if type.utf8.elementsEqual("EC".utf8) {
      return UnboundKey(.pair(.curve(try curveNumbers(hasCoordinates: true))), stated, profile)
    } else if type.utf8.elementsEqual("OKP".utf8) {
      return UnboundKey(.pair(.curve(try curveNumbers(hasCoordinates: false))), stated, profile)
    }
    throw KeyError(.unsupported, "the key type \"\(printable(type))\" is not known")
  }

  /// The key, which must be public: private parts are not even decoded.
  ///
  /// - Throws: `KeyError`, with the code `notPermitted` for a private key or a shared secret.
  func publicKey(
    accepting accepted: Set<JSONWebAlgorithm>,
    assuming assumed: Set<JSONWebAlgorithm>,
    _ profile: KeyProfile
  ) throws(KeyError) -> PublicKey {
    if document.kind(of: object) == .object {
      for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where has(name) {
        let reason = name == "k" ? "a shared secret (\"oct\")" : "a private key"
        throw KeyError(.notPermitted, "\(reason) where only public keys are expected")
      }
    }
    return try unboundKey(profile).publicKey(accepting: accepted, assuming: assumed)
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
      guard let use = KeyUse(named: name) else {
        throw KeyError(.unsupported, "the use \"\(printable(name))\" is not known, expected \"sig\" or \"enc\"")
      }
      stated.use = use
    }
    stated.operations = try operations()
    return stated
  }

  /// Unknown operations are passed over, as RFC 7517, section 4.3, allows others; repeated ones are not.
  private func operations() throws(KeyError) -> KeyOperations? {
    guard let index = member("key_ops") else { return nil }
    guard document.kind(of: index) == .array else { throw KeyError(.malformed, "\"key_ops\" is not an array") }
    var operations: KeyOperations = []
    for element in document.elements(of: index) {
      guard document.kind(of: element) == .string else {
        throw KeyError(.malformed, "\"key_ops\" has an element that is not a string")
      }
      for (name, operation) in KeyOperations.names where document.string(at: element, equals: name) {
        guard operations.insert(operation).inserted else { throw KeyError(.malformed, "\"key_ops\" repeats \(name)") }
      }
    }
    return operations
  }

  // MARK: Types

  private func rsaNumbers() throws(KeyError) -> KeyNumbers.RSANumbers {
    let modulus = try integer("n")
    let exponent = try integer("e")
    guard has("d") else { return KeyNumbers.RSANumbers(modulus: modulus, exponent: exponent) }
    guard !has("oth") else { throw KeyError(.unsupported, "an RSA key has more than two primes") }
    let parts = PrivateKeyHandle.RSAParts(
      d: try secretInteger("d"),
      p: try secretInteger("p"),
      q: try secretInteger("q"),
      dp: try secretInteger("dp"),
      dq: try secretInteger("dq"),
      qi: try secretInteger("qi")
    )
    return KeyNumbers.RSANumbers(modulus: modulus, exponent: exponent, parts: parts)
  }

  private func curveNumbers(hasCoordinates: Bool) throws(KeyError) -> KeyNumbers.CurveNumbers {
    guard let name = try string("crv") else { throw KeyError(.malformed, "a key has no \"crv\"") }
    guard let curve = JSONWebCurve(named: name)?.curve else {
      throw KeyError(.unsupported, "the curve \"\(printable(name))\" is not known")
    }
    guard curve.hasCoordinates == hasCoordinates else {
      throw KeyError(.mismatched, "a key on \(name) has another \"kty\"")
    }
    let x = try bytes("x", count: curve.byteCount)
    let y = curve.hasCoordinates ? try bytes("y", count: curve.byteCount) : []
    let scalar = has("d") ? try secret("d") : nil
    guard scalar == nil || scalar?.count == curve.byteCount else {
      throw KeyError(.malformed, "\"d\" has \(scalar?.count ?? 0) bytes, expected \(curve.byteCount)")
    }
    return KeyNumbers.CurveNumbers(curve: curve, x: x, y: y, scalar: scalar)
  }

  // MARK: Members

  /// The member of this name; `null` is as good as none, as libraries write out members that a key does not have.
  private func member(_ name: String) -> JSONDocument.Index? {
    guard let index = document.member(name, of: object), document.kind(of: index) != .null else { return nil }
    return index
  }

  private func has(_ name: String) -> Bool { member(name) != nil }

  private func string(_ name: String) throws(KeyError) -> String? {
    guard let index = member(name) else { return nil }
    guard let string = document.string(at: index) else { throw KeyError(.malformed, "\"\(name)\" is not a string") }
    return string
  }

  private func bytes(_ name: String, count: Int? = nil) throws(KeyError) -> [UInt8] {
    guard let index = member(name) else { throw KeyError(.malformed, "a key has no \"\(name)\"") }
    guard let bytes = document.withStringBytes(at: index, Base64URL.decode) ?? nil else {
      throw KeyError(.malformed, "\"\(name)\" is not valid base64url")
    }
    guard count == nil || bytes.count == count else {
      throw KeyError(.malformed, "\"\(name)\" has \(bytes.count) bytes, expected \(count ?? 0)")
    }
    return bytes
  }

  /// An unsigned integer.
  ///
  /// RFC 7518, section 2, has it in as few bytes as it takes; one zero in front is passed over, as providers
  /// publish moduli in the form of signed integers. Thumbprints are of the shortest form.
  private func integer(_ name: String) throws(KeyError) -> [UInt8] {
    var bytes = try bytes(name)
    if bytes.first == 0 { bytes.removeFirst() }
    guard let first = bytes.first, first != 0 else {
      throw KeyError(.malformed, "\"\(name)\" is empty, zero, or starts with several zero bytes")
    }
    return bytes
  }

  private func secret(_ name: String) throws(KeyError) -> SecretBytes {
    guard let index = member(name) else { throw KeyError(.malformed, "a key has no \"\(name)\"") }
    guard let bytes = document.withStringBytes(at: index, Base64URL.decodeSecret) ?? nil else {
      throw KeyError(.malformed, "\"\(name)\" is not valid base64url")
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
