// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The clock for the age of fetched keys and for limits in memory: it is never set, and goes on while the machine
/// sleeps.
public struct MonotonicClock: Sendable {
  private enum Source {
    case system
    case custom(@Sendable () -> Int64)
  }

  private let source: Source

  /// The clock of the system.
  public static let system = MonotonicClock(source: .system)

  /// A custom clock, in milliseconds since any moment; it never goes back.
  public static func custom(_ milliseconds: @escaping @Sendable () -> Int64) -> MonotonicClock {
    MonotonicClock(source: .custom(milliseconds))
  }

  /// The latest moment there is; sums with the longest settings do not overflow.
  package static let last: Int64 = 1 << 60

  /// Milliseconds now, 0 to ``last``.
  package var now: Int64 {
    let milliseconds =
      switch source {
      case .system: Self.systemMilliseconds
      case .custom(let milliseconds): milliseconds()
      }
    return min(max(0, milliseconds), Self.last)
  }

  private static var systemMilliseconds: Int64 {
    #if os(Linux)
      let time = SystemTime(CLOCK_BOOTTIME)
    #else
      let time = SystemTime(CLOCK_MONOTONIC)
    #endif
    return Int64(time.seconds) * 1000 + Int64(time.nanoseconds) / 1_000_000
  }
}
