// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A reading of one of the system's clocks.
struct SystemTime {
  let seconds: Int
  let nanoseconds: Int

  /// Reads a clock, `CLOCK_REALTIME` for example.
  init(_ clock: clockid_t) {
    // Seconds and nanoseconds, as every 64-bit platform lays out a `timespec`. Its members by name belong to whichever
    // of two modules the compiler has loaded first, and cannot be used where it is the one that is not imported.
    var time = (seconds: Int(0), nanoseconds: Int(0))
    unsafe withUnsafeMutableBytes(of: &time) { bytes in
      guard let start = bytes.baseAddress else { return }
      _ = unsafe clock_gettime(clock, start.assumingMemoryBound(to: timespec.self))
    }
    (seconds, nanoseconds) = time
  }
}
