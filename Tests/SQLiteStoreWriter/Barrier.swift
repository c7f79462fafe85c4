// SPDX-License-Identifier: Apache-2.0

#if SQLite
  import Foundation

  #if canImport(Glibc)
    import Glibc
  #endif

  /// A barrier for two processes: each writes the round it is in into a file, and reads that of the other.
  final class Barrier {
    private let descriptor: Int32
    private let index: Int

    /// - Parameters:
    ///   - path: a file of at least 16 bytes.
    ///   - index: 0 of one, 1 of the other.
    init?(_ path: String, _ index: Int) {
      descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
      self.index = index
      guard descriptor >= 0, 0...1 ~= index else { return nil }
    }

    deinit { close(descriptor) }

    /// Waits until the other one is in the same round or a later one.
    ///
    /// - Returns: whether it came within a minute.
    func wait(_ round: Int) -> Bool {
      var own = Int64(round + 1)
      guard unsafe pwrite(descriptor, &own, 8, off_t(8 * index)) == 8 else { return false }
      let deadline = ContinuousClock.now + .seconds(60)
      var other: Int64 = 0
      while ContinuousClock.now < deadline {
        guard unsafe pread(descriptor, &other, 8, off_t(8 * (1 - index))) == 8 else { return false }
        if other >= own { return true }
        sched_yield()
      }
      return false
    }
  }
#endif
