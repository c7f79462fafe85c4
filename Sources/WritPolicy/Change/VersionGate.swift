// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where the current version of an engine is found, and where a replaced one waits until nobody reads it any more.
///
/// A reader stores what it is about to read in its ``Pin`` and looks again whether that is still the current version; a
/// version is freed once it is not current and no pin holds it (hazard pointers). Nobody waits for anybody. The engine
/// and its deciders hold the gate, so that deciders may outlive the engine.
@safe
final class VersionGate: @unchecked Sendable {
  // Sendable: what the pointer leads to is atomic, and stays as long as the gate.
  /// The address of the current version's tables, which keep their version; in a cache line of its own.
  let current: UnsafeMutablePointer<Atomic<UInt>>
  let pins = PinBlock(sharing: PinBlock.shared)
  /// The address of the tables of the version that was replaced last, or 0; each leads to the next.
  private let retired = Atomic<UInt>(0)
  private let search = Atomic<UInt8>(Search.none)

  /// Who looks for versions to free.
  private enum Search {
    static let none: UInt8 = 0
    static let running: UInt8 = 1
    /// Somebody wants that the one who looks does so once more.
    static let again: UInt8 = 2
  }

  private static let cacheLine = 64

  init(_ version: Version) {
    unsafe current = UnsafeMutableRawPointer.allocate(byteCount: Self.cacheLine, alignment: Self.cacheLine)
      .bindMemory(to: Atomic<UInt>.self, capacity: 1)
    unsafe current.initialize(to: Atomic(Self.retain(version)))
  }

  // MARK: Reading

  /// A pin for one who reads often.
  func pin() -> Pin { unsafe Pin(self, held: pins.take()) }

  /// Reads the current version once.
  func read<Result>(_ body: (UnsafePointer<VersionTables>) -> Result) -> Result {
    for index in 0..<PinBlock.shared {
      let pin = unsafe Pin(self, held: pins.held(index))
      guard let tables = unsafe pin.tryEnter() else { continue }
      defer { unsafe pin.leave(tables) }
      return unsafe body(tables)
    }
    let pin = pin()
    let tables = unsafe pin.enter()
    defer {
      unsafe pin.leave(tables)
      pin.remove()
    }
    return unsafe body(tables)
  }

  /// The current version, to be kept.
  var version: Version { unsafe read { unsafe $0.version } }

  // MARK: Changing

  /// Makes a version the current one; one caller at a time.
  ///
  /// Whoever begins to read after this has returned reads the new version.
  func publish(_ version: Version) {
    let old = unsafe current.pointee.exchange(Self.retain(version), ordering: .sequentiallyConsistent)
    retire(old)
    reclaim()
  }

  /// Frees the replaced versions that no pin holds, unless somebody is at it, who then looks once more.
  @inline(never)
  func reclaim() {
    // A change of the word in any case, which orders the caller's pin before the next look at it.
    guard search.exchange(Search.again, ordering: .sequentiallyConsistent) == Search.none else { return }
    repeat {
      _ = search.exchange(Search.running, ordering: .sequentiallyConsistent)
      freeUnheld()
    } while !search.compareExchange(
      expected: Search.running,
      desired: Search.none,
      ordering: .sequentiallyConsistent
    ).exchanged
  }

  private func freeUnheld() {
    var address = retired.exchange(0, ordering: .sequentiallyConsistent)
    while let tables = unsafe UnsafePointer<VersionTables>(bitPattern: address) {
      let version = unsafe tables.version
      let next = version.nextRetired.load(ordering: .relaxed)
      if pins.isHeld(address) { retire(address) } else { Self.release(address) }
      address = next
    }
  }

  private func retire(_ address: UInt) {
    guard let tables = unsafe UnsafePointer<VersionTables>(bitPattern: address) else { return }
    let version = unsafe tables.version
    var head = retired.load(ordering: .relaxed)
    while true {
      version.nextRetired.store(head, ordering: .relaxed)
      let (exchanged, original) = retired.compareExchange(
        expected: head,
        desired: address,
        ordering: .sequentiallyConsistent
      )
      if exchanged { return }
      head = original
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
    // Nobody has a pin any more.
    freeUnheld()
    Self.release(unsafe current.pointee.load(ordering: .acquiring))
    unsafe current.deinitialize(count: 1)
    unsafe current.deallocate()
  }
}
