// SPDX-License-Identifier: Apache-2.0

/// An error of an extension function (`ip`, `decimal`, `datetime`, `duration` or one of their methods):
/// text that does not parse, or a result that does not fit.
///
/// Under evaluation it becomes an ``EvaluationError`` with the code `extension`.
public struct ExtensionFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The message, which names the offending value.
  public let description: String

  package init(_ description: String) {
    self.description = description
  }
}

extension ExtensionFailure {
  /// The failure of a constructor that cannot read its argument.
  ///
  /// The text is cut to its first 64 scalars, and everything in it but printable ASCII is escaped: what is wrong with
  /// it may be exactly what a terminal does not show.
  init(refused text: String, by function: String, expected: String) {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(64) {
      switch scalar {
      case "\"", "\\": shown += "\\\(scalar)"
      case " "..."~": shown.unicodeScalars.append(scalar)
      default: shown += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    let ellipsis = text.unicodeScalars.dropFirst(64).isEmpty ? "" : "..."
    self.init("\(function)(\"\(shown)\(ellipsis)\"): expected \(expected)")
  }
}
