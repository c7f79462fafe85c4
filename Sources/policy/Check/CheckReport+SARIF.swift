// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// The report in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS), which code review tools show
/// beside the lines it is about.
extension CheckReport {
  func sarif() -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
    writer.member("version", "2.1.0")
    writer.array("runs") { writer in
      writer.beginObject()
      writer.object("tool") { writer in
        writer.object("driver") { writer in
          writer.member("name", "policy check")
          writer.array("rules") { writer in
            for code in Set(entries.map(\.code)).sorted() {
              writer.beginObject()
              writer.member("id", code)
              writer.endObject()
            }
          }
        }
      }
      // Columns count Unicode scalars, as locations do.
      writer.member("columnKind", "unicodeCodePoints")
      writer.array("results") { writer in
        for entry in entries { result(entry, &writer) }
      }
      writer.endObject()
    }
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func result(_ entry: Entry, _ writer: inout JSONWriter) {
    let start = entry.diagnostic.location
    let end = entry.diagnostic.end
    writer.beginObject()
    writer.member("ruleId", entry.code)
    writer.member("level", entry.severity.rawValue)
    writer.object("message") { $0.member("text", message(entry)) }
    writer.array("locations") { writer in
      writer.beginObject()
      writer.object("physicalLocation") { writer in
        writer.object("artifactLocation") { $0.member("uri", Self.reference(to: start.name)) }
        writer.object("region") { writer in
          writer.member("startLine", start.line)
          writer.member("startColumn", start.column)
          writer.member("endLine", end.line)
          writer.member("endColumn", end.column)
        }
      }
      writer.endObject()
    }
    writer.endObject()
  }

  /// All that is known in one text: tools show no more.
  private func message(_ entry: Entry) -> String {
    var text = entry.diagnostic.message
    if let help = entry.diagnostic.help { text += " (\(help))" }
    if let finding = entry.finding {
      if let environment = finding.environment { text += ", for \(environment)" }
      text += ", in the policy \(finding.policy)"
    }
    return text
  }

  /// A path as a relative reference (RFC 3986): slashes stay, what is not unreserved is escaped.
  static func reference(to path: String) -> String {
    let digits = Array("0123456789ABCDEF".unicodeScalars)
    var out = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        out += "%"
        out.unicodeScalars.append(digits[Int(byte >> 4)])
        out.unicodeScalars.append(digits[Int(byte & 15)])
      }
    }
    return out
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  fileprivate mutating func member(_ name: String, _ value: Int) {
    key(name)
    integer(value)
  }

  fileprivate mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    beginObject()
    body(&self)
    endObject()
  }

  fileprivate mutating func array(_ name: String, _ body: (inout JSONWriter) -> Void) {
    key(name)
    beginArray()
    body(&self)
    endArray()
  }
}
