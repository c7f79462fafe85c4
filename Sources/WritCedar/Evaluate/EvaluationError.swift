// SPDX-License-Identifier: Apache-2.0

/// Why an expression has no value.
public struct EvaluationError: Error, Sendable {
  /// The kind of error; the raw value is what `policy eval` writes.
  public enum Code: String, Sendable {
    /// An operand of the wrong type.
    case type
    /// A record or an entity without the attribute asked for.
    case attributeMissing
    /// An entity without the tag asked for.
    case tagMissing
    /// An attribute or tag of an entity that is not in the store.
    case entityMissing
    /// An integer beyond 64 bits.
    case overflow
    /// An extension function that refuses its argument or whose result does not fit.
    case `extension`
    /// An extension function with too few or too many arguments.
    case arity
    /// A value nested deeper than ``Nesting/limit``.
    case recursionLimit
    /// A template evaluated without filling its slots.
    case unlinkedSlot
  }

  /// The kind of error.
  public let code: Code
  /// What went wrong, naming types and names, never whole values.
  public let message: String
  /// The text that was evaluated.
  public let source: SourceText
  /// The part of the text that has no value.
  public let span: SourceSpan

  /// Where the error is.
  public var location: SourceLocation { source.location(of: span.start) }
}

extension EvaluationError: CustomStringConvertible {
  /// Place, message.
  public var description: String { "\(location): \(CedarText.shown(message))" }
}
