// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// A number of any size in libcrypto, wiped when it ends; what is calculated with it takes time that does not tell it.
@safe
struct BigNumber: ~Copyable {
  let pointer: OpaquePointer

  /// Zero.
  init() throws(LibCryptoError) {
    unsafe pointer = try LibCryptoError.unwrap(BN_new(), .failure, "BN_new")
    unsafe BN_set_flags(pointer, BN_FLG_CONSTTIME)
  }

  /// An unsigned number, its most significant byte first.
  init(_ bytes: Span<UInt8>) throws(LibCryptoError) {
    let count = try Int32(checked: bytes.count)
    let number = unsafe bytes.withPointer { unsafe BN_bin2bn($0, count, nil) }
    unsafe pointer = try LibCryptoError.unwrap(number, .failure, "BN_bin2bn")
    unsafe BN_set_flags(pointer, BN_FLG_CONSTTIME)
  }

  deinit { unsafe BN_clear_free(pointer) }

  var bitCount: Int { Int(unsafe BN_num_bits(pointer)) }
  var isZero: Bool { unsafe BN_is_zero(pointer) == 1 }
  var isOne: Bool { unsafe BN_is_one(pointer) == 1 }
  var isOdd: Bool { unsafe BN_is_odd(pointer) == 1 }

  static func == (one: borrowing BigNumber, other: borrowing BigNumber) -> Bool {
    unsafe BN_cmp(one.pointer, other.pointer) == 0
  }

  static func < (one: borrowing BigNumber, other: borrowing BigNumber) -> Bool {
    unsafe BN_cmp(one.pointer, other.pointer) < 0
  }

  /// The number less one; the number must not be zero.
  borrowing func minusOne() throws(LibCryptoError) -> BigNumber {
    let result = try BigNumber()
    unsafe try LibCryptoError.check(BN_sub(result.pointer, pointer, BN_value_one()), .failure, "BN_sub")
    return result
  }
}

/// Memory for calculations with numbers.
@safe
struct Calculator: ~Copyable {
  let pointer: OpaquePointer

  init() throws(LibCryptoError) {
    unsafe pointer = try LibCryptoError.unwrap(BN_CTX_secure_new(), .failure, "BN_CTX_new")
  }

  deinit { unsafe BN_CTX_free(pointer) }

  func product(_ one: borrowing BigNumber, _ other: borrowing BigNumber) throws(LibCryptoError) -> BigNumber {
    let result = try BigNumber()
    let status = unsafe BN_mul(result.pointer, one.pointer, other.pointer, pointer)
    try LibCryptoError.check(status, .failure, "BN_mul")
    return result
  }

  /// The product of two numbers modulo a third, which must not be zero.
  func product(
    _ one: borrowing BigNumber,
    _ other: borrowing BigNumber,
    modulo modulus: borrowing BigNumber
  ) throws(LibCryptoError) -> BigNumber {
    let result = try BigNumber()
    let status = unsafe BN_mod_mul(result.pointer, one.pointer, other.pointer, modulus.pointer, pointer)
    try LibCryptoError.check(status, .failure, "BN_mod_mul")
    return result
  }

  /// The remainder of a division by a number that must not be zero.
  func remainder(
    _ number: borrowing BigNumber,
    modulo modulus: borrowing BigNumber
  ) throws(LibCryptoError) -> BigNumber {
    let result = try BigNumber()
    let status = unsafe BN_div(nil, result.pointer, number.pointer, modulus.pointer, pointer)
    try LibCryptoError.check(status, .failure, "BN_div")
    return result
  }

  /// Whether an odd number greater than 3 is prime, by one round of Miller and Rabin with a random base.
  ///
  /// It takes as long as one exponentiation. A number that is not prime by accident passes about never; one made to
  /// pass does with a chance of one in four at most.
  func isProbablyPrime(_ number: borrowing BigNumber) throws(LibCryptoError) -> Bool {
    let last = try number.minusOne()
    let odd = try BigNumber()
    // Zero bits at the end of the number less one.
    var zeros: Int32 = 0
    while zeros < number.bitCount, unsafe BN_is_bit_set(last.pointer, zeros) == 0 { zeros += 1 }
    unsafe try LibCryptoError.check(BN_rshift(odd.pointer, last.pointer, zeros), .failure, "BN_rshift")
    let base = try randomBase(below: last)

    let montgomery = unsafe try LibCryptoError.unwrap(BN_MONT_CTX_new(), .failure, "BN_MONT_CTX_new")
    defer { unsafe BN_MONT_CTX_free(montgomery) }
    unsafe try LibCryptoError.check(BN_MONT_CTX_set(montgomery, number.pointer, pointer), .failure, "BN_MONT_CTX_set")
    let power = try BigNumber()
    let status = unsafe BN_mod_exp_mont_consttime(
      power.pointer,
      base.pointer,
      odd.pointer,
      number.pointer,
      pointer,
      montgomery
    )
    try LibCryptoError.check(status, .failure, "BN_mod_exp_mont_consttime")
    if power.isOne || power == last { return true }
    // The rest of the exponent in Montgomery form; all steps together cost as much as one exponentiation.
    let square = try BigNumber()
    let target = try BigNumber()
    unsafe try LibCryptoError.check(
      BN_to_montgomery(square.pointer, power.pointer, montgomery, pointer),
      .failure,
      "BN_to_montgomery"
    )
    unsafe try LibCryptoError.check(
      BN_to_montgomery(target.pointer, last.pointer, montgomery, pointer),
      .failure,
      "BN_to_montgomery"
    )
    for _ in 1..<max(1, zeros) {
      let status = unsafe BN_mod_mul_montgomery(square.pointer, square.pointer, square.pointer, montgomery, pointer)
      try LibCryptoError.check(status, .failure, "BN_mod_mul_montgomery")
      if square == target { return true }
    }
    return false
  }

  /// A random number from 2 to one below the limit.
  private func randomBase(below limit: borrowing BigNumber) throws(LibCryptoError) -> BigNumber {
    let base = try BigNumber()
    // More than one draw is needed where zero or one was drawn: about never.
    for _ in 0..<64 {
      unsafe try LibCryptoError.check(BN_priv_rand_range(base.pointer, limit.pointer), .failure, "BN_priv_rand_range")
      if base.bitCount > 1 { return base }
    }
    throw LibCryptoError(.failure, "the generator of random numbers repeats itself")
  }
}
