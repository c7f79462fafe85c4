// SPDX-License-Identifier: Apache-2.0

extension ExtensionFunction {
  /// The type that the argument at a position has, the receiver of a method being at 0; `nil` for the string of a
  /// constructor, and beyond the last one of a function that is not variadic.
  func parameterType(_ position: Int) -> Schema.ValueType? {
    guard position < arity || isVariadic else { return nil }
    switch self {
    case .ip, .decimal, .datetime, .duration: return nil
    case .isIpv4, .isIpv6, .isLoopback, .isMulticast, .isInRange: return .ip
    case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual: return .decimal
    case .offset: return position == 0 ? .datetime : .duration
    case .durationSince, .toDate, .toTime: return .datetime
    case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: return .duration
    }
  }
}
