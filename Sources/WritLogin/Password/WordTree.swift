// SPDX-License-Identifier: Apache-2.0

/// Words in a tree, a step a character, so that all that begin at a place are found in one walk.
struct WordTree: Sendable {
  private struct Step: Sendable, Hashable {
    let node: Int
    let scalar: Unicode.Scalar
  }

  private var next: [Step: Int] = [:]
  private var ends: Set<Int> = []
  private var count = 1

  init(_ words: [[Unicode.Scalar]]) {
    for word in words where !word.isEmpty {
      var node = 0
      for scalar in word {
        let step = Step(node: node, scalar: scalar)
        if let known = next[step] {
          node = known
        } else {
          next[step] = count
          node = count
          count += 1
        }
      }
      ends.insert(node)
    }
  }

  /// Calls a closure with the end of each word that begins where a text does.
  func forEachWord(_ text: ArraySlice<Unicode.Scalar>, _ body: (Int) -> Void) {
    var node = 0
    for index in text.indices {
      guard let known = next[Step(node: node, scalar: text[index])] else { return }
      node = known
      if ends.contains(node) { body(index + 1) }
    }
  }
}
