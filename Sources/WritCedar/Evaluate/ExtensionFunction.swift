// SPDX-License-Identifier: Apache-2.0

/// The functions and methods of the extension types.
package enum ExtensionFunction: UInt8, CaseIterable, Sendable {
  case ip, decimal, datetime, duration
  case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
  case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
  case offset, durationSince, toDate, toTime
  case toMilliseconds, toSeconds, toMinutes, toHours, toDays

  /// The name in the language.
  package var name: String { String(describing: self) }

  private static let byName: [String: ExtensionFunction] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.name, $0) }
  )

  package init?(name: String) {
    // The names are ASCII, and ASCII text is canonically equal to itself only.
    guard let function = Self.byName[name] else { return nil }
    self = function
  }

  /// Whether it is called by name, `ip("…")`, and not on a value, `a.isIpv4()`.
  package var isConstructor: Bool {
    switch self {
    case .ip, .decimal, .datetime, .duration: true
    default: false
    }
  }

  /// Whether it takes any number of arguments beyond ``arity``, of the type of the last: `a.isInRange(b, c)` (RFC 99).
  package var isVariadic: Bool { self == .isInRange }

  /// Whether a call may have so many arguments, the receiver of a method included.
  package func accepts(_ count: Int) -> Bool { count == arity || (isVariadic && count > arity) }

  /// How many arguments it takes, at least where it is variadic, the receiver of a method included.
  package var arity: Int {
    switch self {
    case .isInRange, .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .offset, .durationSince: 2
    default: 1
    }
  }
}
