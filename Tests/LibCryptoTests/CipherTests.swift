// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing

@Suite("AES")
struct CipherTests {
  @Test("GCM opens what it sealed, and nothing that was changed", arguments: AESKeySize.allCases)
  func gcm(size: AESKeySize) throws {
    let key = try Randomness.secretBytes(size.rawValue)
    let vector = try Randomness.bytes(AESGCM.vectorCount)
    let data = Array("header".utf8)
    for count in [0, 1, 15, 16, 17, 1000] {
      let plaintext = try Randomness.bytes(count)
      let (ciphertext, tag) = try AESGCM.seal(plaintext.span, key: key, vector: vector.span, additionalData: data.span)
      func open(_ ciphertext: [UInt8], _ tag: [UInt8], _ data: [UInt8]) -> [UInt8]? {
        try? AESGCM.open(ciphertext.span, tag: tag.span, key: key, vector: vector.span, additionalData: data.span)
      }
      #expect(open(ciphertext, tag, data) == plaintext)
      #expect(open(ciphertext, tag, []) == nil)
      #expect(open(ciphertext + [0], tag, data) == nil)
      for shortened in [0, 1, 4, 8, 12, 15] { #expect(open(ciphertext, Array(tag.prefix(shortened)), data) == nil) }
      var changed = tag
      changed[0] ^= 1
      #expect(open(ciphertext, changed, data) == nil)
    }
  }

  @Test("GCM refuses vectors and keys of other lengths")
  func gcmParameters() throws {
    let none: [UInt8] = []
    let one: [UInt8] = [1]
    let key = try Randomness.secretBytes(16)
    for count in [0, 8, 11, 13, 16] {
      let vector = [UInt8](repeating: 0, count: count)
      let code = refusal { () throws(LibCryptoError) in
        try AESGCM.seal(one.span, key: key, vector: vector.span, additionalData: none.span)
      }
      #expect(code == .parameter)
    }
    let short = try Randomness.secretBytes(15)
    let vector = [UInt8](repeating: 0, count: 12)
    let code = refusal { () throws(LibCryptoError) in
      try AESGCM.seal(one.span, key: short, vector: vector.span, additionalData: none.span)
    }
    #expect(code == .parameter)
  }

  @Test("CBC opens what it sealed, and refuses a padding that is none", arguments: AESKeySize.allCases)
  func cbc(size: AESKeySize) throws {
    let none: [UInt8] = []
    let key = try Randomness.secretBytes(size.rawValue)
    let vector = try Randomness.bytes(16)
    for count in [0, 1, 15, 16, 17, 1000] {
      let plaintext = try Randomness.bytes(count)
      let ciphertext = try AESCBC.encrypt(plaintext.span, key: key, vector: vector.span)
      #expect(ciphertext.count == count / 16 * 16 + 16)
      #expect(try AESCBC.decrypt(ciphertext.span, key: key, vector: vector.span) == plaintext)
      let cut = Array(ciphertext.dropLast())
      #expect(
        refusal { () throws(LibCryptoError) in try AESCBC.decrypt(cut.span, key: key, vector: vector.span) }
          == .authentication
      )
    }
    #expect(
      refusal { () throws(LibCryptoError) in try AESCBC.decrypt(none.span, key: key, vector: vector.span) }
        == .authentication
    )
  }

  @Test("key wrap: RFC 3394, 4.1; what was changed does not open")
  func keyWrap() throws {
    let wrapping = secret(bytes("000102030405060708090A0B0C0D0E0F"))
    let key = secret(bytes("00112233445566778899AABBCCDDEEFF"))
    let wrapped = try AESKeyWrap.wrap(key, with: wrapping)
    #expect(wrapped == bytes("1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5"))
    #expect(try AESKeyWrap.unwrap(wrapped.span, with: wrapping).revealed == key.revealed)
    for index in wrapped.indices {
      var changed = wrapped
      changed[index] ^= 0x80
      #expect(
        refusal { () throws(LibCryptoError) in try AESKeyWrap.unwrap(changed.span, with: wrapping) } == .authentication
      )
    }
    for count in [0, 8, 16, 23, 25] {
      let cut = [UInt8](repeating: 0, count: count)
      #expect(
        refusal { () throws(LibCryptoError) in try AESKeyWrap.unwrap(cut.span, with: wrapping) } == .authentication
      )
    }
    for size in AESKeySize.allCases {
      let wrapping = try Randomness.secretBytes(size.rawValue)
      let long = try Randomness.secretBytes(64)
      let wrapped = try AESKeyWrap.wrap(long, with: wrapping)
      #expect(try AESKeyWrap.unwrap(wrapped.span, with: wrapping).revealed == long.revealed)
    }
  }
}
