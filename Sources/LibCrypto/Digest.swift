// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

/// At most 64 bytes in place: a digest or a message authentication code.
package struct Digest: Sendable {
  private var storage = InlineArray<64, UInt8>(repeating: 0)
  /// Bytes in use.
  package let count: Int

  /// - Parameter count: 0 to 64; more is cut off.
  init(count: Int) {
    self.count = min(max(0, count), 64)
  }

  package var bytes: [UInt8] { withBytes { span in span.indices.map { span[$0] } } }

  @inline(__always)
  package func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(storage.span.extracting(first: count))
  }

  /// Overwrites the bytes: where they are a key.
  mutating func wipe() {
    unsafe withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0, 64) }
  }

  /// All 64 bytes, to write the first `count`.
  @inline(__always)
  mutating func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutablePointer<UInt8>?) -> Result) -> Result {
    var span = storage.mutableSpan
    return unsafe span.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
  }
}
