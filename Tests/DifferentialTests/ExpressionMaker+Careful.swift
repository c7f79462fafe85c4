// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension ExpressionMaker {
  /// An expression that cannot err but for a slip here and there: the compiler keeps policies that cannot err out of
  /// the tables of those that may, and must notice each slip.
  mutating func careful(_ depth: Int) -> String {
    if depth <= 0 { return random.chance(12) ? slip() : carefulTest() }
    let less = depth - 1
    switch random.below(8) {
    case 0, 1: return "(\(careful(less)) && \(careful(less)))"
    case 2, 3: return "(\(careful(less)) || \(careful(less)))"
    case 4: return "!(\(careful(less)))"
    case 5: return "(if \(careful(less)) then \(careful(less)) else \(careful(less)))"
    case 6: return "(if \(careful(0)) then \(constant(random.pick(Kind.allCases))) else \(careful(0)))"
    default: return careful(0)
    }
  }

  private mutating func carefulTest() -> String {
    switch random.below(8) {
    case 0: "\(subject()) == \(subject())"
    case 1: "\(subject()) != \(constant(.entity))"
    case 2: "\(subject()) is \(type())"
    case 3: "\(subject()) is \(type()) in \(group())"
    case 4: "\(subject()) in \(group())"
    case 5: "\(subject()) in [\(group()), \(group())]"
    case 6: "context has \(Names.tested(random.pick(Names.attributes).name))"
    default: "\(subject()) has \(Names.tested(random.pick(Names.attributes).name))"
    }
  }

  /// Makes an expression that errs by its type, or may err.
  private mutating func slip() -> String {
    switch random.below(10) {
    case 0: constant(random.pick([.long, .string, .entity, .set]))
    case 1: "\(subject()) in \(constant(.string))"
    case 2: "\(subject()) in [\(group()), \(group()), \(constant(random.pick(Kind.allCases)))]"
    case 3: "context in \(group())"
    case 4: "context is \(type())"
    case 5: "context is \(type()) in \(group())"
    case 6: "\(constant(.string)) has n"
    case 7: "\(subject()) has \(random.pick(["r.n", "e.n", "s.n"]))"
    case 8: "decimal(\"x\") == context"
    default: path(.bool)
    }
  }
}
