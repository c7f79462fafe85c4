// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import StrictJSON

extension PublicKey {
  /// The key as a JWK, to be published.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func json() throws(KeyError) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    try write(to: &writer)
    writer.endObject()
    return writer.text
  }

  func write(to writer: inout JSONWriter) throws(KeyError) {
    writer.write(attributes, type: type, possible: .ofPublicKeys)
    try writeParts(to: &writer)
  }

  /// The key as a JWK of nothing but the members that make it.
  func writeBare(to writer: inout JSONWriter) throws(KeyError) {
    let parts = try parts()
    writer.beginObject()
    for (name, value) in parts {
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
  }

  fileprivate func writeParts(to writer: inout JSONWriter) throws(KeyError) {
    for (name, value) in try parts() where name != "kty" {
      writer.key(name)
      writer.string(value)
    }
  }

  /// The members that make the key, in the order of their names (RFC 7638, section 3.2).
  private func parts() throws(KeyError) -> [(name: String, value: String)] {
    switch type {
    case .rsa, .symmetric:
      let (modulus, exponent) = try KeyError.catching { () throws(LibCryptoError) in try handle.rsaParts() }
      return [("e", Base64URL.encode(exponent.span)), ("kty", "RSA"), ("n", Base64URL.encode(modulus.span))]
    case .curve(let curve):
      let (x, y) = try KeyError.catching { () throws(LibCryptoError) in try handle.coordinates() }
      let members = [("crv", curve.rawValue), ("kty", y.isEmpty ? "OKP" : "EC"), ("x", Base64URL.encode(x.span))]
      return y.isEmpty ? members : members + [("y", Base64URL.encode(y.span))]
    }
  }

  /// The thumbprint of the key with SHA-256, in base64url (RFC 7638; RFC 8037, section 2).
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func thumbprint() throws(KeyError) -> String {
    try JSONWebKey.thumbprint(of: try parts())
  }
}

extension SymmetricKey {
  /// The thumbprint of the key with SHA-256, in base64url (RFC 7638).
  ///
  /// It reveals a key that is easy to guess, to all who see it (RFC 7638, section 7).
  public func thumbprint() throws(KeyError) -> String {
    let key = bytes.withBytes { Base64URL.encode($0) }
    return try JSONWebKey.thumbprint(of: [("k", key), ("kty", "oct")])
  }

  /// The key as a JWK, with its secret: for a file that no other user can read, never for a response.
  public func secretJSON() -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.write(attributes, type: .symmetric, possible: .all)
    writer.key("k")
    writer.string(bytes.withBytes { Base64URL.encode($0) })
    writer.endObject()
    return writer.text
  }
}

extension PrivateKey {
  /// The key as a JWK, with its private part: for a file that no other user can read, never for a response.
  ///
  /// - Throws: `KeyError` only when libcrypto fails.
  public func secretJSON() throws(KeyError) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.write(attributes, type: type, possible: .all)
    try publicKey.writeParts(to: &writer)
    for (name, value) in try privateParts() {
      writer.key(name)
      writer.string(value.withBytes { Base64URL.encode($0) })
    }
    writer.endObject()
    return writer.text
  }

  private func privateParts() throws(KeyError) -> [(name: String, value: SecretBytes)] {
    try KeyError.catching { () throws(LibCryptoError) in
      guard type == .rsa else { return [("d", try handle.scalar())] }
      let parts = try handle.rsaParts()
      return [
        ("d", parts.d), ("p", parts.p), ("q", parts.q), ("dp", parts.dp), ("dq", parts.dq), ("qi", parts.qi),
      ]
    }
  }
}

extension JSONWebKey {
  /// SHA-256 of members in the order of their names, without white space.
  static func thumbprint(of members: [(name: String, value: String)]) throws(KeyError) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in members {
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
    let bytes = writer.bytes
    let digest = try KeyError.catching { () throws(LibCryptoError) in try HashFunction.sha256.digest(of: bytes.span) }
    return digest.withBytes { Base64URL.encode($0) }
  }
}

extension JSONWriter {
  /// The members that every key has; operations only where they are fewer than use and type allow.
  fileprivate mutating func write(_ attributes: KeyAttributes, type: KeyType, possible: KeyOperations) {
    key("kty")
    switch type {
    case .symmetric: string("oct")
    case .rsa: string("RSA")
    case .curve(let curve): string(curve.curve.hasCoordinates ? "EC" : "OKP")
    }
    if let identifier = attributes.identifier {
      key("kid")
      string(identifier)
    }
    key("use")
    string(attributes.use.rawValue)
    let usual: KeyOperations = attributes.use == .signature ? .signature : .encryption
    if attributes.operations != usual.intersection(possible) {
      key("key_ops")
      beginArray()
      for (name, operation) in KeyOperations.names where attributes.operations.contains(operation) { string(name) }
      endArray()
    }
    key("alg")
    string(attributes.algorithm.rawValue)
  }
}
