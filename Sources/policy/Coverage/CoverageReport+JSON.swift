// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// The coverage for programs.
extension CoverageReport {
  /// One object and a newline: the sum, and each policy with its parts and how often each held, did not hold, and
  /// erred.
  func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("percentage")
    writer.number(percentage)
    writer.key("reached")
    writer.integer(reached)
    writer.key("goals")
    writer.integer(goals)
    writer.key("policies")
    writer.beginArray()
    for file in files {
      for unit in file.units { write(unit, of: file, &writer) }
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func write(_ unit: CoverageRecorder.Unit, of file: File, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("policy")
    writer.string(unit.id.description)
    writer.key("file")
    writer.string(file.source.name)
    writer.key("parts")
    writer.beginArray()
    for part in unit.parts {
      let start = file.source.location(of: part.span.start)
      let end = file.source.location(of: part.span.end)
      writer.beginObject()
      writer.key("kind")
      writer.string(part.kind.rawValue)
      let numbers = [
        ("line", start.line), ("column", start.column), ("endLine", end.line), ("endColumn", end.column),
        ("held", part.held), ("didNotHold", part.didNotHold), ("erred", part.erred),
      ]
      for (name, number) in numbers {
        writer.key(name)
        writer.integer(number)
      }
      writer.key("covered")
      writer.boolean(part.reached == part.goals)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
