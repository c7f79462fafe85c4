// SPDX-License-Identifier: Apache-2.0

import WritCedar
import WritPolicy

/// Makes a case that differs smaller while it differs.
struct Shrinker {
  private(set) var made: Case
  private(set) var difference: Difference
  private let stranger: PolicyEngine

  init(_ made: Case, _ difference: Difference, stranger: PolicyEngine) {
    self.made = made
    self.difference = difference
    self.stranger = stranger
  }

  mutating func shrink() {
    var last = Int.max
    while size < last {
      last = size
      shrinkPolicies()
      shrinkEntities()
      shrinkOverlays()
      shrinkRequest()
    }
  }

  private var size: Int {
    made.policies.reduce(0) { $0 + $1.text.utf8.count + $1.links.count } + made.entities.count
      + difference.request.context.count
  }

  /// Takes the change when the case still differs.
  private mutating func attempt(_ request: AuthorizationRequest? = nil, _ change: (inout Case) -> Void) -> Bool {
    var smaller = made
    change(&smaller)
    guard var rivals = try? Rivals(smaller, stranger: stranger) else { return false }
    var counters = Counters()
    for turn in 0..<48 {
      do {
        try rivals.compare(request ?? difference.request, turn: turn, &counters)
      } catch {
        made = smaller
        difference = error
        return true
      }
    }
    return false
  }

  /// Halves first, then one by one.
  private mutating func drop(_ count: Int, _ change: (inout Case, Range<Int>) -> Void) {
    var length = Swift.max(1, count / 2)
    while length > 0 {
      var start = count - length
      while start >= 0 {
        let range = start..<(start + length)
        _ = attempt { change(&$0, range) }
        start -= length
      }
      length /= 2
    }
  }

  private mutating func shrinkPolicies() {
    drop(made.policies.count) { made, range in
      let range = range.clamped(to: 0..<made.policies.count)
      made.policies.removeSubrange(range)
    }
    for index in made.policies.indices where made.policies[index].links.count > 1 {
      drop(made.policies[index].links.count) { made, range in
        let range = range.clamped(to: 0..<made.policies[index].links.count)
        if range.count < made.policies[index].links.count { made.policies[index].links.removeSubrange(range) }
      }
    }
  }

  private mutating func shrinkEntities() {
    drop(made.entities.count) { made, range in
      made.entities.removeSubrange(range.clamped(to: 0..<made.entities.count))
    }
    for index in made.entities.indices {
      _ = attempt { $0.entities[index].attributes = .empty }
      _ = attempt { $0.entities[index].tags = .empty }
      _ = attempt { $0.entities[index].parents = [] }
      for name in made.entities[index].attributes.attributes.map(\.name) {
        _ = attempt { $0.entities[index].attributes = $0.entities[index].attributes.without(name) }
      }
    }
  }

  private mutating func shrinkOverlays() {
    for index in made.overlays.indices where made.overlays[index].count > 1 {
      drop(made.overlays[index].count) { made, range in
        let range = range.clamped(to: 0..<made.overlays[index].count)
        if range.count < made.overlays[index].count { made.overlays[index].removeSubrange(range) }
      }
    }
    for (index, overlay) in made.overlays.enumerated() {
      for place in overlay.indices {
        _ = attempt { $0.overlays[index][place].attributes = .empty }
        _ = attempt { $0.overlays[index][place].tags = .empty }
        _ = attempt { $0.overlays[index][place].parents = [] }
      }
    }
  }

  private mutating func shrinkRequest() {
    for name in difference.request.context.attributes.map(\.name) {
      var request = difference.request
      request.context = request.context.without(name)
      _ = attempt(request) { _ in }
    }
  }

  /// Reports the shrunk case, for reading and for a test.
  func report(seed: UInt64) -> String {
    var lines = [
      "set \(made.number) of seed \(seed)\(made.isStrict ? ", strict" : ""): \(difference.way)",
      "WRIT_DIFFERENTIAL_SEED=\(seed) WRIT_DIFFERENTIAL_FIRST=\(made.number) WRIT_DIFFERENTIAL_SETS=1", "",
      "expected \(difference.expected)", "found    \(difference.found)", "",
      "\(difference.request.principal) \(difference.request.action) \(difference.request.resource)",
      "\(difference.request.context)", "",
    ]
    for policy in made.policies {
      lines.append(policy.text)
      for link in policy.links { lines.append("// \(link.id): \(link.slots)") }
    }
    for entity in made.entities.prefix(200) {
      lines.append("\(entity.uid) in \(entity.parents) \(entity.attributes) tags \(entity.tags)")
    }
    for (index, overlay) in made.overlays.enumerated() {
      for entity in overlay {
        lines.append("overlay \(index): \(entity.uid) in \(entity.parents) \(entity.attributes) tags \(entity.tags)")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension RecordValue {
  fileprivate func without(_ name: String) -> RecordValue {
    let kept = attributes.filter { !$0.name.hasSameScalars(as: name) }
    return (try? RecordValue(kept.map { ($0.name, $0.value) })) ?? .empty
  }
}
