// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing

@Suite("Reading keys from DER")
struct KeyReaderTests {
  private static let password = secret(Array("a password".utf8))

  private static func privateRefusal(
    _ der: [UInt8],
    _ encoding: KeyEncoding = .privateKeyInfo,
    password: SecretBytes? = nil
  ) -> LibCryptoError.Code? {
    refusal { () throws(LibCryptoError) in
      try PrivateKeyHandle(der: der.span, encoding, password: password)
    }
  }

  private static func publicRefusal(_ der: [UInt8]) -> LibCryptoError.Code? {
    refusal { () throws(LibCryptoError) in try PublicKeyHandle(der: der.span, .subjectPublicKeyInfo) }
  }

  // MARK: Types

  /// Types of key that libcrypto would decode, in minutes where their numbers are long.
  private static let typesOfOthers = [
    "1.2.840.10040.4.1", "1.2.840.113549.1.3.1", "1.2.840.10046.2.1", "1.2.840.113549.1.1.7", "1.2.156.10197.1.301",
    "1.3.14.3.2.12", "2.5.8.1.1", "1.2.3", "2.999.1",
  ]

  @Test(
    "A key of another type is refused by its object identifier, whatever it holds, before libcrypto decodes it (J49)",
    arguments: typesOfOthers
  )
  func otherTypes(type: String) throws {
    // Numbers that have nothing to do with a key: a decoder would complain of them, not of the type.
    for parameters in [[], DER.null, DER.sequence(DER.integer([5])), [0x30, 0x80, 0, 0]] {
      for body in [[], [0xFF], DER.integer([1])] {
        let algorithm = DER.algorithm(type, parameters)
        #expect(Self.publicRefusal(DER.sequence(algorithm, DER.bits(body))) == .unsupported)
        let info = DER.privateKeyInfo(algorithm, body)
        #expect(Self.privateRefusal(info) == .unsupported)
        let encrypted = try DER.encrypted(info, Self.password)
        #expect(Self.privateRefusal(encrypted, .encryptedPrivateKeyInfo, password: Self.password) == .unsupported)
      }
    }
    let name = KeyReaderTests.message(DER.sequence(DER.algorithm(type), DER.bits([])))
    let expected = ["1.2.840.10040.4.1": "DSA", "1.2.840.113549.1.3.1": "DH", "1.2.3": "1.2.3", "2.999.1": "2.999.1"]
    #expect(name.contains(expected[type] ?? "type "), "\(name)")
  }

  private static func message(_ der: [UInt8]) -> String {
    do throws(LibCryptoError) {
      _ = try PublicKeyHandle(der: der.span, .subjectPublicKeyInfo)
      return ""
    } catch {
      return error.description
    }
  }

  @Test(
    "A curve that JOSE does not have, or that is spelled out in parameters, is refused before it is calculated with (J49)"
  )
  func otherCurves() {
    let ellipticCurve = "1.2.840.10045.2.1"
    let long = DER.integer([UInt8](repeating: 0xFF, count: 8000))
    let prime = DER.sequence(DER.identifier("1.2.840.10045.1.1"), long)
    let explicit = DER.sequence(DER.integer([1]), prime, DER.sequence(DER.octets([1]), DER.octets([2])))
    for parameters in [
      explicit, DER.sequence([]), DER.identifier("1.3.36.3.3.2.8.1.1.7"), DER.identifier("1.2.840.10045.3.1.1"),
      DER.identifier("1.3.132.0.39"),
    ] {
      let algorithm = DER.algorithm(ellipticCurve, parameters)
      #expect(Self.publicRefusal(DER.sequence(algorithm, DER.bits([4, 1, 2]))) == .unsupported)
      #expect(Self.privateRefusal(DER.privateKeyInfo(algorithm, [1])) == .unsupported)
      let key = DER.sequence(DER.integer([1]), DER.octets([1]), DER.value(0xA0, parameters))
      #expect(Self.privateRefusal(key, .ecPrivateKey) == .unsupported)
    }
    for parameters in [[], DER.null] {
      #expect(Self.publicRefusal(DER.sequence(DER.algorithm(ellipticCurve, parameters), DER.bits([4]))) == .encoding)
    }
  }

  // MARK: Integers

