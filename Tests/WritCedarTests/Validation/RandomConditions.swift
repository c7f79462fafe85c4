// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Numbers that follow from a seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// Draws policies for the schema of ``Example``: of the right types, mostly, and with and without the tests that
/// optional attributes and tags need.
struct RandomConditions {
  private var random: Seeded

  init(seed: UInt64) { random = Seeded(seed) }

  private mutating func pick(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
  private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

  mutating func policy(_ id: Int) -> String {
    let effect = pick(["permit", "forbid"])
    let scope = pick([
      "principal, action == App::Action::\"view\", resource",
      "principal is App::User, action == App::Action::\"view\", resource",
      "principal in App::Team::\"t0\", action in App::Action::\"all\", resource is App::Photo",
      "principal, action, resource",
      "principal is App::User, action in [App::Action::\"view\", App::Action::\"edit\"], resource is App::Photo",
    ])
    var text = "@id(\"p\(id)\") \(effect)(\(scope))"
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let depth = Int.random(in: 1...4, using: &random)
      text += " \(pick(["when", "when", "unless"])) { \(condition(depth)) }"
    }
    return text + ";"
  }

  mutating func condition(_ depth: Int) -> String {
    guard depth > 0 else { return test(0) }
    switch Int.random(in: 0..<10, using: &random) {
    case 0...2: return "(\(condition(depth - 1)) && \(condition(depth - 1)))"
    case 3: return "(\(condition(depth - 1)) || \(condition(depth - 1)))"
    case 4: return "(if \(condition(depth - 1)) then \(condition(depth - 1)) else \(condition(depth - 1)))"
    case 5: return "!(\(condition(depth - 1)))"
    case 6...7: return guarded(depth)
    default: return test(depth)
    }
  }

  /// A test of an optional attribute or tag, and a use of it where it holds; sometimes of something else.
  private mutating func guarded(_ depth: Int) -> String {
    let user = user(1)
    let other = chance(10) ? self.user(1) : user
    let (test, use) =
      [
        ("\(user) has nick", "\(other).nick == \(text(0))"),
        ("\(user) has address.zip", "\(other).address.zip like \"a*\""),
        ("\(user) has manager", "\(other).manager.age < \(number(1))"),
        ("\(user) has manager.manager.nick", "\(other).manager.manager.nick == \"a\""),
        ("\(user).hasTag(\"k\")", "\(other).getTag(\"k\").contains(\(text(0)))"),
        ("\(user).hasTag(\(user).name)", "\(other).getTag(\(user).name).isEmpty()"),
        ("context has ip", "context.ip.isInRange(ip(\"10.0.0.0/8\"))"),
        ("resource has album", "resource.album == resource.album"),
        ("{a: \(user)}.a has nick", "{a: \(other)}.a.nick == \"a\""),
      ].randomElement(using: &random) ?? ("true", "true")
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return "(if \(test) then \(use) else \(condition(depth - 1)))"
    case 1: return "((\(test) || \(test) && \(condition(depth - 1))) && \(use))"
    case 2: return "(\(test) && (\(condition(depth - 1)) && \(use)))"
    default: return "(\(test) && \(use))"
    }
  }

  private mutating func test(_ depth: Int) -> String {
    switch Int.random(in: 0..<16, using: &random) {
    case 0: return "\(number(depth)) \(pick(["<", "<=", ">", ">="])) \(number(depth))"
    case 1: return "\(number(depth)) == \(number(depth))"
    case 2: return "\(text(depth)) == \(text(depth))"
    case 3: return "\(text(depth)) like \"a*\""
    case 4: return "\(user(depth)) == \(user(depth))"
    case 5: return "\(user(depth)) in \(user(depth)).team"
    case 6: return "\(user(depth)).flags.\(pick(["contains(\"a\")", "containsAll([\"a\", \"b\"])", "isEmpty()"]))"
    case 7: return "\(user(depth)).home.\(pick(["isIpv4()", "isLoopback()", "isInRange(ip(\"::/0\"))"]))"
    case 8: return "\(user(depth)).limit.lessThan(decimal(\"1.5\"))"
    case 9: return "\(user(depth)).born.offset(\(user(depth)).shift) < \(user(depth)).born"
    case 10: return "\(user(depth)).born.toDate() == \(user(depth)).born"
    case 11: return "\(user(depth)) is \(pick(["App::User", "App::Team"]))"
    case 12: return "{a: \(user(depth)), b: [\(number(depth))]} == {a: \(user(depth)), b: [1, 2]}"
    case 13: return "[\(text(depth)), \"a\"].contains(\(text(depth)))"
    case 14:
      return pick(["context.mfa", "resource.private", "action == App::Action::\"view\"", "true", "1", "principal"])
    default: return "action in \(pick(["App::Action::\"all\"", "[App::Action::\"edit\"]"]))"
    }
  }

  private mutating func user(_ depth: Int) -> String {
    let base = pick(["principal", "principal", "resource.owner", "App::User::\"u1\""])
    guard depth > 0 else { return base }
    return chance(10) ? "\(base).manager" : chance(10) ? "(if \(test(0)) then \(base) else principal)" : base
  }

  private mutating func number(_ depth: Int) -> String {
    guard depth > 0, chance(60) else { return pick(["1", "-5", "9223372036854775807", "\(user(0)).age"]) }
    let arithmetic = "(\(number(depth - 1)) \(pick(["+", "-", "*"])) \(number(depth - 1)))"
    return pick([arithmetic, "-\(user(0)).age", "\(user(0)).shift.toHours()"])
  }

  private mutating func text(_ depth: Int) -> String {
    pick([
      "\"a\"", "\"é\"", "\(user(depth)).name", "\(user(depth)).address.city", chance(20) ? "\(user(0)).nick" : "\"b\"",
    ])
  }
}
