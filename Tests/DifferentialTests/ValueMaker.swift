// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// Values from small pools, with the ends of the ranges among them.
enum ValueMaker {
  private static let longs: [Int64] = [0, 1, 2, 3, 4, 5, -1]
  private static let extremes: [Int64] = [.max, .min, .min, .min, .max - 1, 1 << 32, 3_037_000_500]
  static let strings = [
    "a", "b", "v0", "v1", "v2", "v3", "\u{E9}", "e\u{301}", "", "ab*c", "aaaaab", "aabaab", "aab", "10.0.0.1", "1.5",
    "2024-01-01", "1h", "x", "y", "\u{1F600}",
  ]
  private static let addresses = [
    "10.0.0.1", "10.0.0.0/8", "10.0.1.0/24", "10.0.1.7", "192.168.0.1", "127.0.0.1", "224.0.0.1", "0.0.0.0/0", "::1",
    "::/0", "ff00::1", "ff00::/8", "2001:db8::1", "2001:db8::/32", "2001:db8:0:1::/64", "::a00:1",
  ]
  private static let decimals = ["0.0", "1.5", "-1.5", "2.25", "922337203685477.5807", "-922337203685477.5808"]
  private static let datetimes = [
    "2024-01-01", "2024-01-01T12:00:00Z", "1969-12-31T23:59:59.999Z", "2024-02-29T23:59:59.001Z",
  ]
  private static let durations = ["1h", "0ms", "-1d", "1d2h", "90061001ms"]

  /// Networks of several lengths, of both families.
  static let networks = ["10.0.0.0/8", "10.0.1.0/24", "127.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "10.0.0.1"]

  static func long(_ random: inout SeededGenerator) -> Int64 {
    random.chance(12) ? random.pick(extremes) : random.pick(longs)
  }

  /// A value of the kind, entities from the world.
  static func value(_ kind: Kind, _ world: World, _ random: inout SeededGenerator, depth: Int = 2) -> Value {
    switch kind {
    case .bool: return .bool(random.chance(60))
    case .long: return .long(long(&random))
    case .string: return .string(random.pick(strings))
    case .entity: return .entity(world.anyone(&random))
    case .ip: return parsed(random.pick(addresses)) { try? .ip(IPAddressValue($0)) }
    case .decimal: return parsed(random.pick(decimals)) { try? .decimal(DecimalValue($0)) }
    case .datetime:
      if random.chance(16) { return .datetime(DatetimeValue(milliseconds: random.pick(extremes))) }
      return parsed(random.pick(datetimes)) { try? .datetime(DatetimeValue($0)) }
    case .duration:
      if random.chance(16) { return .duration(DurationValue(milliseconds: random.pick(extremes))) }
      return parsed(random.pick(durations)) { try? .duration(DurationValue($0)) }
    case .set: return .set(set(world, &random, depth: depth))
    case .record: return .record(record(world, &random, depth: depth))
    }
  }

  private static func parsed(_ text: String, _ parse: (String) -> Value?) -> Value { parse(text) ?? .string(text) }

  /// Mostly of one kind, sometimes mixed, rarely large.
  private static func set(_ world: World, _ random: inout SeededGenerator, depth: Int) -> SetValue {
    let kinds: [Kind] = depth > 0 ? Kind.allCases : [.long, .string, .entity]
    let usual: Kind = random.chance(75) ? random.pick([.string, .long, .entity]) : random.pick(kinds)
    let count = random.chance(5) ? random.number(in: 9...40) : random.below(6)
    let values = (0..<count).map { _ in
      value(random.chance(8) ? random.pick(kinds) : usual, world, &random, depth: depth - 1)
    }
    return (try? SetValue(values)) ?? .empty
  }

  /// A record of some of the attributes, mostly of their kinds.
  static func record(
    _ world: World,
    _ random: inout SeededGenerator,
    depth: Int,
    present: Int = 75
  ) -> RecordValue {
    var attributes: [(String, Value)] = []
    for (name, kind) in Names.attributes where random.chance(present) {
      let kind = random.chance(7) ? random.pick(Kind.allCases) : kind
      if depth <= 0, kind == .record || kind == .set { continue }
      // Mostly of entities, for `in`.
      if name == "k", kind == .set, random.chance(80) {
        let groups = (0..<random.below(4)).map { _ in Value.entity(world.anyone(&random)) }
        attributes.append((name, .set((try? SetValue(groups)) ?? .empty)))
      } else if name == "s" || name == "t", kind == .string, random.chance(75) {
        // Mostly texts that policies compare with.
        attributes.append((name, .string("v\(random.below(4))")))
      } else {
        attributes.append((name, value(kind, world, &random, depth: depth - 1)))
      }
    }
    if depth >= 2, random.chance(12) { attributes.append(("deep", deepest)) }
    return (try? RecordValue(attributes)) ?? .empty
  }

  /// A set that can be put in one more record only.
  static let deepest: Value = {
    var value = Value.long(0)
    for _ in 0..<(Nesting.limit - 1) { value = .set((try? SetValue([value])) ?? .empty) }
    return value
  }()
}
