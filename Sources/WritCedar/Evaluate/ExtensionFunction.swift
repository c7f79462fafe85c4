// SPDX-License-Identifier: Apache-2.0

/// The functions and methods of the extension types: the table that the parser, the validator and both evaluators
/// share.
///
/// A new function is a case, a row of ``signature``, and its value in ``evaluate(_:_:)`` or, for a constructor, in
/// ``construct(utf8:)``.
package enum ExtensionFunction: UInt8, CaseIterable, Sendable {
  case ip, decimal, datetime, duration
  case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
  case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
  case offset, durationSince, toDate, toTime
  case toMilliseconds, toSeconds, toMinutes, toHours, toDays

  /// The name in the language.
  package var name: String { String(describing: self) }

  /// The form of a call: its parameters and its result.
  struct Signature {
    /// The type of the receiver of a method, or of the argument of a constructor.
    let first: ExtensionType
    /// The type of the argument of a method, where it has one.
    var second: ExtensionType?
    let result: ExtensionType
    /// Whether further arguments of the type of `second` may follow (RFC 99).
    var isVariadic = false
    /// Whether the result may lie outside its type although all arguments are of theirs.
    var mayOverflow = false
  }

  var signature: Signature {
    switch self {
    case .ip: Signature(first: .string, result: .ip)
    case .decimal: Signature(first: .string, result: .decimal)
    case .datetime: Signature(first: .string, result: .datetime)
    case .duration: Signature(first: .string, result: .duration)

    case .isIpv4, .isIpv6, .isLoopback, .isMulticast: Signature(first: .ip, result: .bool)
    case .isInRange: Signature(first: .ip, second: .ip, result: .bool, isVariadic: true)

    case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
      Signature(first: .decimal, second: .decimal, result: .bool)

    case .offset: Signature(first: .datetime, second: .duration, result: .datetime, mayOverflow: true)
    case .durationSince: Signature(first: .datetime, second: .datetime, result: .duration, mayOverflow: true)
    case .toDate: Signature(first: .datetime, result: .datetime, mayOverflow: true)
    case .toTime: Signature(first: .datetime, result: .duration)

    case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: Signature(first: .duration, result: .long)
    }
  }

  /// Evaluates a method; of a variadic one, for one of its arguments.
  ///
  /// - Returns: `nil` when the operands are not of the types of the signature, or the result does not fit in 64 bits.
  package func evaluate(_ first: ExtensionValue, _ second: ExtensionValue?) -> ExtensionValue? {
    switch (self, first, second) {
    case (.isIpv4, .ip(let address), _): .bool(address.isIPv4)
    case (.isIpv6, .ip(let address), _): .bool(address.isIPv6)
    case (.isLoopback, .ip(let address), _): .bool(address.isLoopback)
    case (.isMulticast, .ip(let address), _): .bool(address.isMulticast)
    case (.isInRange, .ip(let address), .ip(let range)): .bool(address.isInRange(range))

    case (.lessThan, .decimal(let left), .decimal(let right)): .bool(left < right)
    case (.lessThanOrEqual, .decimal(let left), .decimal(let right)): .bool(left <= right)
    case (.greaterThan, .decimal(let left), .decimal(let right)): .bool(left > right)
    case (.greaterThanOrEqual, .decimal(let left), .decimal(let right)): .bool(left >= right)

    case (.offset, .datetime(let instant), .duration(let duration)):
      instant.checkedOffset(by: duration).map(ExtensionValue.datetime)
    case (.durationSince, .datetime(let instant), .datetime(let start)):
      instant.checkedDuration(since: start).map(ExtensionValue.duration)
    case (.toDate, .datetime(let instant), _): instant.checkedDate().map(ExtensionValue.datetime)
    case (.toTime, .datetime(let instant), _): .duration(instant.toTime())

    case (.toMilliseconds, .duration(let duration), _): .long(duration.toMilliseconds)
    case (.toSeconds, .duration(let duration), _): .long(duration.toSeconds)
    case (.toMinutes, .duration(let duration), _): .long(duration.toMinutes)
    case (.toHours, .duration(let duration), _): .long(duration.toHours)
    case (.toDays, .duration(let duration), _): .long(duration.toDays)
    default: nil
    }
  }

  /// Evaluates a constructor; `nil` for a text that it refuses.
  package func construct(utf8 text: UnsafeBufferPointer<UInt8>) -> ExtensionValue? {
    switch self {
    case .ip: unsafe IPAddressValue(utf8: text).map(ExtensionValue.ip)
    case .decimal: unsafe DecimalValue(utf8: text).map(ExtensionValue.decimal)
    case .datetime: unsafe DatetimeValue(utf8: text).map(ExtensionValue.datetime)
    case .duration: unsafe DurationValue(utf8: text).map(ExtensionValue.duration)
    default: nil
    }
  }

  /// Evaluates a constructor, with the reason where it refuses a text.
  func construct(_ text: String) throws(ExtensionFailure) -> ExtensionValue? {
    switch self {
    case .ip: .ip(try IPAddressValue(text))
    case .decimal: .decimal(try DecimalValue(text))
    case .datetime: .datetime(try DatetimeValue(text))
    case .duration: .duration(try DurationValue(text))
    default: nil
    }
  }
}

// Conclusions from the table.
extension ExtensionFunction {
  private static let byName: [String: ExtensionFunction] = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.name, $0) }
  )

  package init?(name: String) {
    // The names are ASCII, and ASCII text is canonically equal to itself only.
    guard let function = Self.byName[name] else { return nil }
    self = function
  }

  /// Whether it is called by name, `ip("…")`, and not on a value, `a.isIpv4()`.
  package var isConstructor: Bool { signature.first == .string }

  /// The number of arguments, at least where the function is variadic, the receiver of a method included.
  package var arity: Int { signature.second == nil ? 1 : 2 }

  /// Whether it takes any number of arguments beyond ``arity``, of the type of the last: `a.isInRange(b, c)`.
  package var isVariadic: Bool { signature.isVariadic }

  /// Whether a call may have so many arguments, the receiver of a method included.
  package func accepts(_ count: Int) -> Bool { count == arity || (isVariadic && count > arity) }

  /// The type of the argument at a position, the receiver of a method being at 0; `nil` beyond the last one.
  func parameter(_ position: Int) -> ExtensionType? {
    position == 0 ? signature.first : position == 1 || isVariadic ? signature.second : nil
  }
}
