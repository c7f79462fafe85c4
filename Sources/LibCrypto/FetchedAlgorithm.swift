// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto
internal import Synchronization

/// An algorithm of a provider, never freed; `nil` when no provider has it, or memory ran out.
///
/// It is fetched when it is first asked for, and again where that failed: memory that ran out once is no reason to do
/// without for ever.
struct FetchedAlgorithm: ~Copyable, Sendable {
  private enum Kind {
    case digest, cipher, mac, kdf
  }

  private let kind: Kind
  private let name: StaticString
  /// 0 until it has been fetched.
  private let address = Atomic<UInt>(0)

  init(digest: HashFunction) {
    kind = .digest
    name = digest.name
  }

  init(cipher name: StaticString) {
    kind = .cipher
    self.name = name
  }

  init(mac name: StaticString) {
    kind = .mac
    self.name = name
  }

  init(kdf name: StaticString) {
    kind = .kdf
    self.name = name
  }

  var pointer: OpaquePointer? {
    unsafe OpaquePointer(bitPattern: address.load(ordering: .acquiring)) ?? fetch()
  }

  private func fetch() -> OpaquePointer? {
    defer { ERR_clear_error() }
    let fetched: OpaquePointer? =
      switch kind {
      case .digest: unsafe EVP_MD_fetch(nil, name.cString, nil)
      case .cipher: unsafe EVP_CIPHER_fetch(nil, name.cString, nil)
      case .mac: unsafe EVP_MAC_fetch(nil, name.cString, nil)
      case .kdf: unsafe EVP_KDF_fetch(nil, name.cString, nil)
      }
    guard let fetched = unsafe fetched else { return nil }
    // Two threads that come at once hold two references to one algorithm.
    address.store(UInt(bitPattern: fetched), ordering: .releasing)
    return unsafe fetched
  }
}
