// SPDX-License-Identifier: Apache-2.0

extension Span<UInt8> {
  /// The bytes as C takes them, valid while the closure runs.
  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<UInt8>?) -> Result) -> Result {
    unsafe withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}

extension MutableSpan<UInt8> {
  /// The bytes as C takes them, valid while the closure runs.
  @inline(__always)
  mutating func withMutablePointer<Result>(_ body: (UnsafeMutablePointer<UInt8>?) -> Result) -> Result {
    unsafe withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
  }
}
