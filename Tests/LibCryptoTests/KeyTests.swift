// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Testing

@Suite("Asymmetric keys in libcrypto")
struct KeyTests {
  private static let schemes: [(Curve?, SignatureScheme)] = [
    (nil, .rsaPKCS1(.sha256)), (nil, .rsaPSS(.sha512)), (.p256, .ecdsa(.sha256)), (.p384, .ecdsa(.sha384)),
    (.p521, .ecdsa(.sha512)), (.secp256k1, .ecdsa(.sha256)), (.ed25519, .edwards), (.ed448, .edwards),
  ]

  /// RSA, and all curves.
  private static let kinds: [Curve?] = [nil] + Curve.allCases

  /// Made once: generating takes long.
  private static let rsa = Result { try PrivateKeyHandle.generateRSA(bits: 2048) }

  private static func key(_ curve: Curve?) throws -> PrivateKeyHandle {
    guard let curve else { return try rsa.get() }
    return try PrivateKeyHandle.generate(curve)
  }

  @Test("a signature verifies for its message and key alone", arguments: schemes)
  func signing(curve: Curve?, scheme: SignatureScheme) throws {
    let key = try Self.key(curve)
    let signer = try SignatureSigner(key, scheme)
    let verifier = try SignatureVerifier(key.publicKey, scheme)
    let message = Array("a message".utf8)
    let longer = message + [0]
    for _ in 0..<20 {
      let signature = try signer.sign(message.span)
      #expect(signature.count == verifier.signatureCount)
      #expect(try verifier.isValid(signature.span, for: message.span))
      #expect(try !verifier.isValid(signature.span, for: longer.span))
      for index in [0, signature.count / 2, signature.count - 1] {
        var changed = signature
        changed[index] ^= 1
        #expect(try !verifier.isValid(changed.span, for: message.span))
      }
      for other in [[], Array(signature.dropLast()), signature + [0], [0] + signature] {
        #expect(try !verifier.isValid(other.span, for: message.span))
      }
    }
    guard let curve else { return }
    let other = try SignatureVerifier(try PrivateKeyHandle.generate(curve).publicKey, scheme)
    let signature = try signer.sign(message.span)
    #expect(try !other.isValid(signature.span, for: message.span))
  }

  @Test("a scheme is for its type of key")
  func suitability() throws {
    for (curve, _) in Self.schemes {
      let key = try Self.key(curve)
      for (_, scheme) in Self.schemes where !scheme.suits(key.kind) {
        #expect(refusal { () throws(LibCryptoError) in try SignatureSigner(key, scheme) } == .parameter)
        #expect(refusal { () throws(LibCryptoError) in try SignatureVerifier(key.publicKey, scheme) } == .parameter)
      }
    }
  }

