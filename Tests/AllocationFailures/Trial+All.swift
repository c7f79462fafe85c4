// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto
internal import WritTokens

extension Trial {
  private static let now: Int64 = 1_900_000_000
  private static let message = [UInt8](repeating: 1, count: 200)
  private static let salt = [UInt8](repeating: 2, count: 32)

  /// Everything that calls libcrypto.
  ///
  /// Keys are made here, with all memory; what Writ fetches once for a process is not fetched by that.
  static func all() throws -> [Trial] {
    let rsa = try PrivateKey.generate(.rs256, rsaBits: 2048)
    return try primitives() + signatures(rsa) + reading(rsa) + writing() + making() + encryption()
  }

  // MARK: Primitives

  private static func primitives() throws -> [Trial] {
    var trials: [Trial] = []
    for hash in HashFunction.allCases {
      let expected = try digestOnce(hash)
      trials.append(Trial("digest \(hash)") { try hash.digest(of: message.span).bytes == expected })
      trials.append(
        Trial("HMAC \(hash), provider") {
          let key = try MessageAuthenticationKey(salt.span, hash: hash, path: .provider)
          let code = try key.code(of: message.span).bytes
          let wrong = [UInt8](repeating: 0, count: code.count)
          if try key.isValid(wrong.span, for: message.span) { return false }
          return try key.isValid(code.span, for: message.span)
        }
      )
    }
    trials += [
      Trial("hashes behind a random block") {
        for path in [MessageAuthenticationKey.Path.savedState, .provider] {
          let hash = try PrefixedHash(path: path)
          let digests = [
            try hash.digest(of: message.span), try hash.digest(of: message.span), try hash.digest(of: salt.span),
          ]
          guard digests[0] == digests[1], digests[0] != digests[2] else { return false }
        }
        return true
      },
      Trial("HKDF") {
        try isTheSame { try KeyDerivation.hkdf(secret, salt: salt.span, info: salt.span, count: 42, hash: .sha256) }
      },
      Trial("PBKDF2") {
        try isTheSame { try KeyDerivation.pbkdf2(secret, salt: salt.span, iterations: 10, count: 42, hash: .sha512) }
      },
      Trial("scrypt") {
        try isTheSame {
          try KeyDerivation.scrypt(secret, salt: salt.span, logCost: 4, blockSize: 8, parallelism: 1, count: 32)
        }
      },
      Trial("random bytes") {
        let (one, other) = (try Randomness.bytes(32), try Randomness.bytes(32))
        return one != other
      },
    ]
    return trials
  }

