// SPDX-License-Identifier: Apache-2.0

import LibCrypto
import Testing

@Suite("scrypt")
struct ScryptTests {
  private struct Vector: Sendable {
    let password: String
    let salt: String
    let logCost: Int
    let blockSize: Int
    let parallelism: Int
    let expected: String
  }

  // RFC 7914, 12; the one with N = 2^20 takes a gigabyte, and is left out.
  private static let vectors = [
    Vector(
      password: "",
      salt: "",
      logCost: 4,
      blockSize: 1,
      parallelism: 1,
      expected:
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
    ),
    Vector(
      password: "password",
      salt: "NaCl",
      logCost: 10,
      blockSize: 8,
      parallelism: 16,
      expected:
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
    ),
    Vector(
      password: "pleaseletmein",
      salt: "SodiumChloride",
      logCost: 14,
      blockSize: 8,
      parallelism: 1,
      expected:
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
    ),
  ]

  @Test("RFC 7914, 12", arguments: vectors)
  private func vector(_ vector: Vector) throws {
    let salt = Array(vector.salt.utf8)
    let key = try KeyDerivation.scrypt(
      secret(Array(vector.password.utf8)),
      salt: salt.span,
      logCost: vector.logCost,
      blockSize: vector.blockSize,
      parallelism: vector.parallelism,
      count: 64
    )
    #expect(key.revealed == bytes(vector.expected))
  }

  @Test("parameters that scrypt does not have are refused, and none traps")
  func refusals() {
    let edges = [Int.min, -1, 0, 1, 41, 1 << 20, (1 << 20) + 1, Int.max]
    for logCost in edges {
      for blockSize in edges {
        for parallelism in edges {
          let memory = KeyDerivation.scryptMemory(logCost: logCost, blockSize: blockSize, parallelism: parallelism)
          let sizes = [1, 41, 1 << 20]
          let isEach = logCost == 1 && sizes.contains(blockSize) && sizes.contains(parallelism)
          // Their product must be less than 2^30: RFC 7914, 6.
          let isRight = isEach && !(blockSize == 1 << 20 && parallelism == 1 << 20)
          #expect((memory != nil) == isRight)
        }
      }
    }
    // N must be less than 2^(16 r): RFC 7914, 6.
    #expect(KeyDerivation.scryptMemory(logCost: 15, blockSize: 1, parallelism: 1) != nil)
    #expect(KeyDerivation.scryptMemory(logCost: 16, blockSize: 1, parallelism: 1) == nil)
    let code = refusal { () throws(LibCryptoError) in
      let salt: [UInt8] = []
      return try KeyDerivation.scrypt(
        secret([1]),
        salt: salt.span,
        logCost: 0,
        blockSize: 8,
        parallelism: 1,
        count: 32
      )
    }
    #expect(code == .parameter)
  }
}
