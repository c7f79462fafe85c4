// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// The coverage as one page without scripts or other files: the source with its parts marked.
extension CoverageReport {
  func html() -> String {
    var out = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>Coverage of policies</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 70em; color: #222; background: #fff; }
      pre { background: #f6f6f6; padding: 1em; overflow-x: auto; font: 13px/1.5 ui-monospace, monospace; }
      .all { background: #d9f2dc; } .some { background: #fff0b8; } .none { background: #f9c9c9; }
      .policy { background: none; border-left: 4px solid; display: inline-block; padding-left: .6em; }
      .policy.all { border-color: #3a9b48; } .policy.some { border-color: #d9a400; } .policy.none { border-color: #cc3b3b; }
      </style></head><body>
      <h1>Coverage: \(Self.shown(percentage)) (\(reached) of \(goals))</h1>
      <p>Green was seen to hold and not to hold, yellow one of the two, red neither. Point at a part for the counts.</p>

      """
    for file in files {
      out += "<h2>\(Self.escaped(file.source.name))</h2>\n<pre>\(Self.marked(file))</pre>\n"
    }
    return out + "</body></html>\n"
  }

  /// The source with an element around each part; parts lie within each other or apart.
  private static func marked(_ file: File) -> String {
    let parts = file.parts.enumerated().sorted {
      ($0.element.span.start, -$0.element.span.end, $0.offset) < (
        $1.element.span.start, -$1.element.span.end, $1.offset
      )
    }.map(\.element)
    var out = ""
    var open: [Int] = []
    var position = 0
    func text(to end: Int) {
      guard end > position else { return }
      out += escaped(file.source.text(of: SourceSpan(position, end)))
      position = end
    }
    func close(before start: Int) {
      while let end = open.last, end <= start {
        text(to: end)
        out += "</span>"
        open.removeLast()
      }
    }
    for part in parts {
      close(before: part.span.start)
      text(to: part.span.start)
      let level = part.reached == part.goals ? "all" : part.reached > 0 ? "some" : "none"
      let title = "held \(part.held), did not hold \(part.didNotHold), erred \(part.erred)"
      out += "<span class=\"\(level) \(part.kind.rawValue)\" title=\"\(title)\">"
      open.append(part.span.end)
    }
    close(before: Int.max)
    text(to: file.source.bytes.count)
    return out
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      default: out += CedarText.shown(String(scalar))
      }
    }
    return out
  }
}
