// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where the current version of an engine is found, and where a replaced one waits until no reader is left.
///
/// A reader stores what it is about to read in its ``Pin`` and looks again whether that is still the current version; a
/// version is freed once it is not current and no pin holds it (hazard pointers). Readers wait for nobody and free
/// nothing: each change looks for versions to free, and a thread does while nothing changes. The engine and its
/// deciders hold the gate, so that deciders may outlive the engine.
@safe
final class VersionGate: @unchecked Sendable {
  // Sendable: what the pointer leads to is atomic, and stays as long as the gate.
  /// The address of the current version's tables, which keep their version; in a cache line of its own.
  let current: UnsafeMutablePointer<Atomic<UInt>>
  let pins = PinLines()
  private let limits: ReclaimLimits
  private let reclaim: Guarded<Reclaim>

  private struct Reclaim {
    var retired = RetiredVersions()
    /// The memory of the current version and of those that came before it.
    var memory: TableMemory

    /// The most pins that a change has looked at, and how many changes have waited.
    var mostLooks = 0
    var waits = 0

    /// Whether so much is unreclaimed that a change should wait, and waiting helps: what answers keep stays.
    func isExceeded(_ limits: ReclaimLimits) -> Bool {
      if retired.count > limits.versions { return true }
      return memory.unreclaimed > memory.bytes + limits.bytes && (retired.count > 0 || memory.isFreeing)
    }
  }

  private static let cacheLine = 64
  // How long the thread sleeps that looks for versions while nothing changes, in milliseconds: twice as long each time.
  private static let shortestSleep = 1
  private static let longestSleep = 128

  init(_ version: Version, _ limits: ReclaimLimits = .usual) {
    self.limits = limits
    unsafe current = UnsafeMutableRawPointer.allocate(byteCount: Self.cacheLine, alignment: Self.cacheLine)
      .bindMemory(to: Atomic<UInt>.self, capacity: 1)
    reclaim = Guarded(Reclaim(memory: TableMemory(version.memory)))
    unsafe current.initialize(to: Atomic(Self.retain(version)))
  }

  // MARK: Reading

  /// A pin for an owner that reads often.
  func pin() -> Pin { unsafe Pin(self, pins.take()) }

  /// Reads the current version once.
  func read<Result>(_ body: (UnsafePointer<VersionTables>) -> Result) -> Result {
    for index in 0..<PinLines.shared {
      let pin = unsafe Pin(self, pins.line(shared: index))
      guard let tables = unsafe pin.tryEnter() else { continue }
      defer { pin.leave() }
      return unsafe body(tables)
    }
    let pin = pin()
    let tables = unsafe pin.enter()
    defer {
      pin.leave()
      pin.remove()
    }
    return unsafe body(tables)
  }

  /// The current version, to be kept.
  var version: Version { unsafe read { unsafe $0.version } }

  // MARK: Changing

  /// Makes a version the current one; one caller at a time.
  ///
  /// Readers that begin after this has returned read the new version. Waits for readers when more is unreclaimed than
  /// ``ReclaimLimits`` allow.
  func publish(_ version: Version) {
    let memory = version.memory
    let old = unsafe current.pointee.exchange(Self.retain(version), ordering: .sequentiallyConsistent)
    let (isExceeded, needsWatch) = reclaim.withLock { reclaim in
      reclaim.memory.become(memory)
      reclaim.retired.append(old)
      let looks = reclaim.retired.looks
      reclaim.retired.examine(pins, atMost: limits.pins, Self.release)
      reclaim.mostLooks = Swift.max(reclaim.mostLooks, reclaim.retired.looks - looks)
      let isExceeded = reclaim.isExceeded(limits)
      if isExceeded { reclaim.waits += 1 }
      let needsWatch = reclaim.retired.count > 0 && !reclaim.retired.isWatched
      if needsWatch { reclaim.retired.isWatched = true }
      return (isExceeded, needsWatch)
    }
    if needsWatch { watch() }
    if isExceeded { waitForReaders() }
  }

  /// Looks at all pins in turn until enough is freed, or it has taken too long.
  @inline(never)
  private func waitForReaders() {
    for turn in 0..<limits.patience {
      if turn > 0 { BackgroundThread.sleep(milliseconds: 1) }
      if reclaimAll(orUntilEnough: true) { return }
    }
  }

  /// Looks at all pins, twice: what was replaced while a pass was under way is free after the next.
  ///
  /// - Returns: whether nothing is left to free, or enough was freed.
  func reclaimAll(orUntilEnough: Bool = false) -> Bool {
    reclaim.withLock { reclaim in
      for _ in 0..<2 { reclaim.retired.examine(pins, atMost: .max, Self.release) }
      if orUntilEnough, !reclaim.isExceeded(limits) { return true }
      return reclaim.retired.count == 0
    }
  }

  /// Looks for versions to free in a thread of its own, until there are none for a while.
  private func watch() {
    let isWatched = BackgroundThread.start { [weak self] in
      var sleep = Self.shortestSleep
      while true {
        BackgroundThread.sleep(milliseconds: sleep)
        guard let gate = self, !gate.endsWatch(after: sleep) else { return }
        sleep = Swift.min(2 * sleep, Self.longestSleep)
      }
    }
    // Then the next change looks.
    if !isWatched { reclaim.withLock { $0.retired.isWatched = false } }
  }

  /// Looks for versions to free, and lets changes go on in between.
  ///
  /// - Returns: whether the watch ends.
  private func endsWatch(after sleep: Int) -> Bool {
    for _ in 0..<2 {
      while examineSome() {}
    }
    return reclaim.withLock { reclaim in
      guard reclaim.retired.count == 0, sleep == Self.longestSleep else { return false }
      reclaim.retired.isWatched = false
      return true
    }
  }

  /// Looks at some pins.
  ///
  /// - Returns: whether the pass goes on.
  private func examineSome() -> Bool {
    reclaim.withLock { reclaim in
      reclaim.retired.examine(pins, atMost: limits.pins, Self.release)
      return reclaim.retired.isPassing
    }
  }

  // MARK: What is unreclaimed

  var unreclaimed: PolicyEngine.Unreclaimed {
    reclaim.withLock { reclaim in
      PolicyEngine.Unreclaimed(
        versions: reclaim.retired.count,
        bytes: reclaim.memory.unreclaimed,
        limit: reclaim.memory.bytes + limits.bytes,
        looks: reclaim.retired.looks,
        mostLooks: reclaim.mostLooks,
        waits: reclaim.waits
      )
    }
  }

  // MARK: Ownership

  private static func retain(_ version: Version) -> UInt {
    _ = unsafe Unmanaged.passRetained(version)
    return unsafe UInt(bitPattern: version.tables)
  }

  private static func release(_ address: UInt) {
    guard let tables = unsafe UnsafePointer<VersionTables>(bitPattern: address) else { return }
    unsafe Unmanaged.passUnretained(tables.version).release()
  }

  deinit {
    // No pin has an owner any more.
    reclaim.withLock { $0.retired.freeAll(Self.release) }
    Self.release(unsafe current.pointee.load(ordering: .acquiring))
    unsafe current.deinitialize(count: 1)
    unsafe current.deallocate()
  }
}
