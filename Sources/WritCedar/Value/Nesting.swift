// SPDX-License-Identifier: Apache-2.0

/// The one limit of nesting, shared by policy text, JSON and values.
///
/// A level is whatever stands inside brackets: a parenthesis, a set, a record, the arguments of a call, and a part of
/// an `if`. Chains (`a && b && …`, `x + x + …`, `e.a.a…`) are flat and do not count. At this depth everything in the
/// module holds on a stack of 512 KiB, freeing included.
public enum Nesting {
  /// The deepest nesting accepted, in levels.
  public static let limit = 256
}

/// A value nested deeper than ``Nesting/limit``.
public struct NestingLimitExceeded: Error, Hashable, Sendable, CustomStringConvertible {
  package init() {}

  /// Names the limit.
  public var description: String { "nested deeper than \(Nesting.limit) levels" }
}
