// SPDX-License-Identifier: Apache-2.0

/// One JSON value as a flat list of nodes in the order of the input.
///
/// A container is followed by its elements, or by key and value of each member in turn. While it is open, its `link` is
/// the container around it, so that reading needs neither recursion nor a stack; once closed, `link` is the node
/// after its last descendant, so that siblings are reached without visiting what lies between.
struct Tape: Sendable {
  /// 16 bytes.
  struct Node: Sendable {
    var kind: JSONDocument.Kind
    /// A flag whose meaning depends on the kind.
    ///
    /// Boolean: its value. Number: it has neither fraction nor exponent. String: its text lies in `decoded`.
    var flag: Bool
    /// The offset of the value in the source; for strings, of the opening quote.
    var offset: UInt32
    /// The number of elements or members, of bytes of a string's decoded text, or of bytes of another literal.
    var length: UInt32
    /// For containers see `Tape`; for escaped strings where the text starts in `decoded`; otherwise 0.
    var link: UInt32

    static let null = Node(kind: .null, flag: false, offset: 0, length: 0, link: 0)
  }

  private(set) var nodes: [Node] = []
  /// The texts of strings with escapes, one after the other.
  private(set) var decoded: [UInt8] = []
  /// Scratch of the search for duplicate names: a signature above, the name's node below.
  var names: [UInt64] = []

  /// Makes room for the nodes that so many bytes usually need, within 64 MiB.
  mutating func reserveCapacity(forBytes count: Int) {
    nodes.reserveCapacity(min(count / 5, 1 << 22))
  }

  /// Bytes of memory that the nodes and what belongs to them take.
  var byteCount: Int {
    nodes.capacity * MemoryLayout<Node>.stride + decoded.capacity + names.capacity * MemoryLayout<UInt64>.stride
  }

  mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    decoded.removeAll(keepingCapacity: true)
  }

  // INVARIANT: a source has fewer than UInt32.max bytes (`JSONDocument.checkSize`), every node takes a byte of it, and
  // decoded text is shorter than its escapes; so offsets, counts and indices fit UInt32, and `truncatingIfNeeded`
  // loses nothing.

  mutating func append(_ kind: JSONDocument.Kind, flag: Bool, offset: Int, length: Int, link: Int = 0) {
    nodes.append(
      Node(
        kind: kind,
        flag: flag,
        offset: UInt32(truncatingIfNeeded: offset),
        length: UInt32(truncatingIfNeeded: length),
        link: UInt32(truncatingIfNeeded: link)
      )
    )
  }

  /// Closes a container and returns the one around it, 0 if there is none.
  mutating func close(_ container: Int, count: Int) -> Int {
    let outer = Int(truncatingIfNeeded: nodes[container].link)
    nodes[container].length = UInt32(truncatingIfNeeded: count)
    nodes[container].link = UInt32(truncatingIfNeeded: nodes.count)
    return outer
  }

  /// Notes how many elements a container has so far, while one of them is being read.
  mutating func suspend(_ container: Int, count: Int) {
    nodes[container].length = UInt32(truncatingIfNeeded: count)
  }

  mutating func appendDecoded(_ byte: UInt8) {
    decoded.append(byte)
  }

  mutating func appendDecoded(_ scalar: Unicode.Scalar) {
    decoded.append(contentsOf: scalar.utf8)
  }
}

extension [Tape.Node] {
  /// The node, or null where there is none: an index of another document must not trap.
  func node(_ index: UInt32) -> Tape.Node {
    let position = Int(truncatingIfNeeded: index)
    return position < count ? self[position] : .null
  }

  /// The node after a value and all it contains.
  func sibling(of index: UInt32) -> UInt32 {
    let node = node(index)
    return node.kind.isContainer ? node.link : index &+ 1
  }
}
