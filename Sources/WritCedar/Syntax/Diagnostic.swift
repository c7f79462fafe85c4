// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong in a text, with its place and, where there is one, a way out.
public struct Diagnostic: Error, Sendable {
  /// The message, which names what was found.
  public let message: String
  /// Advice on what to do.
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

  /// The same with a way out where it has none.
  func advised(_ help: String?) -> Diagnostic {
    self.help == nil && help != nil ? Diagnostic(message, help: help, source: source, span: span) : self
  }

  /// Line and column of the place.
  public var location: SourceLocation { source.location(of: span.start) }
}

extension Diagnostic: CustomStringConvertible {
  /// One line: `policies.cedar:3:14: expected …`.
  public var description: String { "\(location): \(CedarText.shown(message))" }

  /// The bytes of a long source line that are shown before and behind the place.
  private static let excerptLimit = 80

  /// For a person: the message, the line, a caret under the place, and the help.
  public var rendered: String { rendered(as: "error") }

  /// The same for a problem that is not an error.
  package func rendered(as severity: String) -> String {
    let location = self.location
    let line = source.line(at: span.start, near: Self.excerptLimit)
    let caret = Swift.min(Swift.max(span.start, line.bytes.lowerBound), line.bytes.upperBound)
    let end = Swift.min(Swift.max(span.end, caret), line.bytes.upperBound)
    let before = (line.isStart ? "" : "…") + shown(line.bytes.lowerBound..<caret)
    let marked = shown(caret..<end)
    let after = shown(end..<line.bytes.upperBound) + (line.isEnd ? "" : "…")
    let number = String(location.line)
    let gutter = String(repeating: " ", count: number.count)
    let padding = String(repeating: " ", count: CedarText.columns(of: before))
    var out = "\(severity): \(CedarText.shown(message))\n"
    out += "\(gutter)--> \(location)\n"
    out += "\(gutter) |\n"
    out += "\(number) | \(before)\(marked)\(after)\n"
    out += "\(gutter) | \(padding)\(String(repeating: "^", count: Swift.max(1, CedarText.columns(of: marked))))"
    if let help { out += "\n\(gutter) = help: \(CedarText.shown(help))" }
    return out
  }

  /// A piece of the source as it is safe to show, tabs as two spaces.
  private func shown(_ range: Range<Int>) -> String {
    let text = String(decoding: source.bytes[range], as: UTF8.self)
    return CedarText.shown(text.replacing("\t", with: "  "))
  }
}

/// A text that could not be read: everything found wrong in one pass, in the order of the text.
public struct SyntaxError: Error, Sendable, CustomStringConvertible {
  /// The errors; never empty.
  ///
  /// At most ``limit``.
  public let diagnostics: [Diagnostic]

  /// The number of errors that are collected before reading stops.
  public static let limit = 50

  package init(_ diagnostics: [Diagnostic]) {
    self.diagnostics = diagnostics
  }

  /// A line for each diagnostic.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
