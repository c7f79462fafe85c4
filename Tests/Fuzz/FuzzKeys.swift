// SPDX-License-Identifier: Apache-2.0

// The fuzzer of the readers of keys; Scripts/fuzz compiles it together with the sources of WritAuthentication.

internal import LibCrypto

/// The first byte chooses the reader; what it takes is written, and reads as the same key.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKeys(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  guard let choice = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  switch choice % 4 {
  case 0:
    guard let key = try? JSONWebKey(parsing: bytes, accepting: everyAlgorithm) else { return 0 }
    check(key)
  case 1:
    guard let set = try? JSONWebKeySet(parsing: bytes, accepting: everyAlgorithm) else { return 0 }
    for key in set.keys { check(key) }
    _ = try? VerificationKeys(set)
  case 2:
    for algorithm in [JSONWebAlgorithm.rs256, .es256, .edDSA] {
      _ = try? JSONWebKey(pem: bytes, password: nil, accepting: [algorithm])
    }
  default:
    for algorithm in [JSONWebAlgorithm.rs256, .es256, .edDSA] {
      _ = try? JSONWebKey(der: bytes.span, password: nil, accepting: [algorithm])
    }
  }
  return 0
}

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
