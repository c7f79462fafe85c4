// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where verifiers, issuers and stores take the time from, in seconds since 1970-01-01T00:00:00Z (NumericDate, RFC 7519, section 2).
public struct TokenClock: Sendable {
  private enum Source {
    case system
    case fixed(Int64)
    case custom(@Sendable () -> Int64)
  }

  private let source: Source

  /// The clock of the system.
  public static let system = TokenClock(source: .system)

  /// A clock that stands still.
  public static func fixed(_ seconds: Int64) -> TokenClock { TokenClock(source: .fixed(seconds)) }

  /// A clock of one's own.
  public static func custom(_ seconds: @escaping @Sendable () -> Int64) -> TokenClock {
    TokenClock(source: .custom(seconds))
  }

  /// Seconds now, never less than 0 nor beyond the year 9999.
  public var now: Int64 {
    let seconds =
      switch source {
      case .system: Int64(time(nil))
      case .fixed(let seconds): seconds
      case .custom(let seconds): seconds()
      }
    return min(max(0, seconds), NumericDate.last)
  }

  /// The same in milliseconds, where the clock has them.
  var milliseconds: Int64 {
    guard case .system = source else { return now * 1000 }
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return min(max(0, Int64(time.tv_sec)), NumericDate.last) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// Times in claims.
package enum NumericDate {
  /// The last second of the year 9999: what lies beyond is no time that anybody means.
  package static let last: Int64 = 253_402_300_799
}
