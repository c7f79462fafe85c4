// SPDX-License-Identifier: Apache-2.0

internal import CLibCrypto

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// libcrypto's allocations, of which chosen ones fail.
enum FailingMemory {
  /// How many allocations succeed before one fails; below 0 all do.
  nonisolated(unsafe) private static var remaining = -1
  /// Whether those after it fail as well.
  nonisolated(unsafe) private static var isLasting = false
  nonisolated(unsafe) private static var hasFailed = false
  /// Blocks that are not freed.
  nonisolated(unsafe) static var held = 0

  /// libcrypto takes other functions only before it has allocated anything: this is the first thing of a process.
  static func install() -> Bool {
    unsafe CRYPTO_set_mem_functions(
      { count, _, _ in unsafe FailingMemory.allows(isNew: true) ? malloc(count) : nil },
      { memory, count, _, _ in unsafe FailingMemory.allows(isNew: memory == nil) ? realloc(memory, count) : nil },
      { memory, _, _ in
        if unsafe memory != nil { unsafe FailingMemory.held -= 1 }
        unsafe free(memory)
      }
    ) == 1
  }

  private static func allows(isNew: Bool) -> Bool {
    if unsafe remaining == 0 {
      if unsafe !isLasting { unsafe remaining = -1 }
      unsafe hasFailed = true
      return false
    }
    if unsafe remaining > 0 { unsafe remaining -= 1 }
    if isNew { unsafe held += 1 }
    return true
  }

  /// From now on the allocation of this number fails, and those after it where that lasts.
  static func begin(failing number: Int, isLasting: Bool) {
    unsafe remaining = number
    unsafe Self.isLasting = isLasting
    unsafe hasFailed = false
  }

  /// - Returns: whether any has failed.
  static func end() -> Bool {
    unsafe remaining = -1
    return unsafe hasFailed
  }
}
