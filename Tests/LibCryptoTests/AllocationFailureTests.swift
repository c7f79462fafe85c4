// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
import LibCrypto
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// libcrypto's allocations, one of which fails: libcrypto takes other functions only before it has allocated anything, so
/// this is for a process of its own.
private enum FailingMemory {
  /// How many allocations succeed before one fails; below 0 all do.
  nonisolated(unsafe) private static var remaining = -1
  nonisolated(unsafe) private static var hasFailed = false
  /// Blocks that are not freed.
  nonisolated(unsafe) static var held = 0

  static func install() -> Bool {
    unsafe CRYPTO_set_mem_functions(
      { count, _, _ in unsafe FailingMemory.allows(isNew: true) ? malloc(count) : nil },
      { memory, count, _, _ in unsafe FailingMemory.allows(isNew: memory == nil) ? realloc(memory, count) : nil },
      { memory, _, _ in
        if unsafe memory != nil { unsafe FailingMemory.held -= 1 }
        unsafe free(memory)
      }
    ) == 1
  }

  private static func allows(isNew: Bool) -> Bool {
    if unsafe remaining == 0 {
      unsafe remaining = -1
      unsafe hasFailed = true
      return false
    }
    if unsafe remaining > 0 { unsafe remaining -= 1 }
    if isNew { unsafe held += 1 }
    return true
  }

  /// Runs a body whose allocation of that number fails.
  ///
  /// - Returns: whether there was such an allocation.
  static func failing(_ number: Int, _ body: () -> Void) -> Bool {
    unsafe remaining = number
    unsafe hasFailed = false
    body()
    unsafe remaining = -1
    return unsafe hasFailed
  }
}

/// A call that is made until none of its allocations is left to fail.
private struct Call {
  let name: String
  let body: () throws(LibCryptoError) -> Void

  init(_ name: String, _ body: @escaping () throws(LibCryptoError) -> Void) {
    self.name = name
    self.body = body
  }

  /// What went wrong; `failures` counts the calls that threw.
  ///
  /// What libcrypto keeps for itself (caches, texts of errors) comes and goes: only what is lost each time is lost.
  func exhaust(_ failures: inout Int) -> String? {
    for _ in 0..<20 {
      let before = unsafe FailingMemory.held
      if let problem = exhaustOnce(&failures) { return problem }
      if unsafe FailingMemory.held <= before { return nil }
    }
    return "\(name) lost blocks each time"
  }

  private func exhaustOnce(_ failures: inout Int) -> String? {
    for number in 0..<5_000 {
      var error: LibCryptoError?
      let hadOne = FailingMemory.failing(number) {
        do throws(LibCryptoError) { try body() } catch let caught { error = caught }
      }
      guard ERR_peek_error() == 0 else { return "\(name), \(number): the queue of errors is not empty" }
      if error != nil { failures += 1 }
      guard hadOne else { return error.map { "\(name) fails with all memory: \($0)" } }
      guard recovers() else { return "\(name), \(number): it fails ever after" }
    }
    return "\(name) never ends"
  }

  /// Whether the call succeeds again.
  ///
  /// libcrypto blinds RSA with a factor that it keeps, may leave half changed, and makes anew after 32 uses.
  private func recovers() -> Bool {
    for _ in 0...32 {
      do throws(LibCryptoError) {
        try body()
        return true
      } catch {
        continue
      }
    }
    return false
  }
}

@Suite("Memory that runs out in libcrypto")
struct AllocationFailureTests {
  @Test("J47 each allocation of each call fails once: a typed error, nothing lost, nothing broken")
  func failures() async throws {
    let child = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      guard FailingMemory.install() else {
        print("libcrypto has allocated before")
        return
      }
      var failures = 0
      do {
        for call in try Self.calls() {
          if let problem = call.exhaust(&failures) { print(problem) }
        }
      } catch {
        print(error)
      }
      print("\(failures > 100 ? "many" : "\(failures)") calls failed")
    }
    let output = String(decoding: try #require(child).standardOutputContent, as: UTF8.self)
    #expect(output == "many calls failed\n", "\(output)")
  }

