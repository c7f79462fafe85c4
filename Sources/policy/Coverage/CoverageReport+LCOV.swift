// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// The coverage in the tracefile format of LCOV (geninfo(1)): a policy is a function, and each part has two branches,
/// one for holding and one for not holding.
extension CoverageReport {
  func lcov() -> String {
    var out = ""
    for file in files {
      out += "TN:\nSF:\(Self.line(file.source.name))\n"
      var lines: [Int: Int] = [:]
      var functions = ""
      var branches = ""
      var block = 0
      for unit in file.units {
        let name = Self.line(unit.id.description)
        for part in unit.parts {
          let line = file.source.location(of: part.span.start).line
          let count = part.held + part.didNotHold + part.erred
          lines[line] = max(lines[line] ?? 0, part.kind == .policy ? part.held : count)
          if part.kind == .policy { functions += "FN:\(line),\(name)\nFNDA:\(part.held),\(name)\n" }
          branches += "BRDA:\(line),\(block),0,\(count == 0 ? "-" : String(part.held))\n"
          if !part.alwaysHolds {
            branches += "BRDA:\(line),\(block),1,\(count == 0 ? "-" : String(part.didNotHold))\n"
          }
          block += 1
        }
      }
      out += functions
      out += "FNF:\(file.units.count)\nFNH:\(file.units.count { $0.parts[0].held > 0 })\n"
      out += branches
      out += "BRF:\(file.parts.reduce(0) { $0 + $1.goals })\nBRH:\(file.parts.reduce(0) { $0 + $1.reached })\n"
      for (line, count) in lines.sorted(by: { $0.key < $1.key }) { out += "DA:\(line),\(count)\n" }
      out += "LF:\(lines.count)\nLH:\(lines.values.count { $0 > 0 })\nend_of_record\n"
    }
    return out
  }

  /// A name on one line.
  private static func line(_ text: String) -> String { CedarText.shown(text) }
}
