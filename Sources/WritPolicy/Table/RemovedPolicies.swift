// SPDX-License-Identifier: Apache-2.0

/// The policies that indexes propose though they were removed.
///
/// A bit for each policy, and before it is looked at a bit for each 64 of them: those of a million are two kilobytes,
/// which stay in the nearest cache. A removal copies these, and of the bits a page.
struct RemovedPolicies: BufferHolder {
  private var bits = Pages<UInt64>()
  private var words = Buffer<UInt64>()

  @inline(__always)
  var isEmpty: Bool { words.count == 0 }

  @inline(__always)
  func contains(_ policy: UInt32) -> Bool {
    let word = Int(policy >> 6)
    let group = word >> 6
    guard group < words.count, words[group] &>> UInt64(word) & 1 != 0 else { return false }
    return bits[word] &>> UInt64(policy) & 1 != 0
  }

  /// The same with some more of so many policies, which shares the pages that do not change.
  func inserting(_ policies: some Sequence<UInt32>, count: Int) -> RemovedPolicies {
    var copy = self
    copy.words = words.copied()
    while copy.bits.count < count / 64 + 1 { copy.bits.append(0) }
    copy.words.extend(to: copy.bits.count / 64 + 1, 0)
    for policy in policies {
      let word = policy >> 6
      copy.bits.update(copy.bits[word] | 1 &<< UInt64(policy), at: word)
      copy.words[word >> 6] |= 1 &<< UInt64(word)
    }
    return copy
  }

  mutating func visitBuffers(_ visitor: inout some BufferVisitor) {
    visitor.visit(&bits)
    visitor.visit(&words)
  }
}
