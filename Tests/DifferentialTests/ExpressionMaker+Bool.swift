// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension ExpressionMaker {
  /// An expression that is meant to be true or false.
  mutating func bool(_ depth: Int) -> String {
    if depth <= 0 { return test(random.below(3)) }
    let less = depth - 1
    switch random.below(16) {
    case 0...2: return "(\(bool(less)) && \(bool(less)))"
    case 3...4: return "(\(bool(less)) || \(bool(less)))"
    case 5: return "(\(bool(less)) || \(bool(less)) || \(bool(less)))"
    case 6: return "!(\(bool(less)))"
    case 7: return "(if \(bool(less)) then \(bool(less)) else \(bool(less)))"
    case 8: return guarded()
    case 9 where random.chance(10): return "(context has deep && [[context.deep]].isEmpty())"
    default: return test(Swift.max(less, random.below(3)))
    }
  }

  /// `has` before the attribute that it protects.
  private mutating func guarded() -> String {
    let (name, kind) = random.pick(Names.attributes)
    let base = base()
    let other = kind == .bool ? "true" : constant(kind)
    return "(\(base) has \(Names.tested(name)) && \(base)\(Names.access(name)) == \(other))"
  }

  /// One test.
  mutating func test(_ depth: Int) -> String {
    switch random.weighted([9, 12, 7, 6, 4, 4, 7, 5, 5, 5]) {
    case 0: return equality(depth)
    case 1: return order(depth)
    case 2: return membership(depth)
    case 3: return presence(depth)
    case 4: return likeness(depth)
    case 5: return "\(subject()) is \(type())"
    case 6: return elements(depth)
    case 7: return address(depth)
    case 8: return decimal(depth)
    default: return random.chance(50) ? path(.bool) : constant(.bool)
    }
  }

  private mutating func equality(_ depth: Int) -> String {
    switch random.below(24) {
    case 0: return "\(base()).e == \(base()).o"
    case 1: return "\(base()).k.contains(\(base()).e)"
    case 2:
      let (one, other) = (path(.long), path(.string))
      let last = random.chance(60) ? one : expression(.long, depth: depth)
      return "{\"z\": \(one), \"n\": \(other)} == {\"n\": \(other), \"z\": \(last)}"
    default: break
    }
    let kind = random.pick(Kind.allCases)
    let left = random.chance(60) ? path(kind) : expression(kind, depth: depth)
    let right = expression(kind, depth: depth)
    let sign = random.chance(70) ? "==" : "!="
    return random.chance(70) ? "\(left) \(sign) \(right)" : "\(right) \(sign) \(left)"
  }

  private mutating func order(_ depth: Int) -> String {
    let kind: Kind = random.pick([.long, .long, .long, .datetime, .duration])
    let sign = random.pick(["<", "<=", ">", ">="])
    return "\(expression(kind, depth: depth)) \(sign) \(expression(kind, depth: depth))"
  }

  private mutating func membership(_ depth: Int) -> String {
    let left = random.chance(70) ? subject() : leaf(.entity)
    let right =
      switch random.below(14) {
      case 0...4: group()
      case 5, 6: leaf(.entity)
      case 7, 8: "[\((0..<random.number(in: 1...4)).map { _ in group() }.joined(separator: ", "))]"
      case 9, 10: base() + ".k"
      case 11: random.chance(50) ? constant(.string) : "[\(group()), \(constant(random.pick(Kind.allCases)))]"
      default: "[\(leaf(.entity)), \(random.chance(70) ? group() : leaf(random.pick(Kind.allCases)))]"
      }
    return random.chance(75) ? "\(left) in \(right)" : "\(left) is \(type()) in \(right)"
  }

  private mutating func presence(_ depth: Int) -> String {
    switch random.below(5) {
    case 0: return "\(subject()).hasTag(\(tag()))"
    case 1: return "\(base()) has \(random.pick(["r.n", "r.r.n", "e.n", "r.r.s", "o.e.b"]))"
    case 2: return "\(leaf(.record)) has \(Names.tested(random.pick(Names.attributes).name))"
    case 3: return "\(subject()).getTag(\(tag())) == \(leaf(random.pick(Kind.allCases)))"
    default: return "\(base()) has \(Names.tested(random.pick(Names.attributes).name))"
    }
  }

  private mutating func likeness(_ depth: Int) -> String {
    let patterns = [
      "*", "a*", "*b", "a*b", "*aab*", "*a*a*", "v*", "v1", "\u{E9}", "e\u{301}*", "", "ab\\*c", "*\u{301}", "**",
      "a*a", "aab*aab", "a*aab", "*aaaab*", "1*0*1", "*aabaab*", "*0.0.*", "\u{E9}*", "a*a*b*",
    ]
    return "\(expression(.string, depth: depth)) like \"\(random.pick(patterns))\""
  }

  private mutating func elements(_ depth: Int) -> String {
    let set = random.chance(60) ? path(.set) : expression(.set, depth: depth)
    switch random.below(5) {
    case 0, 1:
      return "\(set).contains(\(expression(random.pick([.string, .long, .entity, .set, .ip]), depth: depth)))"
    case 2: return "\(set).containsAll(\(expression(.set, depth: depth)))"
    case 3: return "\(set).containsAny(\(expression(.set, depth: depth)))"
    default: return "\(set).isEmpty()"
    }
  }

  private mutating func address(_ depth: Int) -> String {
    let address = expression(.ip, depth: depth)
    switch random.below(6) {
    case 0: return "\(address).isIpv4()"
    case 1: return "\(address).isIpv6()"
    case 2: return "\(address).isLoopback()"
    case 3: return "\(address).isMulticast()"
    default: return "\(address).isInRange(\(expression(.ip, depth: depth)))"
    }
  }

  private mutating func decimal(_ depth: Int) -> String {
    let method = random.pick(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])
    return "\(expression(.decimal, depth: depth)).\(method)(\(expression(.decimal, depth: depth)))"
  }
}
