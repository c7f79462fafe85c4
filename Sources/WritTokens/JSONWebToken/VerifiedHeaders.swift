// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The headers of the tokens that a verifier has taken under the same keys, so that the next token with one of them
/// need not have its own read.
///
/// An issuer writes the same header in every token. Only headers that stood above a right signature get here, so no
/// attacker else can fill the few places there are. An entry is never changed nor freed while the keys are in force:
/// reading takes a load and a comparison, no lock and no count of references.
@safe
final class VerifiedHeaders: @unchecked Sendable {
  // Sendable: entries are published through atomics, and not written to afterwards.

  /// Headers that are remembered.
  static let maximumCount = 8

  @unsafe struct Entry {
    /// The key that verified; only for it to be tried first.
    let key: Int
    /// Whether no other key may verify tokens of this header.
    let isOnlyKey: Bool
    /// The header in base64url and the dot after it.
    let text: UnsafeBufferPointer<UInt8>
  }

  private let slots: UnsafeMutablePointer<Atomic<UnsafePointer<Entry>?>>

  init() {
    unsafe slots = .allocate(capacity: Self.maximumCount)
    for slot in 0..<Self.maximumCount { unsafe (slots + slot).initialize(to: Atomic(nil)) }
  }

  deinit {
    for slot in 0..<Self.maximumCount {
      if let entry = unsafe slots[slot].load(ordering: .acquiring) {
        unsafe entry.pointee.text.deallocate()
        unsafe entry.deallocate()
      }
      unsafe (slots + slot).deinitialize(count: 1)
    }
    unsafe slots.deallocate()
  }

  /// Looks up the header of a token: its length with its dot, and the key.
  @inline(__always)
  func known(_ token: Span<UInt8>) -> (count: Int, key: Int, isOnlyKey: Bool)? {
    unsafe token.withUnsafeBufferPointer { token in
      for slot in 0..<Self.maximumCount {
        guard let entry = unsafe slots[slot].load(ordering: .acquiring) else { return nil }
        let text = unsafe entry.pointee.text
        if text.count <= token.count, let start = text.baseAddress, let other = token.baseAddress,
          unsafe memcmp(start, other, text.count) == 0
        {
          return unsafe (text.count, entry.pointee.key, entry.pointee.isOnlyKey)
        }
      }
      return nil
    }
  }

  /// Remembers the header of a token whose signature was right, while there is room.
  func remember(_ headerAndDot: Span<UInt8>, key: Int, isOnlyKey: Bool) {
    guard known(headerAndDot) == nil else { return }
    let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: headerAndDot.count)
    for index in headerAndDot.indices { unsafe text[index] = headerAndDot[index] }
    let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
    unsafe entry.initialize(to: Entry(key: key, isOnlyKey: isOnlyKey, text: UnsafeBufferPointer(text)))
    for slot in 0..<Self.maximumCount {
      let (isFree, _) = unsafe slots[slot].compareExchange(
        expected: nil,
        desired: UnsafePointer(entry),
        ordering: .acquiringAndReleasing
      )
      if isFree { return }
    }
    unsafe text.deallocate()
    unsafe entry.deallocate()
  }
}
