// SPDX-License-Identifier: Apache-2.0

import CLibCrypto
import LibCrypto
import Testing

/// RSA signatures that are powers of the private key, over encodings that are not the one of RFC 8017.
@Suite("RSA signatures over other encodings")
struct SignatureEncodingTests {
  private static let key = Result { () throws(LibCryptoError) in try PrivateKeyHandle.generateRSA(bits: 2048) }
  private let message = Array("a message".utf8)

  /// Returns the private key's result for an encoded message: m^d mod n (RFC 8017, 5.2.1).
  private func signature(of encoded: [UInt8]) throws -> [UInt8] {
    let key = try Self.key.get()
    let exponent = try key.rsaParts().d.revealed
    let modulus = try key.publicKey.rsaParts().modulus
    let context = unsafe BN_CTX_new()
    let base = unsafe BN_bin2bn(encoded, Int32(encoded.count), nil)
    let power = unsafe BN_bin2bn(exponent, Int32(exponent.count), nil)
    let order = unsafe BN_bin2bn(modulus, Int32(modulus.count), nil)
    defer {
      unsafe BN_CTX_free(context)
      unsafe BN_free(base)
      unsafe BN_free(power)
      unsafe BN_free(order)
    }
    var signature = [UInt8](repeating: 0, count: modulus.count)
    let status = unsafe BN_mod_exp(base, base, power, order, context)
    let count = unsafe BN_bn2binpad(base, &signature, Int32(signature.count))
    try #require(status == 1 && count == Int32(signature.count))
    return signature
  }

  private func isTaken(_ encoded: [UInt8], _ scheme: SignatureScheme) throws -> Bool {
    let key = try Self.key.get().publicKey
    let verifier = try SignatureVerifier(key, scheme)
    let signature = try signature(of: encoded)
    return try verifier.isValid(signature.span, for: message.span)
  }

  @Test("J39 PKCS #1: one encoding is taken, none that is padded, tagged or measured in another way")
  func pkcs1() throws {
    let digest = try HashFunction.sha256.digest(of: message.span).bytes
    let identifier = bytes("0609608648016503040201")
    let info = bytes("3031300d") + identifier + bytes("05000420") + digest
    func padded(_ info: [UInt8], type: [UInt8] = [0, 1], count: Int? = nil, after: [UInt8] = []) -> [UInt8] {
      let count = count ?? 256 - 3 - info.count - after.count
      let body = type + [UInt8](repeating: 0xFF, count: count) + [0] + info + after
      return body + [UInt8](repeating: 0x55, count: 256 - body.count)
    }
    #expect(try isTaken(padded(info), .rsaPKCS1(.sha256)), "so that the others can fail")
    var spoilt = padded(info)
    spoilt[100] = 0xFE
    var unseparated = padded(info)
    unseparated[256 - info.count - 1] = 0xFF
    let sha1 = try HashFunction.sha1.digest(of: message.span).bytes
    let others: [(String, [UInt8])] = [
      ("no NULL", padded(bytes("302f300b") + identifier + bytes("0420") + digest)),
      ("parameters with content", padded(bytes("3033300f") + identifier + bytes("0502aaaa0420") + digest)),
      ("a length of two bytes", padded(bytes("308131300d") + identifier + bytes("05000420") + digest)),
      ("an indefinite length", padded(bytes("3080300d") + identifier + bytes("05000420") + digest + [0, 0])),
      ("a byte behind, in the sequence", padded(bytes("3032300d") + identifier + bytes("05000420") + digest + [0])),
      ("bytes behind, CVE-2006-4339", padded(info, count: 8)),
      ("one byte behind", padded(info, after: [0])),
      ("block type 0", padded(info, type: [0, 0])), ("block type 2", padded(info, type: [0, 2])),
      ("a first byte of 1", padded(info, type: [1, 1])),
      ("padding of other bytes", spoilt), ("no separator", unseparated),
      ("the bare digest", padded(digest)),
      ("SHA-384's name", padded(bytes("3031300d") + bytes("0609608648016503040202") + bytes("05000420") + digest)),
      ("SHA-1", padded(bytes("3021300906052b0e03021a05000414") + sha1)),
      ("another digest", padded(Array(info.dropLast()) + [digest[31] ^ 1])),
    ]
    for (name, encoded) in others { #expect(try !isTaken(encoded, .rsaPKCS1(.sha256)), "\(name)") }
  }

  /// EMSA-PSS (RFC 8017, 9.1.1) for a modulus of 2,048 bits.
  private func pss(salt: Int, mask: HashFunction = .sha256, one: UInt8 = 1, end: UInt8 = 0xBC) throws -> [UInt8] {
    let salt = [UInt8](repeating: 0xA5, count: salt)
    let digest = try HashFunction.sha256.digest(of: message.span).bytes
    let hashed = try HashFunction.sha256.digest(of: ([UInt8](repeating: 0, count: 8) + digest + salt).span).bytes
    let count = 256 - hashed.count - 1
    var block = [UInt8](repeating: 0, count: count - salt.count - 1) + [one] + salt
    var stream: [UInt8] = []
    for counter in 0..<UInt8(16) { stream += try mask.digest(of: (hashed + [0, 0, 0, counter]).span).bytes }
    for index in block.indices { block[index] ^= stream[index] }
    block[0] &= 0x7F
    return block + hashed + [end]
  }

  @Test("J39 PSS: the salt is as long as the digest, the mask of the same hash")
  func pss() throws {
    #expect(try isTaken(try pss(salt: 32), .rsaPSS(.sha256)), "so that the others can fail")
    for count in [0, 1, 20, 31, 33, 48, 64, 222] {
      #expect(try !isTaken(try pss(salt: count), .rsaPSS(.sha256)), "a salt of \(count)")
    }
    for mask: HashFunction in [.sha1, .sha384, .sha512] {
      #expect(try !isTaken(try pss(salt: 32, mask: mask), .rsaPSS(.sha256)), "\(mask)")
    }
    #expect(try !isTaken(try pss(salt: 32, one: 2), .rsaPSS(.sha256)))
    #expect(try !isTaken(try pss(salt: 32, end: 0xCC), .rsaPSS(.sha256)))
    #expect(try !isTaken(try pss(salt: 32), .rsaPKCS1(.sha256)))
  }
}
