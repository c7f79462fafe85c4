// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens
import WritStoreTesting

@Suite("A feed of revocations", .timeLimit(.minutes(1)))
struct RevocationFeedTests {
  @Test("the contract of feeds", arguments: StoreCase<MemoryRevocationFeed>.revocationFeed)
  func contract(_ storeCase: StoreCase<MemoryRevocationFeed>) async throws {
    try await storeCase.run(on: MemoryRevocationFeed(), rounds: 50)
  }

  @Test("all that follow are told all, in order, from when they began")
  func order() async throws {
    let feed = MemoryRevocationFeed()
    await feed.publish(Revocation(.token("before"), until: 1))
    let followers = [try await feed.follow(), try await feed.follow()]
    for number in 0..<100 { await feed.publish(Revocation(.session("\(number)"), until: Int64(number))) }
    for follower in followers {
      var iterator = follower.makeAsyncIterator()
      for number in 0..<100 {
        let found = try await iterator.next()
        #expect(found == Revocation(.session("\(number)"), until: Int64(number)))
      }
    }
  }

  @Test("who is too slow is told so, at the cap and one past it")
  func slow() async throws {
    for (excess, isCut) in [(0, false), (1, true)] {
      let feed = MemoryRevocationFeed()
      let stream = try await feed.follow()
      for number in 0..<MemoryRevocationFeed.bufferCount + excess {
        await feed.publish(Revocation(.token("\(number)"), until: 1))
      }
      #expect(feed.followerCount == (isCut ? 0 : 1))
      var count = 0
      var code: StoreError.Code?
      do {
        for try await _ in stream {
          count += 1
          if count == MemoryRevocationFeed.bufferCount, !isCut { break }
        }
      } catch { code = (error as? StoreError)?.code }
      #expect(count == MemoryRevocationFeed.bufferCount && code == (isCut ? .full : nil))
    }
  }

  @Test("who stops following is forgotten, and there is a cap of followers")
  func ending() async throws {
    let feed = MemoryRevocationFeed()
    var streams: [AsyncThrowingStream<Revocation, any Error>] = []
    for _ in 0..<MemoryRevocationFeed.maximumFollowers { streams.append(try await feed.follow()) }
    let error = await #expect(throws: StoreError.self) { try await feed.follow() }
    #expect(error?.code == .full)
    streams = []
    #expect(feed.followerCount == 0)
    let stream = try await feed.follow()
    let task = Task { for try await _ in stream {} }
    task.cancel()
    _ = await task.result
    #expect(feed.followerCount == 0)
  }

  @Test("names are told apart by their bytes")
  func bytes() {
    let names = ["\u{E9}", "e\u{301}"]
    let subjects = names.flatMap { [Revocation.Subject.token($0), .session($0), .subject($0, issuedUntil: 1)] }
    #expect(Set(subjects).count == 6)
  }
}
