// SPDX-License-Identifier: Apache-2.0

import Testing
import WritLogin
import WritStoreTesting

@Suite("Histories of concurrent clients of a store", .timeLimit(.minutes(10)))
struct StoreHistoryTests {
  private let key: RecordKey
  private let (one, two): (RecordContent, RecordContent)

  init() throws {
    key = RecordKey(.session, try .random())
    let (first, second): ([UInt8], [UInt8]) = ([1], [2])
    one = try RecordContent(first.span, format: 1, expires: RecordContent.never)
    two = try RecordContent(second.span, format: 1, expires: RecordContent.never)
  }

  private func call(
    _ began: UInt64,
    _ ended: UInt64,
    _ operation: RecordedCall.Operation,
    _ answer: RecordedCall.Answer
  ) -> RecordedCall {
    RecordedCall(key: key, operation: operation, answer: answer, began: began, ended: ended)
  }

  private func isExplained(_ calls: [RecordedCall]) -> Bool {
    do {
      try StoreHistory(calls).check()
      return true
    } catch {
      return false
    }
  }

  @Test("Calls that follow one another are explained only in their own order")
  func inSequence() {
    let insert = call(1, 2, .insert(one), .written(RecordVersion(1)))
    #expect(isExplained([insert, call(3, 4, .read, .record(RecordVersion(1), one))]))
    #expect(!isExplained([insert, call(3, 4, .read, .absent)]))
    #expect(!isExplained([insert, call(3, 4, .read, .record(RecordVersion(1), two))]))
    #expect(!isExplained([insert, call(3, 4, .read, .record(RecordVersion(2), one))]))
    #expect(
      !isExplained([
        call(1, 2, .read, .record(RecordVersion(1), one)), call(3, 4, .insert(one), .written(RecordVersion(1))),
      ])
    )
    #expect(!isExplained([insert, call(3, 4, .insert(two), .written(RecordVersion(2)))]))
    #expect(isExplained([insert, call(3, 4, .insert(two), .refused)]))
    #expect(isExplained([insert, call(3, 4, .remove(RecordVersion(1)), .removed), call(5, 6, .read, .absent)]))
    #expect(!isExplained([insert, call(3, 4, .remove(RecordVersion(1)), .refused)]))
    #expect(
      !isExplained([insert, call(3, 4, .removeAll, .removed), call(5, 6, .read, .record(RecordVersion(1), one))])
    )
  }

  @Test("Calls that overlap are explained in either order, and by one order for all who look")
  func overlapping() {
    let insert = call(1, 9, .insert(one), .written(RecordVersion(1)))
    #expect(isExplained([insert, call(2, 3, .read, .absent), call(4, 5, .read, .record(RecordVersion(1), one))]))
    #expect(!isExplained([insert, call(2, 3, .read, .record(RecordVersion(1), one)), call(4, 5, .read, .absent)]))
  }

  @Test("Of two replacements of one version only one is explained")
  func lostUpdate() {
    let insert = call(1, 2, .insert(one), .written(RecordVersion(1)))
    let first = call(3, 6, .replace(RecordVersion(1), one), .written(RecordVersion(2)))
    #expect(!isExplained([insert, first, call(4, 5, .replace(RecordVersion(1), two), .written(RecordVersion(3)))]))
    #expect(isExplained([insert, first, call(4, 5, .replace(RecordVersion(1), two), .refused)]))
  }

  @Test("A call that failed may have been done or not, at any later time, but only once and only one of both")
  func failures() {
    let insert = call(1, 2, .insert(one), .failed)
    #expect(isExplained([insert, call(3, 4, .read, .absent), call(5, 6, .read, .record(RecordVersion(7), one))]))
    #expect(isExplained([insert, call(3, 4, .read, .absent)]))
    #expect(!isExplained([insert, call(3, 4, .read, .record(RecordVersion(7), one)), call(5, 6, .read, .absent)]))
    #expect(
      !isExplained([
        insert, call(3, 4, .read, .record(RecordVersion(7), one)), call(5, 6, .read, .record(RecordVersion(8), one)),
      ])
    )
    #expect(!isExplained([insert, call(3, 4, .read, .record(RecordVersion(7), two))]))
  }

  @Test("A version that comes twice is an error")
  func versions() {
    #expect(
      !isExplained([
        call(1, 2, .insert(one), .written(RecordVersion(1))), call(3, 4, .remove(RecordVersion(1)), .removed),
        call(5, 6, .insert(two), .written(RecordVersion(1))),
      ])
    )
  }

  @Test("The error names the answer that no order explains, and shows no content")
  func words() {
    let history = StoreHistory([call(1, 2, .insert(one), .written(RecordVersion(1))), call(3, 4, .read, .absent)])
    let error = #expect(throws: StoreCaseFailure.self) { try history.check() }
    #expect(
      error?.description == """
        no order of the calls for one record explains `3 to 4: read: absent`; the calls:
          1 to 2: insert: written as version 1
          3 to 4: read: absent
        """
    )
  }

  @Test("The store in memory passes the cases of histories", arguments: StoreCase<MemoryRecordStore>.histories)
  func memory(_ storeCase: StoreCase<MemoryRecordStore>) async throws {
    try await storeCase.run(on: MemoryRecordStore(), rounds: TestRounds.count)
  }

  @Test("A store that loses answers passes: a call that failed may have been done")
  func lostAnswers() async throws {
    for write in 1...20 {
      let failing = FailingRecordStore(try MemoryRecordStore())
      failing.fail(atWrite: write, write.isMultiple(of: 2) ? .losingAnswer : .dyingAfter)
      let histories = StoreCase<FailingRecordStore<MemoryRecordStore>>.histories
      for storeCase in histories { try await storeCase.run(on: failing, rounds: 1) }
    }
  }

  @Test("A fault planted in a store is found", arguments: FaultyRecordStore.Fault.allCases)
  func faults(_ fault: FaultyRecordStore.Fault) async throws {
    var found = 0
    for _ in 0..<20 {
      let store = try FaultyRecordStore(fault)
      guard let order = StoreCase<FaultyRecordStore>.histories.first else { continue }
      do { try await order.run(on: store, rounds: 20) } catch is StoreCaseFailure { found += 1 }
    }
    #expect(found > 0)
  }

  @Test("A revocation that is acknowledged and forgotten is found by the session that lives on")
  func forgottenRevocation() async throws {
    let history = CredentialHistory()
    await history.use("session") { "" }
    await history.revoke("session") {}
    try history.checkRevocations()
    await history.use("session") { nil }
    try history.checkRevocations()
    await history.use("session") { "" }
    let error = #expect(throws: StoreCaseFailure.self) { try history.checkRevocations() }
    #expect(error?.description == "session was accepted from 6 to 7, after its revocation at 4")
  }

  @Test("A code accepted twice and a token with two successors are found; one successor shown twice is none of them")
  func twice() async throws {
    let history = CredentialHistory()
    await history.use("token") { "next" }
    try history.checkSingleUse()
    await history.use("token") { "next" }
    try history.checkSuccessors()
    #expect(throws: StoreCaseFailure.self) { try history.checkSingleUse() }
    await history.use("token") { "another" }
    #expect(throws: StoreCaseFailure.self) { try history.checkSuccessors() }
  }
}
