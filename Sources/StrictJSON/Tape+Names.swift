// SPDX-License-Identifier: Apache-2.0

extension Tape {
  /// Up to here comparing every pair costs less than sorting; measured.
  private static let pairwiseLimit = 12

  /// Refuses an object, complete but not yet closed, that has two members of one name.
  ///
  /// Names are compared as decoded bytes, but only those whose signatures, in the upper half of `names`, are equal.
  /// Many names are sorted by hash, and those of one hash by their bytes, so that an input made of collisions costs
  /// - Complexity: O(n log n) comparisons too, and no seed has to stay secret.
  mutating func checkNames(of object: Int, count: Int, _ bytes: Span<UInt8>) throws(JSONError) {
    let first = UInt32(truncatingIfNeeded: object) &+ 1
    let repeated =
      count <= Self.pairwiseLimit
      ? repeatedNamePairwise(from: first, count: count, bytes) : repeatedNameSorted(from: first, count: count, bytes)
    guard let repeated else { return }
    let found = nodes.node(repeated)
    throw JSONError(
      .duplicateMember,
      at: Int(truncatingIfNeeded: found.offset),
      "found a second member named \"\(printable(found, bytes))\", expected each name once"
    )
  }

  /// The first node that repeats a name before it.
  private func repeatedNamePairwise(from first: UInt32, count: Int, _ bytes: Span<UInt8>) -> UInt32? {
    // On the stack: most objects are small, and most documents have no others.
    var names = InlineArray<12, UInt64>(repeating: 0)
    // A bit for each ending so far, some sharing one: most names are told from all before them at once.
    var endings: UInt64 = 0
    var name = first
    for later in 0..<min(count, Self.pairwiseLimit) {
      let node = nodes.node(name)
      let ending = ending(of: node, bytes)
      let candidate = UInt64(ending) << 32 | UInt64(name)
      let bit: UInt64 = 1 &<< UInt64((ending ^ ending >> 5) & 63)
      if endings & bit != 0 {
        for earlier in 0..<later where (names[earlier] ^ candidate) >> 32 == 0 {
          if isEqual(node, nodes.node(UInt32(truncatingIfNeeded: names[earlier])), bytes) { return name }
        }
      }
      endings |= bit
      names[later] = candidate
      name = nodes.sibling(of: name &+ 1)
    }
    return nil
  }

  /// The first node that repeats a name before it.
  private mutating func repeatedNameSorted(from first: UInt32, count: Int, _ bytes: Span<UInt8>) -> UInt32? {
    names.removeAll(keepingCapacity: true)
    var name = first
    for _ in 0..<count {
      names.append(UInt64(hash(nodes.node(name), bytes)) << 32 | UInt64(name))
      name = nodes.sibling(of: name &+ 1)
    }
    names.sort()
    var repeated: UInt32?
    var start = 0
    while start < names.count {
      var end = start + 1
      while end < names.count, names[end] >> 32 == names[start] >> 32 { end += 1 }
      if end - start > 1, let found = repeatedName(among: start..<end, bytes) {
        repeated = min(repeated ?? found, found)
      }
      start = end
    }
    return repeated
  }

  /// The first repetition among names of one hash.
  private func repeatedName(among range: Range<Int>, _ bytes: Span<UInt8>) -> UInt32? {
    let run = names[range].map { UInt32(truncatingIfNeeded: $0) }
      .sorted { precedes(nodes.node($0), nodes.node($1), bytes) }
    var first: UInt32?
    for index in run.indices.dropFirst() where isEqual(nodes.node(run[index - 1]), nodes.node(run[index]), bytes) {
      first = min(first ?? run[index], run[index])
    }
    return first
  }

  // MARK: Bytes of a string

  @inline(__always)
  private func byte(_ index: Int, of node: Node, _ bytes: Span<UInt8>) -> UInt8 {
    node.flag
      ? decoded[Int(truncatingIfNeeded: node.link) + index]
      : bytes[Int(truncatingIfNeeded: node.offset) + 1 + index]
  }

  private func isEqual(_ one: Node, _ other: Node, _ bytes: Span<UInt8>) -> Bool {
    guard one.length == other.length else { return false }
    for index in 0..<Int(truncatingIfNeeded: one.length)
    where byte(index, of: one, bytes) != byte(index, of: other, bytes) {
      return false
    }
    return true
  }

  /// By length, then bytes, then place: equal names keep their order.
  private func precedes(_ one: Node, _ other: Node, _ bytes: Span<UInt8>) -> Bool {
    guard one.length == other.length else { return one.length < other.length }
    for index in 0..<Int(truncatingIfNeeded: one.length) {
      let (left, right) = (byte(index, of: one, bytes), byte(index, of: other, bytes))
      guard left == right else { return left < right }
    }
    return one.offset < other.offset
  }

  /// Length and last byte: tells most names of a small object apart, common prefixes included.
  private func ending(of node: Node, _ bytes: Span<UInt8>) -> UInt32 {
    guard node.length > 0 else { return 0 }
    return node.length << 8 ^ UInt32(byte(Int(truncatingIfNeeded: node.length) - 1, of: node, bytes))
  }

  /// FNV-1a of 64 bits, folded.
  private func hash(_ node: Node, _ bytes: Span<UInt8>) -> UInt32 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0..<Int(truncatingIfNeeded: node.length) {
      hash = (hash ^ UInt64(byte(index, of: node, bytes))) &* 0x100_0000_01B3
    }
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
  }

  /// At most 32 bytes of a string, anything but visible ASCII and space as "?".
  private func printable(_ node: Node, _ bytes: Span<UInt8>) -> String {
    let length = Int(truncatingIfNeeded: node.length)
    var text = ""
    for index in 0..<min(length, 32) {
      let byte = byte(index, of: node, bytes)
      text.unicodeScalars.append(byte >= 0x20 && byte < 0x7F ? Unicode.Scalar(byte) : "?")
    }
    return length > 32 ? text + "..." : text
  }
}
