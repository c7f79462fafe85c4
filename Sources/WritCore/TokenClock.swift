// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The source of time of verifiers, issuers and stores, in seconds since 1970-01-01T00:00:00Z (NumericDate, RFC 7519,
/// section 2).
public struct TokenClock: Sendable {
  private enum Source {
    case system
    case fixed(NumericDate)
    case custom(@Sendable () -> Int64)
    case precise(@Sendable () -> NumericDate)
  }

  private let source: Source

  /// The clock of the system, to the nanosecond.
  public static let system = TokenClock(source: .system)

  /// A clock that stands still at a whole second.
  public static func fixed(_ seconds: Int64) -> TokenClock { fixed(at: NumericDate(seconds: seconds)) }

  /// A clock that stands still.
  public static func fixed(at time: NumericDate) -> TokenClock { TokenClock(source: .fixed(time)) }

  /// A custom clock that has whole seconds.
  public static func custom(_ seconds: @escaping @Sendable () -> Int64) -> TokenClock {
    TokenClock(source: .custom(seconds))
  }

  /// A custom clock that has fractions of seconds.
  public static func precise(_ time: @escaping @Sendable () -> NumericDate) -> TokenClock {
    TokenClock(source: .precise(time))
  }

  /// Seconds now, never less than 0 nor beyond the year 9999; of the system's clock up to 10 ms late, as it is read
  /// faster.
  public var now: Int64 {
    let seconds =
      switch source {
      case .system: Self.secondsSince1970()
      case .fixed(let time): time.seconds
      case .custom(let seconds): seconds()
      case .precise(let time): time().seconds
      }
    return min(max(0, seconds), NumericDate.last)
  }

  /// The time now, as finely as the clock has it; never before 1970 nor beyond the year 9999.
  package var time: NumericDate {
    let time =
      switch source {
      case .system: Self.exactTime()
      case .fixed(let time): time
      case .custom(let seconds): NumericDate(seconds: seconds())
      case .precise(let time): time()
      }
    return max(0, time)
  }

  /// The time now in milliseconds, where the clock has them.
  package var milliseconds: Int64 {
    let time = time
    return time.seconds * 1000 + Int64(time.nanoseconds) / 1_000_000
  }

  private static func secondsSince1970() -> Int64 {
    #if canImport(Glibc)
      Int64(Glibc.time(nil))
    #elseif canImport(Musl)
      Int64(Musl.time(nil))
    #else
      Int64(Darwin.time(nil))
    #endif
  }

  private static func exactTime() -> NumericDate {
    let time = SystemTime(CLOCK_REALTIME)
    return NumericDate(seconds: Int64(time.seconds), nanoseconds: Int64(time.nanoseconds))
  }
}
