// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Proofs that are remembered")
struct LocalReplayMemoryTests {
  @Test("a full memory refuses, and forgets nothing before its time; the ring goes round")
  func fullMemory() throws {
    let moved = TokenCacheTests.MovedClock()
    let memory = try LocalReplayMemory(maximumCount: 3, clock: moved.clock)
    let start = TokenCacheTests.now
    for round: Int64 in 0..<5 {
      let time = start + round * 100
      moved.move(to: time)
      for number: UInt8 in 0..<3 {
        #expect(try memory.remember([number], until: time + Int64(number)), "round \(round)")
        #expect(try !memory.remember([number], until: time))
      }
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try memory.remember([9], until: time) } == .full
      )
      #expect(memory.count == 3)
      moved.move(to: time + 1)
      #expect(try !memory.remember([1], until: time))
      #expect(try memory.remember([9], until: time + 9), "the first is past its time")
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try memory.remember([8], until: time) } == .full
      )
      #expect(try !memory.remember([9], until: time))
    }
    for count in [0, -1, 10_000_001] {
      #expect(
        WritAuthenticationTests.refusal { () throws(TokenError) in try LocalReplayMemory(maximumCount: count) }
          == .configuration
      )
    }
  }

  @Test("100,000 operations on one replay memory from 32 tasks: each proof is taken by exactly one")
  func threads() async throws {
    let memory = try LocalReplayMemory(maximumCount: 20_000, clock: .fixed(0))
    let taken = await withTaskGroup(of: Int.self) { group in
      for task in 0..<32 {
        group.addTask {
          (0..<3200).count { step in
            let proof = (step &+ task &* 100) % 3200
            return (try? memory.remember([UInt8(proof & 0xFF), UInt8(proof >> 8)], until: 1)) == true
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(taken == 3200)
    #expect(memory.count == 3200)
  }
}
