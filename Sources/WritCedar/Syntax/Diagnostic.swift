// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong in a text, with its place and, where there is one, a way out.
public struct Diagnostic: Error, Sendable {
  /// What is wrong, naming what was found.
  public let message: String
  /// What to do about it.
  public let help: String?
  /// The text.
  public let source: SourceText
  /// The place in the text.
  public let span: SourceSpan

  package init(_ message: String, help: String? = nil, source: SourceText, span: SourceSpan) {
    self.message = message
    self.help = help
    self.source = source
    self.span = span
  }

  /// Line and column of the place.
  public var location: SourceLocation { source.location(of: span.start) }
}

extension Diagnostic: CustomStringConvertible {
  /// One line: `policies.cedar:3:14: expected …`.
  public var description: String { "\(location): \(CedarText.shown(message))" }

  /// The longest part of a source line that is shown, in scalars.
  private static let excerptLimit = 100

  /// For a person: the message, the line, a caret under the place, and the help.
  public var rendered: String { rendered(as: "error") }

  /// The same for a problem that is not an error.
  package func rendered(as severity: String) -> String {
    let location = self.location
    let (line, lineStart) = source.line(at: span.start)
    let scalars = Array(line.unicodeScalars)
    let caret = location.column - 1
    let first = Swift.max(0, caret - Self.excerptLimit / 2)
    let last = Swift.min(scalars.count, first + Self.excerptLimit)
    var excerpt = first > 0 ? "…" : ""
    var padding = first > 0 ? 1 : 0
    var carets = 0
    // The span's last scalar on this line, counted in scalars.
    let spanText = source.text(of: SourceSpan(span.start, Swift.min(span.end, lineStart + line.utf8.count)))
    let length = Swift.max(1, spanText.unicodeScalars.count)
    for index in first..<Swift.max(first, last) {
      let shown = scalars[index] == "\t" ? "  " : CedarText.shown(String(scalars[index]))
      excerpt += shown
      let width = shown.unicodeScalars.count
      if index < caret { padding += width } else if index < caret + length { carets += width }
    }
    if last < scalars.count { excerpt += "…" }
    let number = String(location.line)
    let gutter = String(repeating: " ", count: number.count)
    var out = "\(severity): \(CedarText.shown(message))\n"
    out += "\(gutter)--> \(location)\n"
    out += "\(gutter) |\n"
    out += "\(number) | \(excerpt)\n"
    out += "\(gutter) | \(String(repeating: " ", count: padding))\(String(repeating: "^", count: Swift.max(1, carets)))"
    if let help { out += "\n\(gutter) = help: \(CedarText.shown(help))" }
    return out
  }
}

/// A text that could not be read: everything found wrong in one pass, in the order of the text.
public struct SyntaxError: Error, Sendable, CustomStringConvertible {
  /// What is wrong; never empty.
  ///
  /// At most ``limit``.
  public let diagnostics: [Diagnostic]

  /// How many errors are collected before reading stops.
  public static let limit = 50

  package init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }

  /// A line for each diagnostic.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