  /// A digest that was made in another process: here nothing is to be fetched before it fails.
  private static func digestOnce(_ hash: HashFunction) throws -> [UInt8] {
    // SHA of 200 bytes of value 1, by Python's hashlib.
    let digits: String =
      switch hash {
      case .sha1: "3c2086d0ccb728020e0e1edd3438f2119458229f"
      case .sha256: "5780af3e31d514b4e9a0615dc672e08845a087ad5e8b605b0064ada75c9ca244"
      case .sha384:
        """
        d3cbfec6dba4fcff2eb98a5b1cd7ebed11dda6e4b2ea52e261efcc867d3989f6\
        5f21a06d7208c89908dfa3430a58da74
        """
      case .sha512:
        """
        c64d3277a22c0722e83ca4c3517ca4381b60ee00ac1ddef98c9e4d1d63994f15\
        3ca5e092a3dbeb8bcc73dac6f207afc4da53c6d6750ae02874c0be71cd4c6fd3
        """
      }
    let values = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: values.count - 1, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  private static var secret: SecretBytes { SecretBytes(copying: salt.span) }

  private static func isTheSame(_ derive: () throws -> SecretBytes) throws -> Bool {
    let one = copy(try derive())
    return one == copy(try derive())
  }

  private static func copy(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  // MARK: Signatures

  private static func signatures(_ rsa: PrivateKey) throws -> [Trial] {
    var trials: [Trial] = []
    for algorithm in [JSONWebAlgorithm.hs256, .hs384, .hs512] {
      let key = try SymmetricKey.generate(algorithm)
      trials.append(token("\(algorithm)") { (try SigningKey(key), try VerificationKeys(key)) })
    }
    for algorithm in [JSONWebAlgorithm.rs384, .ps256, .ps512] {
      trials.append(try pair("\(algorithm)", try PrivateKey.generate(algorithm, rsaBits: 2048)))
    }
    trials.append(try pair("RS256", rsa))
    let pairs: [(JSONWebAlgorithm, JSONWebCurve?)] = [
      (.es256, nil), (.es384, nil), (.es512, nil), (.es256K, nil), (.edDSA, .ed25519), (.edDSA, .ed448),
    ]
    for (algorithm, curve) in pairs {
      let name = "\(algorithm)\(curve.map { " \($0.rawValue)" } ?? "")"
      trials.append(try pair(name, try PrivateKey.generate(algorithm, curve: curve)))
    }
    return trials
  }

  private static func pair(_ name: String, _ key: PrivateKey) throws -> Trial {
    token(name) { (try SigningKey(key), try VerificationKeys(key.publicKey)) }
  }

  /// Keys made ready, a token issued, verified, and refused when its signature is another.
  private static func token(_ name: String, _ keys: @escaping () throws -> (SigningKey, VerificationKeys)) -> Trial {
    Trial("token \(name)") {
      let (signing, verification) = try keys()
      let issuer = try TokenIssuer(issuer: "i", signingKey: signing, lifetime: .seconds(600), clock: .fixed(now))
      let verifier = try TokenVerifier(keys: verification, issuer: "i", audience: "a", clock: .fixed(now))
      let token = try issuer.issue(NoClaims(), subject: "s", audience: "a")
      if (try? verifier.verify(spoilt(token), as: NoClaims.self)) != nil { return false }
      return try verifier.verify(token, as: NoClaims.self).subject == "s"
    }
  }

  /// A token whose last part begins with another letter.
  private static func spoilt(_ token: String) -> String {
    var bytes = Array(token.utf8)
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot + 1 < bytes.count else { return "" }
    bytes[dot + 1] = bytes[dot + 1] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Keys

  private static func reading(_ rsa: PrivateKey) throws -> [Trial] {
    var trials: [Trial] = []
    let pairs: [(JSONWebAlgorithm, JSONWebCurve?)] = [
      (.es256, nil), (.es512, nil), (.es256K, nil), (.edDSA, .ed25519), (.edDSA, .ed448), (.ecdhES, .x25519),
      (.ecdhES, .x448),
    ]
    for (algorithm, curve) in pairs {
      let key = try PrivateKey.generate(algorithm, curve: curve)
      let name = "\(algorithm)\(curve.map { " \($0.rawValue)" } ?? "")"
      trials.append(try read("JWK \(name)", key, algorithm) { try JSONWebKey(parsing: $0, accepting: [algorithm]) })
      let pem = Array(try key.secretPEM(password: nil).utf8)
      trials.append(
        try read("PEM \(name)", key, algorithm, bytes: pem) { try JSONWebKey(pem: $0, accepting: [algorithm]) }
      )
      let half = try key.publicKey.der()
      trials.append(
        try read("DER of the public \(name)", key, algorithm, bytes: half) {
          try JSONWebKey(der: $0.span, accepting: [algorithm])
        }
      )
    }
    let half = Array(try rsa.publicKey.json().utf8)
    trials += [
      try read("JWK of the public RSA", rsa, .rs256, bytes: half) { try JSONWebKey(parsing: $0) },
      // libcrypto asks whether the primes are prime, which takes it long.
      try read("JWK RSA", rsa, .rs256, isLong: true) { try JSONWebKey(parsing: $0) },
      try read("PEM RSA", rsa, .rs256, bytes: Array(try rsa.secretPEM(password: nil).utf8), isLong: true) {
        try JSONWebKey(pem: $0, accepting: [.rs256])
      },
    ]
    let curve = try PrivateKey.generate(.es256)
    let sealed = Array(try curve.secretPEM(password: "correct horse").utf8)
    trials.append(
      // 600,000 iterations.
      try read("encrypted PEM", curve, .es256, bytes: sealed, isLong: true) {
        try JSONWebKey(pem: $0, password: "correct horse", accepting: [.es256])
      }
    )
    let handle = try PrivateKeyHandle.generate(.p256)
    let sec1 = try handle.der(.ecPrivateKey)
    let x = try handle.publicKey.coordinates().x
    trials.append(
      Trial("SEC 1") {
        let key = try sec1.withBytes { (der) throws(LibCryptoError) in
          try PrivateKeyHandle(der: der, .ecPrivateKey, password: nil)
        }
        return try key.publicKey.coordinates().x == x
      }
    )
    // Without its point, which follows from the private number.
    let start: [UInt8] = [0x30, 0x31, 2, 1, 1, 4, 0x20]
    let scalar = try handle.scalar().withBytes { bytes in bytes.indices.map { bytes[$0] } }
    let bare = start + scalar + [0xA0, 0x0A, 6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]
    trials.append(
      Trial("SEC 1 without its point") {
        let key = try PrivateKeyHandle(der: bare.span, .ecPrivateKey, password: nil)
        return try key.publicKey.coordinates().x == x
      }
    )
    let pkcs1 = try PrivateKeyHandle.generateRSA(bits: 2048).publicKey
    let der = try pkcs1.der(.rsaPublicKey)
    let modulus = try pkcs1.rsaParts().modulus
    trials.append(
      Trial("PKCS #1") { try PublicKeyHandle(der: der.span, .rsaPublicKey).rsaParts().modulus == modulus }
    )
    let others = [try PrivateKey.generate(.edDSA), try PrivateKey.generate(.es384), curve]
    let set = Array(try JSONWebKeySet(others.map { .private($0) }).publicJSON().utf8)
    trials.append(
      Trial("key set") {
        let read = try JSONWebKeySet(parsing: set)
        // libcrypto does not always say that it was memory; then the key is left out, and the reason says so.
        if let refusal = read.refusals.first { throw refusal.error }
        let keys = try VerificationKeys(read)
        return read.keys.count == 3 && keys.keys.count == 3
      }
    )
    return trials
  }

  /// A key is read, and is the one that was written.
  private static func read(
    _ name: String,
    _ key: PrivateKey,
    _ algorithm: JSONWebAlgorithm,
    bytes: [UInt8]? = nil,
    isLong: Bool = false,
    _ read: @escaping ([UInt8]) throws -> JSONWebKey
  ) throws -> Trial {
    let json = Array(try key.secretJSON().utf8)
    let bytes = bytes ?? json
    let thumbprint = try key.publicKey.thumbprint()
    return Trial(name, isLong: isLong) {
      guard let key = try read(bytes).publicKey else { return false }
      return try key.thumbprint() == thumbprint
    }
  }

  private static func writing() throws -> [Trial] {
    let key = try PrivateKey.generate(.es256)
    let (json, pem) = (try key.secretJSON(), try key.secretPEM(password: nil))
    let (half, halfPEM) = (try key.publicKey.json(), try key.publicKey.pem())
    return [
      Trial("writing keys") {
        let secrets = [try key.secretJSON(), try key.secretPEM(password: nil)]
        let halves = [try key.publicKey.json(), try key.publicKey.pem()]
        return secrets == [json, pem] && halves == [half, halfPEM]
      },
      // 600,000 iterations.
      Trial("writing an encrypted PEM", isLong: true) {
        try key.secretPEM(password: "correct horse").count > pem.count
      },
    ]
  }

  private static func making() throws -> [Trial] {
    let pairs: [(JSONWebAlgorithm, JSONWebCurve?)] = [
      (.es256, nil), (.es512, nil), (.edDSA, .ed25519), (.ecdhES, .x448),
    ]
    var trials: [Trial] = []
    for (algorithm, curve) in pairs {
      trials.append(
        Trial("making \(algorithm)\(curve.map { " \($0.rawValue)" } ?? "")") {
          let key = try PrivateKey.generate(algorithm, curve: curve)
          let json = Array(try key.secretJSON().utf8)
          // Its two halves belong together.
          guard let read = try JSONWebKey(parsing: json, accepting: [algorithm]).publicKey else { return false }
          let thumbprint = try key.publicKey.thumbprint()
          return try read.thumbprint() == thumbprint
        }
      )
    }
    trials.append(Trial("making HS256") { try SymmetricKey.generate(.hs256).attributes.algorithm == .hs256 })
    trials.append(
      Trial("making RSA", isLong: true) {
        let key = try PrivateKeyHandle.generateRSA(bits: 2048)
        let signer = try SignatureSigner(key, .rsaPKCS1(.sha256))
        let verifier = try SignatureVerifier(key.publicKey, .rsaPKCS1(.sha256))
        let signature = try signer.sign(message.span)
        return try verifier.isValid(signature.span, for: message.span)
      }
    )
    return trials
  }

  // MARK: Encryption

  private static func encryption() throws -> [Trial] {
    var trials: [Trial] = []
    let shared: [JSONWebAlgorithm] = [
      .dir, .a128KW, .a192KW, .a256KW, .a128GCMKW, .a192GCMKW, .a256GCMKW, .a128GCM, .a192GCM, .a256GCM, .a128CBCHS256,
      .a192CBCHS384, .a256CBCHS512,
    ]
    for algorithm in shared {
      let key = try SymmetricKey.generate(algorithm)
      trials.append(encrypted("\(algorithm)", try EncryptionKey(key), try DecryptionKeys(key)))
    }
    for algorithm in [JSONWebAlgorithm.rsaOAEP256, .rsaOAEP] {
      let key = try PrivateKey.generate(algorithm, rsaBits: 2048)
      trials.append(encrypted("\(algorithm)", try EncryptionKey(key.publicKey), try DecryptionKeys(key)))
    }
    let pairs: [(JSONWebAlgorithm, JSONWebCurve)] = [
      (.ecdhES, .p256), (.ecdhES, .x25519), (.ecdhES, .x448), (.ecdhESA256KW, .p384),
    ]
    for (algorithm, curve) in pairs {
      let key = try PrivateKey.generate(algorithm, curve: curve)
      trials.append(
        encrypted("\(algorithm) \(curve.rawValue)", try EncryptionKey(key.publicKey), try DecryptionKeys(key))
      )
    }
    for algorithm in [KeyManagementAlgorithm.pbes2HS256A128KW, .pbes2HS512A256KW] {
      let password = try EncryptionPassword("correct horse", algorithm: algorithm)
      trials.append(
        encrypted("\(algorithm)", try EncryptionKey(password, iterations: 1000), try DecryptionKeys(password))
      )
    }
    return trials
  }

  /// Content encrypted, decrypted, and refused when its tag is another.
  private static func encrypted(_ name: String, _ key: EncryptionKey, _ keys: DecryptionKeys) -> Trial {
    Trial("encryption \(name)") {
      let token = try JSONWebEncryption.encrypt(message.span, for: key)
      if (try? JSONWebEncryption(decrypting: spoilt(token), keys: keys)) != nil { return false }
      return try JSONWebEncryption(decrypting: token, keys: keys).content == message
    }
  }
}