  @Test("a key survives every encoding", arguments: Self.kinds)
  func encodings(curve: Curve?) throws {
    let key = try Self.key(curve)
    let isECDSA = curve?.hasCoordinates ?? false
    let privateForms: [KeyEncoding] =
      [.privateKeyInfo] + (curve == nil ? [.rsaPrivateKey] : isECDSA ? [.ecPrivateKey] : [])
    for encoding in privateForms {
      let der = try key.der(encoding)
      #expect(der.withBytes { KeyEncoding(of: $0) } == encoding)
      let read = try der.withBytes { (der) throws(LibCryptoError) in
        try PrivateKeyHandle(der: der, encoding, password: nil)
      }
      #expect(read.kind == key.kind)
      #expect(try read.der(.privateKeyInfo).revealed == key.der(.privateKeyInfo).revealed)
      // Nothing may follow, nothing be missing.
      for changed in [der.revealed + [0], Array(der.revealed.dropLast())] {
        #expect(KeyEncoding(of: changed.span) == nil)
        #expect(
          refusal { () throws(LibCryptoError) in try PrivateKeyHandle(der: changed.span, encoding, password: nil) }
            == .encoding
        )
      }
    }
    for encoding in [KeyEncoding.subjectPublicKeyInfo] + (curve == nil ? [.rsaPublicKey] : []) {
      let der = try key.publicKey.der(encoding)
      #expect(KeyEncoding(of: der.span) == encoding)
      let read = try PublicKeyHandle(der: der.span, encoding)
      #expect(read.kind == key.kind)
      #expect(try read.der(.subjectPublicKeyInfo) == key.publicKey.der(.subjectPublicKeyInfo))
      let longer = der + [0]
      #expect(refusal { () throws(LibCryptoError) in try PublicKeyHandle(der: longer.span, encoding) } == .encoding)
    }
  }

  @Test("an encrypted key opens with its password alone")
  func encrypted() throws {
    let key = try PrivateKeyHandle.generate(.p256)
    let password = secret(Array("correct horse".utf8))
    let der = try key.der(encryptedBy: password)
    #expect(der.withBytes { KeyEncoding(of: $0) } == .encryptedPrivateKeyInfo)
    func open(_ password: SecretBytes?) throws(LibCryptoError) -> PrivateKeyHandle {
      try der.withBytes { (der) throws(LibCryptoError) in
        try PrivateKeyHandle(der: der, .encryptedPrivateKeyInfo, password: password)
      }
    }
    #expect(try open(password).scalar().revealed == key.scalar().revealed)
    #expect(refusal { () throws(LibCryptoError) in try open(secret(Array("wrong".utf8))) } == .authentication)
    #expect(refusal { () throws(LibCryptoError) in try open(nil) } == .authentication)
  }

  @Test(
    "two keys of a curve share a secret; zero is none",
    arguments: [Curve.p256, .p384, .p521, .secp256k1, .x25519, .x448]
  )
  func agreement(curve: Curve) throws {
    let none: [UInt8] = []
    let (one, other) = (try PrivateKeyHandle.generate(curve), try PrivateKeyHandle.generate(curve))
    let secret = try KeyAgreement.sharedSecret(one, other.publicKey)
    #expect(secret.count == curve.byteCount)
    #expect(secret.revealed == (try KeyAgreement.sharedSecret(other, one.publicKey).revealed))
    let stranger = try PrivateKeyHandle.generate(curve == .p256 ? .p384 : .p256)
    #expect(
      refusal { () throws(LibCryptoError) in try KeyAgreement.sharedSecret(one, stranger.publicKey) } == .parameter
    )
    guard !curve.hasCoordinates else { return }
    let zeros = [UInt8](repeating: 0, count: curve.byteCount)
    let zero = try PublicKeyHandle(curve: curve, x: zeros.span, y: none.span)
    #expect(refusal { () throws(LibCryptoError) in try KeyAgreement.sharedSecret(one, zero) } == .key)
  }

  @Test("RSA-OAEP opens what it sealed", arguments: HashFunction.allCases)
  func oaep(hash: HashFunction) throws {
    let key = try Self.rsa.get()
    let plaintext = secret(Array("a content key".utf8))
    let ciphertext = try RSAOAEP.encrypt(plaintext, for: key.publicKey, hash: hash)
    #expect(try RSAOAEP.decrypt(ciphertext.span, with: key, hash: hash).revealed == plaintext.revealed)
    var changed = ciphertext
    changed[100] ^= 1
    let cut = Array(ciphertext.dropLast())
    #expect(
      refusal { () throws(LibCryptoError) in try RSAOAEP.decrypt(changed.span, with: key, hash: hash) }
        == .authentication
    )
    #expect(
      refusal { () throws(LibCryptoError) in try RSAOAEP.decrypt(cut.span, with: key, hash: hash) } == .authentication
    )
  }

  @Test("J46 a failed verification leaves nothing behind for the next call", arguments: schemes)
  func interleaved(curve: Curve?, scheme: SignatureScheme) throws {
    let key = try Self.key(curve)
    let verifier = try SignatureVerifier(key.publicKey, scheme)
    let message = Array("a message".utf8)
    let right = try SignatureSigner(key, scheme).sign(message.span)
    let wrong = [UInt8](repeating: 0xFF, count: right.count)
    let broken = [UInt8](repeating: 0x30, count: 40)
    // `WRIT_STRESS=100000` is what the row asks for.
    for _ in 0..<(ProcessInfo.processInfo.environment["WRIT_STRESS"].flatMap { Int($0) } ?? 50) {
      #expect(try !verifier.isValid(wrong.span, for: message.span))
      #expect(
        refusal { () throws(LibCryptoError) in try PublicKeyHandle(der: broken.span, .subjectPublicKeyInfo) }
          == .encoding
      )
      #expect(try verifier.isValid(right.span, for: message.span))
    }
  }
}