  /// The content of integers that the strict reader refuses: empty, negative, not in their shortest form.
  private static let wrongIntegers: [[UInt8]] = [
    [], [0x80], [0xFF], [0xFF, 0xFF, 0xFF], [0, 1], [0, 0], [0, 0x7F, 0xFF],
  ]

  @Test("An integer of a key that is negative or not in its shortest form is refused", arguments: wrongIntegers)
  func integers(content: [UInt8]) throws {
    let wrong = DER.value(0x02, content)
    let rsa = DER.algorithm("1.2.840.113549.1.1.1", DER.null)
    for (n, e) in [(wrong, DER.integer([1, 0, 1])), (DER.integer([0xC1, 3]), wrong)] {
      #expect(Self.publicRefusal(DER.sequence(rsa, DER.bits(DER.sequence(n, e)))) == .encoding)
    }
    for position in 0..<9 {
      var numbers = [[UInt8]](repeating: DER.integer([3]), count: 9)
      numbers[0] = DER.integer([0])
      numbers[position] = wrong
      let key = DER.value(0x30, numbers.flatMap { $0 })
      #expect(Self.privateRefusal(key, .rsaPrivateKey) == .encoding)
    }
    #expect(Self.privateRefusal(DER.sequence(wrong, rsa, DER.octets([]))) == .encoding)
    // The count of iterations: a negative one would be taken for none, or for billions.
    let encrypted = try DER.encrypted([1], Self.password, iterations: wrong)
    #expect(Self.privateRefusal(encrypted, .encryptedPrivateKeyInfo, password: Self.password) == .encoding)
  }

