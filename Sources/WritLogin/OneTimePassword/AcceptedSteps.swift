// SPDX-License-Identifier: Apache-2.0

/// The time steps whose codes are taken, beside the one that the clock is in.
///
/// Each more is one more guess that somebody has for free. There are no others: a window of many steps cannot be asked
/// for.
public enum AcceptedSteps: String, Sendable, Hashable, CaseIterable {
  /// None: a code is valid for the period alone (OWASP ASVS 6.5.5). Slow typists have to type again.
  case current
  /// The one before: what RFC 6238, section 5.2, recommends for the time it takes to type and send.
  case previous
  /// The one before and the one after, for authenticators whose clocks are ahead.
  case adjacent

  /// Around a step, as far as there are numbers.
  func range(around step: UInt64) -> ClosedRange<UInt64> {
    let lower = self == .current || step == 0 ? step : step - 1
    let upper = self != .adjacent || step == .max ? step : step + 1
    return lower...upper
  }
}
