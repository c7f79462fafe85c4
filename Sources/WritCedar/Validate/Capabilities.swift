// SPDX-License-Identifier: Apache-2.0

/// The attributes and tags that certainly exist where an expression is evaluated, because `has` or `hasTag` was true.
///
/// A capability is the number of the expression that reads the attribute or tag (``CheckedPolicy/Step/access``). Those
/// that hold at the moment are counted; those that an expression grants when it is true stand on a stack, the ones of
/// each operand behind those of the operand before it, so that the union of two operands is what stands there already.
/// All of this costs time linear in the expression, however long its chains are.
struct Capabilities {
  /// The number of times that each is held.
  private var counts: [Int32] = []
  /// Those held, in the order in which that began.
  private var trail: [Int32] = []
  private var granted: [Int32] = []
  private var marks: [Int32] = []
  private var mark: Int32 = 0

  /// Makes room for a policy's expressions and holds nothing.
  mutating func reset(_ count: Int) {
    rollBack(to: 0)
    granted.removeAll(keepingCapacity: true)
    if counts.count < count {
      counts += Array(repeating: 0, count: count - counts.count)
      marks += Array(repeating: 0, count: count - marks.count)
    }
  }

  // MARK: Holding

  @inline(__always)
  func holds(_ capability: Int32) -> Bool { counts[Int(capability)] > 0 }

  /// The number that are held, for ``rollBack(to:)``.
  @inline(__always)
  var heldCount: Int { trail.count }

  /// Holds what the operand on top grants.
  ///
  /// - Parameter start: where its capabilities stand, those held already left out.
  mutating func hold(from start: Int) {
    guard start < granted.count else { return }
    for capability in granted[start...] {
      counts[Int(capability)] += 1
      trail.append(capability)
    }
  }

  @inline(__always)
  mutating func rollBack(to count: Int) {
    while trail.count > count { counts[Int(trail.removeLast())] -= 1 }
  }

  // MARK: Granting

  /// The position at which the capabilities of the next operand will stand.
  @inline(__always)
  var grantedCount: Int { granted.count }

  @inline(__always)
  mutating func grant(_ capability: Int32) { granted.append(capability) }

  /// Drops what the operands from here on grant.
  @inline(__always)
  mutating func drop(from start: Int) {
    if granted.count > start { granted.removeLast(granted.count - start) }
  }

  /// Drops what the first of two operands grants.
  mutating func dropFirst(from start: Int, second: Int) {
    if second > start { granted.removeSubrange(start..<second) }
  }

  /// Keeps what both of two operands grant.
  mutating func intersect(from start: Int, second: Int) {
    guard start < second, second < granted.count else { return drop(from: start) }
    mark &+= 1
    for capability in granted[second...] { marks[Int(capability)] = mark }
    var end = start
    for index in start..<second where marks[Int(granted[index])] == mark {
      granted[end] = granted[index]
      end += 1
    }
    granted.removeLast(granted.count - end)
  }
}