  @Test("More iterations than the limit, and parameters without measure, are refused before a password is tried (J49)")
  func derivation() throws {
    func refusal(
      _ iterations: [UInt8],
      _ random: [UInt8] = DER.algorithm("1.2.840.113549.2.9", DER.null),
      salt: Int = 16
    ) throws -> LibCryptoError.Code? {
      let salt = [UInt8](repeating: 1, count: salt)
      let der = try DER.encrypted([1], Self.password, iterations: iterations, random: random, salt: salt)
      return Self.privateRefusal(der, .encryptedPrivateKeyInfo, password: Self.password)
    }
    for count: [UInt8] in [
      [0], [0x0F, 0x42, 0x41], [0x7F, 0xFF, 0xFF, 0xFF], [UInt8](repeating: 0x7F, count: 8),
      [1] + [UInt8](repeating: 0, count: 8), [UInt8](repeating: 0xFF, count: 1000),
    ] {
      #expect(try refusal(DER.integer(count)) == .parameter, "\(count.prefix(10))")
    }
    #expect(try refusal(DER.integer([7, 0xD0]), salt: 1025) == .parameter)
    #expect(try refusal(DER.integer([7, 0xD0]), DER.algorithm("1.2.840.113549.2.6", DER.null)) == .unsupported)
    #expect(try refusal(DER.integer([7, 0xD0]), DER.integer([0xFF, 0xFF]) + DER.algorithm("1.2.3")) == .encoding)
    // Right up to there, and the password is what is wrong.
    #expect(try refusal(DER.integer([7, 0xD0])) == .authentication)

    let scrypt = DER.algorithm("1.3.6.1.4.1.11591.4.11", DER.sequence(DER.octets([1]), DER.integer([0x7F])))
    let cipher = DER.algorithm("2.16.840.1.101.3.4.1.42", DER.octets([UInt8](repeating: 1, count: 16)))
    for scheme in [
      DER.algorithm("1.2.840.113549.1.5.13", DER.sequence(scrypt, cipher)),
      DER.algorithm("1.2.840.113549.1.5.3", DER.sequence(DER.octets([1]), DER.integer([0x7F, 0xFF, 0xFF, 0xFF]))),
      DER.algorithm("1.2.840.113549.1.12.1.3", DER.sequence(DER.octets([1]), DER.integer([0x7F, 0xFF, 0xFF, 0xFF]))),
    ] {
      let der = DER.sequence(scheme, DER.octets([1]))
      #expect(
        Self.privateRefusal(der, .encryptedPrivateKeyInfo, password: Self.password) == .unsupported
      )
    }
  }

  @Test(
    "Nested, indefinite, overlong and cut off encodings are refused, at the cost of a look at their first values (J49)"
  )
  func shapes() {
    var nested: [UInt8] = []
    for _ in 0..<4000 { nested = DER.value(0x30, nested) }
    let long = DER.value(0x06, [UInt8](repeating: 0x81, count: 60000) + [1])
    for der in [
      nested, DER.sequence(nested, DER.bits([])), DER.sequence(DER.integer([0]), nested, DER.octets([])),
      DER.sequence(DER.sequence(long), DER.bits([])), [0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0],
      [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 0], [0x30, 0x81, 0x02, 5, 0], [0x30], [],
      DER.sequence(DER.sequence([0x06, 0]), DER.bits([])),
    ] {
      #expect(Self.publicRefusal(der) != nil)
      #expect(Self.privateRefusal(der) != nil)
      #expect(Self.privateRefusal(der, .rsaPrivateKey) != nil)
      #expect(Self.privateRefusal(der, .ecPrivateKey) != nil)
      #expect(Self.privateRefusal(der, .encryptedPrivateKeyInfo, password: Self.password) != nil)
      #expect(refusal { () throws(LibCryptoError) in try KeyNumbers(certificateDER: der.span) } == .encoding)
    }
  }

  // MARK: Forms

  private static let identifiers: [(Curve, String)] = [
    (.ed25519, "1.3.101.112"), (.ed448, "1.3.101.113"), (.x25519, "1.3.101.110"), (.x448, "1.3.101.111"),
  ]

  @Test("PKCS #8 of version 2 is read, and the public key in it has to be the private one's", arguments: identifiers)
  func version2(curve: Curve, identifier: String) throws {
    let key = try PrivateKeyHandle.generate(curve)
    let (scalar, point) = (try key.scalar().revealed, try key.publicKey.coordinates().x)
    let other = try PrivateKeyHandle.generate(curve).publicKey.coordinates().x
    func refusal(version: UInt8, _ more: [UInt8]) -> LibCryptoError.Code? {
      let info = DER.privateKeyInfo(DER.algorithm(identifier), DER.octets(scalar), version: version, more)
      return Self.privateRefusal(info)
    }
    let attributes = DER.value(0xA0, DER.sequence(DER.identifier("1.2.840.113549.1.9.9.20")))
    for stated in [DER.bits(point, tag: 0x81), DER.value(0xA1, DER.bits(point))] {
      #expect(refusal(version: 1, stated) == nil)
      #expect(refusal(version: 1, attributes + stated) == nil)
      #expect(refusal(version: 0, stated) == .encoding, "version 1 has no public key")
      #expect(refusal(version: 2, stated) == .encoding, "there is no such version")
      #expect(refusal(version: 1, stated + [5, 0]) == .encoding)
    }
    #expect(refusal(version: 0, attributes) == nil)
    #expect(refusal(version: 1, DER.bits(other, tag: 0x81)) == .key)
    #expect(refusal(version: 1, DER.bits(Array(point.dropLast()), tag: 0x81)) == .key)
  }

  @Test("PKCS #8 of version 2 is read for RSA and for points, too")
  func version2OfOthers() throws {
    let curve = try PrivateKeyHandle.generate(.p256)
    let (x, y) = try curve.publicKey.coordinates()
    let algorithm = DER.algorithm("1.2.840.10045.2.1", DER.identifier("1.2.840.10045.3.1.7"))
    let bare = DER.sequence(DER.integer([1]), DER.octets(try curve.scalar().revealed))
    let point = [4] + x + y
    func read(_ more: [UInt8], version: UInt8 = 1, key: [UInt8]? = nil) throws -> [UInt8]? {
      let info = DER.privateKeyInfo(algorithm, key ?? bare, version: version, more)
      return try? PrivateKeyHandle(der: info.span, .privateKeyInfo, password: nil).publicKey.coordinates().x
    }
    #expect(try read(DER.bits(point, tag: 0x81)) == x)
    #expect(try read([], version: 0) == x, "the point follows from the private number")
    #expect(try read(DER.bits([2 + y[31] % 2] + x, tag: 0x81)) == x, "compressed")
    #expect(try read(DER.bits([3 - y[31] % 2] + x, tag: 0x81)) == nil, "the other point of this x")
    #expect(try read(DER.bits([6 + y[31] % 2] + x + y, tag: 0x81)) == nil, "hybrid")
    let short = DER.sequence(DER.integer([1]), DER.octets([9]))
    #expect(try read([], version: 0, key: short) != nil, "a number without zeros in front")
    for scalar in [[0], [UInt8](repeating: 0xFF, count: 32), [UInt8](repeating: 1, count: 33), []] {
      let key = DER.sequence(DER.integer([1]), DER.octets(scalar))
      #expect(try read([], version: 0, key: key) == nil, "\(scalar)")
    }

    let rsa = try PrivateKeyHandle.generateRSA(bits: 2048)
    let other = try PrivateKeyHandle.generateRSA(bits: 2048).publicKey.der(.rsaPublicKey)
    let (own, body) = (try rsa.publicKey.der(.rsaPublicKey), try rsa.der(.rsaPrivateKey).revealed)
    let type = DER.algorithm("1.2.840.113549.1.1.1", DER.null)
    for (stated, expected) in [(own, nil), (other, .key), ([], .encoding)] as [([UInt8], LibCryptoError.Code?)] {
      let info = DER.privateKeyInfo(type, body, version: 1, DER.bits(stated, tag: 0x81))
      #expect(Self.privateRefusal(info) == expected)
    }
  }

  // MARK: RSASSA-PSS

  private static func pss(_ hash: String?, mask: String?, salt: UInt8?, trailer: UInt8? = nil) -> [UInt8] {
    func explicit(_ tag: UInt8, _ content: [UInt8]?) -> [UInt8] { content.map { DER.value(tag, $0) } ?? [] }
    let mask = mask.map { DER.algorithm("1.2.840.113549.1.1.8", DER.algorithm($0, DER.null)) }
    let parameters = DER.sequence(
      explicit(0xA0, hash.map { DER.algorithm($0, DER.null) }),
      explicit(0xA1, mask),
      explicit(0xA2, salt.map { DER.integer([$0]) }),
      explicit(0xA3, trailer.map { DER.integer([$0]) })
    )
    return DER.algorithm("1.2.840.113549.1.1.10", parameters)
  }

  @Test("A key of the type RSASSA-PSS is read with its restriction, signs within it, and is written with it")
  func restricted() throws {
    let (sha256, sha384) = ("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2")
    let key = try PrivateKeyHandle.generateRSA(bits: 2048)
    let (body, half) = (try key.der(.rsaPrivateKey).revealed, try key.publicKey.der(.rsaPublicKey))
    let message = Array("a message".utf8)
    for (algorithm, hash) in [
      (Self.pss(sha256, mask: sha256, salt: 32), HashFunction.sha256),
      (Self.pss(sha384, mask: sha384, salt: 20), .sha384),
      (Self.pss(sha256, mask: sha256, salt: nil, trailer: 1), .sha256),
      (DER.algorithm("1.2.840.113549.1.1.10"), nil),
    ] as [([UInt8], HashFunction?)] {
      let info = DER.privateKeyInfo(algorithm, body)
      let publicDER = DER.sequence(algorithm, DER.bits(half))
      #expect(try KeyNumbers(publicDER: publicDER.span, .subjectPublicKeyInfo).restriction?.hash == hash)
      let pair = try PrivateKeyHandle(der: info.span, .privateKeyInfo, password: nil)
      let other = try PublicKeyHandle(der: publicDER.span, .subjectPublicKeyInfo)
      let scheme = SignatureScheme.rsaPSS(hash ?? .sha512)
      let signature = try SignatureSigner(pair, scheme).sign(message.span)
      #expect(try SignatureVerifier(other, scheme).isValid(signature.span, for: message.span))
      #expect(try SignatureVerifier(key.publicKey, scheme).isValid(signature.span, for: message.span))
      // libcrypto holds to the restriction as well.
      #expect(refusal { () throws(LibCryptoError) in try SignatureVerifier(other, .rsaPKCS1(.sha256)) } == .failure)
      if hash != nil {
        #expect(refusal { () throws(LibCryptoError) in try SignatureVerifier(other, .rsaPSS(.sha512)) } == .failure)
      }
      let written = try other.der(.subjectPublicKeyInfo)
      #expect(try KeyNumbers(publicDER: written.span, .subjectPublicKeyInfo).restriction?.hash == hash)
      let writtenPair = try pair.der(.privateKeyInfo).revealed
      #expect(try KeyNumbers(privateDER: writtenPair.span, .privateKeyInfo, password: nil).restriction?.hash == hash)
    }
    for algorithm in [
      Self.pss(nil, mask: nil, salt: nil), Self.pss(sha256, mask: sha384, salt: 32),
      Self.pss(sha256, mask: nil, salt: 32),
      Self.pss(sha256, mask: sha256, salt: 33), Self.pss(sha256, mask: sha256, salt: 32, trailer: 2),
      Self.pss("1.2.3", mask: "1.2.3", salt: 20),
    ] {
      #expect(Self.publicRefusal(DER.sequence(algorithm, DER.bits(half))) == .unsupported)
      #expect(Self.privateRefusal(DER.privateKeyInfo(algorithm, body)) == .unsupported)
    }
  }

  // MARK: RSA

  @Test("Private RSA numbers that do not fit each other are refused, each by its equation")
  func consistency() throws {
    let key = try PrivateKeyHandle.generateRSA(bits: 2048)
    let (modulus, exponent) = try key.publicKey.rsaParts()
    let parts = try key.rsaParts()
    let right = [parts.d, parts.p, parts.q, parts.dp, parts.dq, parts.qi].map(\.revealed)
    func fits(_ numbers: [[UInt8]], modulus: [UInt8]) -> LibCryptoError.Code? {
      let secrets = numbers.map { secret($0) }
      let parts = PrivateKeyHandle.RSAParts(
        d: secrets[0],
        p: secrets[1],
        q: secrets[2],
        dp: secrets[3],
        dq: secrets[4],
        qi: secrets[5]
      )
      return refusal { () throws(LibCryptoError) in
        try PrivateKeyHandle(modulus: modulus.span, exponent: exponent.span, parts: parts)
      }
    }
    #expect(fits(right, modulus: modulus) == nil)
    for position in right.indices {
      for value in [[], [0], [1], [2], [UInt8](repeating: 0xFF, count: 256), right[position] + [0]] {
        var numbers = right
        numbers[position] = value
        #expect(fits(numbers, modulus: modulus) == .key, "\(position) \(value.count)")
      }
    }
    // One prime for the other, with or without what follows from it.
    #expect(fits([right[0], right[2], right[1], right[3], right[4], right[5]], modulus: modulus) == .key)
    // Longer than half of the modulus: the work would be that of a longer key.
    let long = [UInt8](repeating: 0xFF, count: 200)
    #expect(fits([right[0], long, right[2], right[3], right[4], right[5]], modulus: modulus) == .key)
    #expect(fits(right, modulus: [UInt8](repeating: 0xFF, count: 2049)) == .parameter)
  }

  @Test("A prime of an RSA key that is not prime is refused, though all equations hold")
  func composite() throws {
    // 681 is 3 times 227; e * d = 1 modulo 680 and modulo 256, as if it were prime.
    let (p, q, e) = (681, 257, 3)
    let period = 680 * 256 / 8
    let inverse = try #require((0..<period).first { (e * $0) % 680 == 1 && (e * $0) % 256 == 1 })
    func bytes(_ number: Int) -> [UInt8] {
      [UInt8(number >> 16 & 0xFF), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
    }
    func read(_ p: Int, _ q: Int, _ d: Int) -> LibCryptoError.Code? {
      let qi = (1..<p).first { ($0 * q) % p == 1 } ?? 1
      let numbers = [
        [0], bytes(p * q), bytes(e), bytes(d), bytes(p), bytes(q), bytes(d % (p - 1)), bytes(d % (q - 1)), bytes(qi),
      ]
      return Self.privateRefusal(DER.value(0x30, numbers.flatMap { DER.integer($0) }), .rsaPrivateKey)
    }
    #expect(read(p, q, inverse) == .key)
    // 683 is prime, and so is 257: e * d = 1 modulo 682 and 256.
    let right = (0..<(682 * 256)).first { (e * $0) % 682 == 1 && (e * $0) % 256 == 1 } ?? 0
    #expect(read(683, 257, right) == nil)
  }
}
