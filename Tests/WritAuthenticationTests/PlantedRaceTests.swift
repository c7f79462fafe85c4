// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

/// A race on purpose: records of a store without the lock that guards them there.
///
/// `Scripts/threads` runs it first and must see it reported, so that silence about the others means something.
@Suite(
  "A race that ThreadSanitizer must see",
  .enabled(if: ProcessInfo.processInfo.environment["WRIT_PLANTED_RACE"] != nil)
)
struct PlantedRaceTests {
  /// Behind a pointer, so that what races is the memory itself and not a variable, whose uses Swift watches too.
  @safe
  private final class Unguarded: @unchecked Sendable {
    let records = UnsafeMutablePointer<MemoryRecords>.allocate(capacity: 1)

    init() { unsafe records.initialize(to: MemoryRecords(seeds: (1, 2))) }

    deinit {
      unsafe records.deinitialize(count: 1)
      unsafe records.deallocate()
    }
  }

  @Test("records that two threads read and write without a lock")
  func race() async throws {
    let shared = Unguarded()
    let key = RecordKey(.session, RecordID(1, 2, 3, 4))
    let bytes: [UInt8] = [1]
    let content = try RecordContent(bytes.span, format: 1, expires: RecordContent.never)
    _ = unsafe shared.records.pointee.insert(content, as: key)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<10_000 {
            if let entry = unsafe shared.records.pointee.find(key) {
              _ = unsafe shared.records.pointee.replace(entry, with: content)
            }
          }
        }
      }
    }
    #expect(unsafe shared.records.pointee.find(key) != nil)
  }
}
