// SPDX-License-Identifier: Apache-2.0

/// A Cedar `duration`: a signed length of time in whole milliseconds (RFC 80).
///
/// Two durations are equal when their lengths are, however they were written: `1d` equals `24h`.
public struct DurationValue: Hashable, Sendable {
  /// The length in milliseconds.
  public let milliseconds: Int64

  /// A duration of `milliseconds`.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Reads Cedar's `duration` text: an optional `-`, then days `d`, hours `h`, minutes `m`, seconds `s` and
  /// milliseconds `ms`, each at most once, in this order, and at least one of them: `1d12h`, `-500ms`.
  ///
  /// - Parameter text: The argument of the Cedar constructor `duration`.
  /// - Throws: ``ExtensionFailure`` if the text has another form or the milliseconds do not fit in 64 bits.
  public init(_ text: String) throws(ExtensionFailure) {
    switch Self.read(text.utf8[...]) {
    case .success(let value): self = value
    case .failure(let error):
      let expected =
        switch error {
        case .form: "an optional '-', then digits with d, h, m, s, ms, each at most once and in this order"
        case .range: "a length from \(Int64.min) to \(Int64.max) milliseconds"
        }
      throw ExtensionFailure(refused: text, by: "duration", expected: expected)
    }
  }

  /// Reads the same text from its bytes; `nil` for what is refused.
  package init?(utf8: UnsafeBufferPointer<UInt8>) {
    guard case .success(let value) = unsafe Self.read(utf8[...]) else { return nil }
    self = value
  }

  private static func read(_ bytes: some ByteSlice) -> Result<Self, ExtensionTextError> {
    var rest = bytes
    let isNegative = rest.skip(UInt8(ascii: "-"))
    guard !rest.isEmpty else { return .failure(.form) }
    var previous: Unit?
    var total: Int64? = 0
    while !rest.isEmpty {
      var count = SignedDigits(isNegative: isNegative)
      guard count.read(&rest) > 0, let unit = Unit(takenFrom: &rest), unit.follows(previous) else {
        return .failure(.form)
      }
      previous = unit
      total = Self.sum(total, count.value, of: unit)
    }
    guard let total else { return .failure(.range) }
    return .success(DurationValue(milliseconds: total))
  }

  /// `total` and `count` units together; `nil` if a number is missing or the sum does not fit.
  private static func sum(_ total: Int64?, _ count: Int64?, of unit: Unit) -> Int64? {
    guard let total, let count else { return nil }
    let (length, overflow) = count.multipliedReportingOverflow(by: unit.rawValue)
    let (sum, carry) = total.addingReportingOverflow(length)
    return overflow || carry ? nil : sum
  }

  /// The milliseconds as a Cedar `Long`.
  public var toMilliseconds: Int64 { milliseconds }

  /// The whole seconds, rounded toward zero.
  public var toSeconds: Int64 { milliseconds / Unit.second.rawValue }

  /// The whole minutes, rounded toward zero.
  public var toMinutes: Int64 { milliseconds / Unit.minute.rawValue }

  /// The whole hours, rounded toward zero.
  public var toHours: Int64 { milliseconds / Unit.hour.rawValue }

  /// The whole days of 24 hours, rounded toward zero.
  public var toDays: Int64 { milliseconds / Unit.day.rawValue }
}

extension DurationValue {
  /// A unit of the text form, with its length in milliseconds; longest first, as in the text.
  private enum Unit: Int64, CaseIterable {
    case day = 86_400_000
    case hour = 3_600_000
    case minute = 60_000
    case second = 1_000
    case millisecond = 1

    /// Takes the letters of a unit away from the front of `rest`: `ms` before `m`.
    init?(takenFrom rest: inout some ByteSlice) {
      switch rest.popFirst() {
      case UInt8(ascii: "d"): self = .day
      case UInt8(ascii: "h"): self = .hour
      case UInt8(ascii: "m"): self = rest.skip(UInt8(ascii: "s")) ? .millisecond : .minute
      case UInt8(ascii: "s"): self = .second
      default: return nil
      }
    }

    var letters: String {
      switch self {
      case .day: "d"
      case .hour: "h"
      case .minute: "m"
      case .second: "s"
      case .millisecond: "ms"
      }
    }

    func follows(_ previous: Unit?) -> Bool {
      guard let previous else { return true }
      return rawValue < previous.rawValue
    }
  }
}

extension DurationValue: Comparable {
  /// Whether the left length is smaller; a negative one is smaller than any other.
  public static func < (left: Self, right: Self) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

extension DurationValue: CustomStringConvertible {
  /// The units that are not zero, longest first: `1d2h`, `-500ms`; `0ms` for no time at all.
  ///
  /// ``init(_:)`` reads it back to the same value.
  public var description: String {
    guard milliseconds != 0 else { return "0ms" }
    var text = milliseconds < 0 ? "-" : ""
    var left = milliseconds.magnitude
    for unit in Unit.allCases {
      let (count, remainder) = left.quotientAndRemainder(dividingBy: unit.rawValue.magnitude)
      if count > 0 { text += "\(count)\(unit.letters)" }
      left = remainder
    }
    return text
  }
}
