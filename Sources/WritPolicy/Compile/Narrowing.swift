// SPDX-License-Identifier: Apache-2.0

/// What narrows policies: for each policy its narrowings, and for each of them its alternatives.
///
/// A narrowing is what must hold for a test to be true: one of its alternatives. The reverse need not hold: candidates
/// are evaluated.
struct Narrowings {
  /// A source has a value with this hash.
  struct Alternative: Hashable {
    /// An index into ``Narrowings/sources``.
    let source: UInt32
    let value: UInt32
  }

  /// More alternatives than these are not worth an entry each.
  static let limit = 16

  /// The number of the first policy.
  let first: UInt32
  private(set) var sources: [Source] = []
  private var sourceNumbers: [Source: UInt32] = [:]
  private var alternatives: [Alternative] = []
  /// Where each narrowing begins among the alternatives, and where the last one ends.
  private var starts: [UInt32] = [0]
  /// Where each policy begins among the narrowings, and where the last one ends.
  private var policyStarts: [UInt32] = [0]

  init(first: UInt32 = 0) { self.first = first }

  /// The narrowings of a policy.
  func narrowings(of policy: UInt32) -> Range<Int> {
    let place = Int(policy - first)
    return Int(policyStarts[place])..<Int(policyStarts[place + 1])
  }

  func alternatives(of narrowing: Int) -> ArraySlice<Alternative> {
    alternatives[Int(starts[narrowing])..<Int(starts[narrowing + 1])]
  }

  // MARK: Adding

  /// Adds an alternative to the narrowing that is being found.
  mutating func add(_ value: UInt32, of source: Source) {
    alternatives.append(Alternative(source: number(of: source), value: value))
  }

  private mutating func number(of source: Source) -> UInt32 {
    if let known = sourceNumbers[source] { return known }
    let number = UInt32(truncatingIfNeeded: sources.count)
    sources.append(source)
    sourceNumbers[source] = number
    return number
  }

  /// How many alternatives the narrowing has that is being found.
  var found: Int { alternatives.count - Int(starts[starts.count - 1]) }

  /// Ends a narrowing, or forgets its alternatives when they are none, too many, or do not narrow after all.
  mutating func end(isNarrowing: Bool) {
    let start = Int(starts[starts.count - 1])
    guard isNarrowing, found > 0, found <= Self.limit else {
      alternatives.removeLast(alternatives.count - start)
      return
    }
    var kept = start
    for index in start..<alternatives.count where !alternatives[start..<kept].contains(alternatives[index]) {
      alternatives[kept] = alternatives[index]
      kept += 1
    }
    alternatives.removeLast(alternatives.count - kept)
    starts.append(UInt32(truncatingIfNeeded: kept))
  }

  mutating func endPolicy() { policyStarts.append(UInt32(truncatingIfNeeded: starts.count - 1)) }
}
