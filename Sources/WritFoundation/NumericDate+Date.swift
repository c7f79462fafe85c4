// SPDX-License-Identifier: Apache-2.0

public import WritTokens

// Foundation without ICU.
#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension NumericDate {
  /// The time of a `Date`, to the nanosecond; `nil` outside the years 1 to 9999.
  public init?(_ date: Date) {
    self.init(secondsSince2001: date.timeIntervalSinceReferenceDate)
  }
}

extension Date {
  /// The time of a claim, as precisely as a `Date` can be.
  public init(_ time: NumericDate) {
    self.init(timeIntervalSinceReferenceDate: time.secondsSince2001)
  }
}
