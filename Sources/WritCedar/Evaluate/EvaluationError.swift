// SPDX-License-Identifier: Apache-2.0

/// An error of evaluating an expression.
public struct EvaluationError: Error, Sendable {
  /// The kind of error; the raw value is what `policy eval` writes.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// An operand of the wrong type.
    public static let type = Code(.type)
    /// A record or an entity without the attribute asked for.
    public static let attributeMissing = Code(.attributeMissing)
    /// An entity without the tag asked for.
    public static let tagMissing = Code(.tagMissing)
    /// An attribute or tag of an entity that is not in the store.
    public static let entityMissing = Code(.entityMissing)
    /// An integer beyond 64 bits.
    public static let overflow = Code(.overflow)
    /// An extension function that refuses its argument or whose result does not fit.
    public static let `extension` = Code(.extension)
    /// An extension function with too few or too many arguments.
    public static let arity = Code(.arity)
    /// A value nested deeper than ``Nesting/limit``.
    public static let recursionLimit = Code(.recursionLimit)
    /// A template evaluated without filling its slots.
    public static let unlinkedSlot = Code(.unlinkedSlot)

    package enum Kind: String, Sendable, CaseIterable {
      case type, attributeMissing, tagMissing, entityMissing, overflow, `extension`, arity, recursionLimit,
        unlinkedSlot
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message, which names types and names, never whole values.
  public let message: String
  /// The text that was evaluated.
  public let source: SourceText
  /// The part of the text that has no value.
  public let span: SourceSpan

  /// The place of the error.
  public var location: SourceLocation { source.location(of: span.start) }
}

extension EvaluationError: CustomStringConvertible {
  /// Place, message.
  public var description: String { "\(location): \(CedarText.shown(message))" }
}
