// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// What a request comes to: the decision and the numbers of the determining policies.
struct Findings {
  var decision = Decision.deny
  var reasons = PolicyNumbers()
}

extension Machine {
  /// The decision alone: up to the first forbid, otherwise up to the first permit that is satisfied.
  mutating func decide() -> Decision {
    if isForbidden() { return .deny }
    let isPermitted = visitCandidates(.permits) { machine, policy, _ in machine.outcome(of: policy) == .satisfied }
    return isPermitted ? .allow : .deny
  }

  @inline(__always)
  private mutating func isForbidden() -> Bool {
    visitCandidates(.forbids) { machine, policy, _ in
      switch machine.outcome(of: policy) {
      case .satisfied: true
      case .unsatisfied: false
      case .error: machine.isStrict
      }
    }
  }

  /// The decision with all policies that determine it.
  mutating func authorize() -> Findings {
    var findings = Findings()
    var isForbidden = false
    _ = visitCandidates(.forbids) { machine, policy, _ in
      switch machine.outcome(of: policy) {
      case .satisfied:
        isForbidden = true
        findings.reasons.append(policy & PolicyIndex.number)
      case .unsatisfied: break
      case .error: isForbidden = isForbidden || machine.isStrict
      }
      return false
    }
    if !isForbidden {
      _ = visitCandidates(.permits) { machine, policy, _ in
        if machine.outcome(of: policy) == .satisfied { findings.reasons.append(policy & PolicyIndex.number) }
        return false
      }
      if findings.reasons.count > 0 { findings.decision = .allow }
    }
    findings.reasons.sortAndUnique()
    return findings
  }

  /// The policies that err, in order.
  mutating func erringPolicies() -> [UInt32] {
    var erring: Set<UInt32> = []
    _ = visitCandidates(.erring) { machine, policy, _ in
      if machine.outcome(of: policy) == .error { erring.insert(policy & PolicyIndex.number) }
      return false
    }
    return erring.sorted()
  }
}

/// Numbers of policies: a few in place, more in an array.
struct PolicyNumbers {
  private var first: UInt32 = 0
  private var second: UInt32 = 0
  private var third: UInt32 = 0
  private var fourth: UInt32 = 0
  private(set) var count = 0
  private var more: [UInt32] = []

  subscript(index: Int) -> UInt32 {
    get {
      switch index {
      case 0: first
      case 1: second
      case 2: third
      case 3: fourth
      default: more[index - 4]
      }
    }
    set {
      switch index {
      case 0: first = newValue
      case 1: second = newValue
      case 2: third = newValue
      case 3: fourth = newValue
      default: more[index - 4] = newValue
      }
    }
  }

  @inline(__always)
  mutating func append(_ number: UInt32) {
    if count >= 4 { more.append(number) }
    count += 1
    if count <= 4 { self[count - 1] = number }
  }

  /// Puts the numbers in order, each once.
  mutating func sortAndUnique() {
    guard count > 1 else { return }
    if count > 4 {
      var all = (0..<count).map { self[$0] }
      all.sort()
      var unique = PolicyNumbers()
      for number in all where unique.count == 0 || unique[unique.count - 1] != number { unique.append(number) }
      self = unique
      return
    }
    var kept = 0
    for index in 0..<count {
      let number = self[index]
      var place = kept
      while place > 0, self[place - 1] > number { place -= 1 }
      if place > 0, self[place - 1] == number { continue }
      var hole = kept
      while hole > place {
        self[hole] = self[hole - 1]
        hole -= 1
      }
      self[place] = number
      kept += 1
    }
    count = kept
  }
}
