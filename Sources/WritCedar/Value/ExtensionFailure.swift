// SPDX-License-Identifier: Apache-2.0

/// Why an extension function (`ip`, `decimal`, `datetime`, `duration` or one of their methods) has no value:
/// text that does not parse, or a result that does not fit.
///
/// Under evaluation it becomes an ``EvaluationError`` with the code `extension`.
public struct ExtensionFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, naming the offending value.
  public let description: String

  package init(_ description: String) {
    self.description = description
  }
}