  private static func calls() throws -> [Call] {
    let message = [UInt8](repeating: 1, count: 200)
    let bytes = [UInt8](repeating: 2, count: 32)
    let vector = [UInt8](repeating: 3, count: 16)
    let nonce = [UInt8](repeating: 4, count: 12)
    let secret = SecretBytes(copying: bytes.span)
    let rsa = try PrivateKeyHandle.generateRSA(bits: 2048)
    let (curve, x25519) = (try PrivateKeyHandle.generate(.p256), try PrivateKeyHandle.generate(.x25519))
    var calls = [
      Call("digest") { () throws(LibCryptoError) in _ = try HashFunction.sha512.digest(of: message.span) },
      Call("HKDF") { () throws(LibCryptoError) in
        _ = try KeyDerivation.hkdf(secret, salt: bytes.span, info: nonce.span, count: 42, hash: .sha256)
      },
      Call("AES-GCM") { () throws(LibCryptoError) in
        let sealed = try AESGCM.seal(message.span, key: secret, vector: nonce.span, additionalData: bytes.span)
        let (text, tag) = (sealed.ciphertext, sealed.tag)
        _ = try AESGCM.open(text.span, tag: tag.span, key: secret, vector: nonce.span, additionalData: bytes.span)
      },
      Call("AES-CBC") { () throws(LibCryptoError) in
        let text = try AESCBC.encrypt(message.span, key: secret, vector: vector.span)
        _ = try AESCBC.decrypt(text.span, key: secret, vector: vector.span)
      },
      Call("AES key wrap") { () throws(LibCryptoError) in
        let wrapped = try AESKeyWrap.wrap(secret, with: secret)
        _ = try AESKeyWrap.unwrap(wrapped.span, with: secret)
      },
      Call("RSA-OAEP") { () throws(LibCryptoError) in
        let wrapped = try RSAOAEP.encrypt(secret, for: rsa.publicKey, hash: .sha256)
        _ = try RSAOAEP.decrypt(wrapped.span, with: rsa, hash: .sha256)
      },
      Call("ECDH") { () throws(LibCryptoError) in _ = try KeyAgreement.sharedSecret(curve, curve.publicKey) },
      Call("X25519") { () throws(LibCryptoError) in _ = try KeyAgreement.sharedSecret(x25519, x25519.publicKey) },
    ]
    for path in [MessageAuthenticationKey.Path.savedState, .provider] {
      calls.append(
        Call("HMAC \(path)") { () throws(LibCryptoError) in
          _ = try MessageAuthenticationKey(bytes.span, hash: .sha256, path: path).code(of: message.span)
        }
      )
    }
    let pairs: [(PrivateKeyHandle, SignatureScheme)] = [
      (rsa, .rsaPKCS1(.sha256)), (rsa, .rsaPSS(.sha256)), (curve, .ecdsa(.sha256)), (try .generate(.ed25519), .edwards),
    ]
    for (key, scheme) in pairs { calls += try signatures(key, scheme, message) }
    return calls
  }

  private static func signatures(
    _ key: PrivateKeyHandle,
    _ scheme: SignatureScheme,
    _ message: [UInt8]
  ) throws -> [Call] {
    let (signer, verifier) = (try SignatureSigner(key, scheme), try SignatureVerifier(key.publicKey, scheme))
    let signature = try signer.sign(message.span)
    let wrong = [UInt8](repeating: 1, count: signature.count)
    var calls = [
      Call("sign \(scheme)") { () throws(LibCryptoError) in _ = try signer.sign(message.span) },
      Call("verify \(scheme)") { () throws(LibCryptoError) in
        // A verification that could not be done is an error or a refusal, never a yes to what is wrong.
        guard try !verifier.isValid(wrong.span, for: message.span) else {
          throw LibCryptoError(.failure, "a wrong signature is taken")
        }
        _ = try verifier.isValid(signature.span, for: message.span)
      },
      Call("prepare \(scheme)") { () throws(LibCryptoError) in
        _ = try SignatureSigner(key, scheme)
        _ = try SignatureVerifier(key.publicKey, scheme)
      },
    ]
    // Decoding an RSA key would check its primes for each of thousands of allocations.
    guard case .ecdsa = scheme else { return calls }
    let der = try key.der(.privateKeyInfo)
    calls.append(
      Call("decode \(scheme)") { () throws(LibCryptoError) in
        _ = try der.withBytes { (der) throws(LibCryptoError) in
          try PrivateKeyHandle(der: der, .privateKeyInfo, password: nil)
        }
      }
    )
    return calls
  }
}
