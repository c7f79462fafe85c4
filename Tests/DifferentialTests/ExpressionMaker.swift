// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Random expressions as text: mostly of the right types, over attributes that are mostly there, with all operators.
struct ExpressionMaker {
  let world: World
  var random: SeededGenerator

  /// An expression that is meant to be of the kind.
  mutating func expression(_ kind: Kind, depth: Int) -> String {
    let kind = random.chance(3) ? random.pick(Kind.allCases) : kind
    if depth <= 0 || random.chance(20) { return leaf(kind) }
    switch random.below(24) {
    case 0: return "(if \(bool(depth - 1)) then \(expression(kind, depth: depth - 1)) else \(leaf(kind)))"
    case 1: return "\(subject()).getTag(\(tag()))"
    case 2: return "(if \(bool(0)) then \(path(.entity)) else \(subject()))" + access(kind)
    case 3: return "{\"z\": \(expression(kind, depth: depth - 1)), \"a\": \(leaf(.long))}.z"
    default: break
    }
    switch kind {
    case .bool: return "(\(bool(depth)))"  // A comparison cannot be compared without.
    case .long: return long(depth)
    case .string: return leaf(.string)
    case .entity: return leaf(.entity)
    case .set: return set(depth)
    case .record: return "{\"n\": \(expression(.long, depth: depth - 1)), \"s\": \(leaf(.string))}"
    case .ip: return random.chance(30) ? "ip(\(leaf(.string)))" : leaf(.ip)
    case .decimal: return random.chance(30) ? "decimal(\(leaf(.string)))" : leaf(.decimal)
    case .datetime: return datetime(depth)
    case .duration: return duration(depth)
    }
  }

  // MARK: Leaves

  /// A constant, or an attribute that mostly is of the kind.
  mutating func leaf(_ kind: Kind) -> String { random.chance(45) ? constant(kind) : path(kind) }

  mutating func constant(_ kind: Kind) -> String {
    let value = ValueMaker.value(kind, world, &random, depth: 1)
    // The text of a negative number binds less tightly than an access.
    if case .long(let long) = value, long < 0 { return "(\(long))" }
    return value.description
  }

  /// An attribute of principal, resource, context, or of one of their attributes.
  mutating func path(_ kind: Kind) -> String {
    if kind == .entity, random.chance(50) { return subject() }
    return base() + access(kind)
  }

  /// An attribute of what stands before.
  private mutating func access(_ kind: Kind) -> String {
    Names.access(random.pick(Names.attributes(of: kind)))
  }

  /// Makes the expression whose attributes are read.
  mutating func base() -> String {
    switch random.below(21) {
    case 0...6: "principal"
    case 7...10: "resource"
    case 11...16: "context"
    case 17: "action"
    case 18: random.pick(["principal", "context", "resource"]) + random.pick([".e", ".r", ".o", ".r.r", ".r.e"])
    case 19: "(if \(subject()) is \(type()) then \(subject()) else \(subject()))"
    default: world.anyone(&random).description
    }
  }

  mutating func subject() -> String {
    guard random.chance(85) else { return world.anyone(&random).description }
    return random.pick(["principal", "principal", "resource", "action"])
  }

  mutating func tag() -> String {
    random.chance(90) ? CedarText.quoted(random.pick(Names.tags)) : expression(.string, depth: 0)
  }

  mutating func type() -> String { random.pick(World.types + ["Never"]) }

  /// A group, a folder, or whatever else one may be in, as a constant.
  mutating func group() -> String {
    (random.chance(80) ? random.pick(world.groups + world.folders) : world.anyone(&random)).description
  }

  // MARK: Kinds

  private mutating func long(_ depth: Int) -> String {
    switch random.below(18) {
    case 0...1: "(\(expression(.long, depth: depth - 1)) + \(expression(.long, depth: depth - 1)))"
    case 2...3: "(\(expression(.long, depth: depth - 1)) - \(expression(.long, depth: depth - 1)))"
    case 4...5: "(\(expression(.long, depth: depth - 1)) * \(expression(.long, depth: depth - 1)))"
    case 6...9: "(-\(path(.long)))"
    default:
      (random.chance(50) ? leaf(.duration) : expression(.duration, depth: depth - 1))
        + random.pick([".toMilliseconds()", ".toSeconds()", ".toMinutes()", ".toHours()", ".toDays()"])
    }
  }

  private mutating func set(_ depth: Int) -> String {
    if random.chance(6) { return random.pick(["[[context.deep]]", "[{\"a\": context.deep}]"]) }
    let kind: Kind = random.chance(70) ? random.pick([.string, .long, .entity]) : random.pick(Kind.allCases)
    let elements = (0..<random.number(in: 1...4)).map { _ in expression(kind, depth: Swift.min(depth - 1, 1)) }
    return "[\(elements.joined(separator: ", "))]"
  }

  private mutating func datetime(_ depth: Int) -> String {
    switch random.below(4) {
    case 0: "\(expression(.datetime, depth: depth - 1)).offset(\(expression(.duration, depth: depth - 1)))"
    case 1: "\(expression(.datetime, depth: depth - 1)).toDate()"
    case 2: "datetime(\(leaf(.string)))"
    default: leaf(.datetime)
    }
  }

  private mutating func duration(_ depth: Int) -> String {
    switch random.below(4) {
    case 0: "\(expression(.datetime, depth: depth - 1)).durationSince(\(expression(.datetime, depth: depth - 1)))"
    case 1: "\(expression(.datetime, depth: depth - 1)).toTime()"
    case 2: "duration(\(leaf(.string)))"
    default: leaf(.duration)
    }
  }
}
