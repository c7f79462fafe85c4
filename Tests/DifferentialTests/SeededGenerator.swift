// SPDX-License-Identifier: Apache-2.0

/// Random numbers that a seed repeats (SplitMix64, after Steele, Lea and Flood 2014), with the choices that a maker of
/// cases needs.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to the limit, which is above 0.
  mutating func below(_ limit: Int) -> Int { Int(((next() >> 32) * UInt64(limit)) >> 32) }

  mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// True so many times in a hundred.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// One of the elements, of which there is at least one.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// An index, each as often as its weight says.
  mutating func weighted(_ weights: [Int]) -> Int {
    var rest = below(weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      if rest < weight { return index }
      rest -= weight
    }
    return 0
  }

  /// Some of the elements in their order, each at most once.
  mutating func some<Element>(_ elements: [Element], atMost limit: Int) -> [Element] {
    guard limit > 0, !elements.isEmpty else { return [] }
    let wanted = below(Swift.min(limit, elements.count) + 1)
    var found: [Element] = []
    for (index, element) in elements.enumerated()
    where found.count < wanted && below(elements.count - index) < wanted - found.count {
      found.append(element)
    }
    return found
  }
}
