// SPDX-License-Identifier: Apache-2.0

/// Operators of other languages that are written with Cedar's own characters.
enum ForeignOperator {
  /// The advice for each run of operator characters.
  private static let advice: [String: String] = [
    "===": "write `==`", "!==": "write `!=`", "<>": "write `!=`", "><": "write `!=`", "=!": "write `!=`",
    "=": "equality is written `==`", ":=": "equality is written `==`", "==>": "write `if … then … else …`",
    "=<": "write `<=`", "=>": "\"greater or equal\" is written `>=`; Cedar has no anonymous functions",
    "=~": "match a pattern with `like`, in which `*` stands for any text",
    "~=": "write `!=`, or a pattern after `like`",
    "!~": "negate a pattern with `!(… like \"…\")`",
    "<<": "Cedar has no operators on bits", ">>": "Cedar has no operators on bits",
    "&&&": "write `&&`", "|||": "write `||`", "&": "write `&&`", "|": "write `||`",
    "**": "Cedar has no powers; multiply with `*`", "//": "a comment starts with `//`",
    "->": "an attribute stands after `.`", "++": "values never change; add 1 with `+ 1`",
    "+=": "values never change", "-=": "values never change", "*=": "values never change",
    "<=>": "compare with `<`, `==` or `>`", "..": "Cedar has no ranges; write `x >= 1 && x <= 5`",
    "...": "Cedar has no ranges; write `x >= 1 && x <= 5`", "..<": "Cedar has no ranges; write `x >= 1 && x < 5`",
    "::=": "equality is written `==`", "!!": "values are not converted; compare with `==` or test with `has`",
  ]

  static func help(for run: String) -> String? { advice[run] }

  static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"),
      UInt8(ascii: "|"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "~"),
      UInt8(ascii: ":"), UInt8(ascii: "."):
      return true
    default: return false
    }
  }
}
