// SPDX-License-Identifier: Apache-2.0
// The fuzzer of the readers of keys; Scripts/fuzz compiles it together with the sources of WritAuthentication.

internal import LibCrypto

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The first byte chooses the reader.
///
/// A key that is taken is written, and reads as the same key; none takes longer than its length
/// allows.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKeys(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let choice = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  let reading = KeyReading.all[Int(choice) % KeyReading.all.count]
  let begin = processorNanoseconds()
  reading.read(bytes)
  let taken = processorNanoseconds() - begin
  guard taken <= allowedNanoseconds(bytes.count, reading) else {
    fatalError("\(reading.name) took \(taken / 1_000_000) ms for \(bytes.count) bytes")
  }
  if reading.name.hasPrefix("JSONWebKey(parsing:)") {
    guard let key = try? JSONWebKey(parsing: bytes, accepting: everyAlgorithm) else { return 0 }
    check(key)
  }
  return 0
}

/// A second for 64 kB, so 15 µs a byte, and a tenth for what costs time at any length: the longest RSA key, a point on
/// a curve.
///
/// A password may ask for a million iterations in a hundred bytes: a second.
private func allowedNanoseconds(_ count: Int, _ reading: KeyReading) -> UInt64 {
  let base: UInt64 = reading.name.contains("password") ? 1_000_000_000 : 100_000_000
  // The address sanitizer makes all of it slower.
  return 3 * (base + UInt64(count) * 15_000)
}

/// POSIX counts a million of `clock()` a second.
private func processorNanoseconds() -> UInt64 { UInt64(clock()) * 1_000 }

private let everyAlgorithm = Set(JSONWebAlgorithm.allCases)

private func check(_ key: JSONWebKey) {
  let text: String?
  switch key {
  case .symmetric(let key): text = key.secretJSON()
  case .private(let key): text = try? key.secretJSON()
  case .public(let key): text = try? key.json()
  }
  guard let text, let again = try? JSONWebKey(parsing: Array(text.utf8), accepting: everyAlgorithm) else {
    fatalError("a key that was written does not read")
  }
  guard String(describing: again) == String(describing: key) else { fatalError("a key that was written is another") }
}
