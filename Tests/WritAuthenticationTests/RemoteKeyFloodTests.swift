// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCore
import WritLogin
import WritStore
import WritTokens

@Suite("Floods of tokens under unknown keys", .timeLimit(.minutes(2)))
struct RemoteKeyFloodTests {
  private let world: RemoteKeyWorld

  init() throws { world = try RemoteKeyWorld() }

  @Test("K04 10,000 random key ids: one fetch a cool-down, valid tokens pass, keys stay")
  func flood() async throws {
    let token = try world.issuer.token(0)
    #expect(await world.refusalAfterRefresh(of: token) == nil)
    for round in 1...3 {
      world.time.seconds += 30
      await withTaskGroup(of: Int.self) { group in
        for task in 0..<10 {
          group.addTask {
            var wrong = 0
            for number in 0..<1000 {
              let code = await world.refusalAfterRefresh(of: FakeIssuer.stranger("\(round) \(task) \(number)"))
              if code != .keyUnknown { wrong += 1 }
              if number % 100 == 0, world.refusal(of: token) != nil { wrong += 1 }
            }
            return wrong
          }
        }
        for await wrong in group { #expect(wrong == 0) }
      }
      #expect(world.source.count == round + 1)
      world.time.seconds += 29
      _ = await world.refusalAfterRefresh(of: FakeIssuer.stranger("still \(round)"))
      #expect(world.source.count == round + 1)
    }
    #expect(world.keys.status.keys.count == 1)
  }

  @Test(
    "K05 an empty answer or an error, then a flood: the cool-down holds, also before there are any keys",
    arguments: [Data("{\"keys\":[]}".utf8), Data("<html>".utf8), nil],
    [true, false]
  )
  func coolDown(answer: Data?, hadKeys: Bool) async throws {
    let token = try world.issuer.token(0)
    if hadKeys {
      try await world.keys.refresh()
      world.time.seconds += 31
    }
    if let answer { world.source.answer(Array(answer)) } else { world.source.fail(CancellationError()) }
    let before = world.source.count
    for number in 0..<1000 {
      #expect(
        await world.refusalAfterRefresh(of: FakeIssuer.stranger("x\(number)"))
          == (hadKeys ? .keyUnknown : .keysUnavailable)
      )
    }
    #expect(world.source.count == before + 1)
    #expect(world.refusal(of: token) == (hadKeys ? nil : .keysUnavailable))
    world.source.answer(try world.issuer.published())
    world.time.seconds += 29
    #expect(await world.refusalAfterRefresh(of: token) == (hadKeys ? nil : .keysUnavailable))
    world.time.seconds += 1
    #expect(await world.refusalAfterRefresh(of: token) == nil)
  }

  @Test("an identifier that a fetch did not bring causes none for a minute; others do after the cool-down")
  func unknown() async throws {
    try await world.keys.refresh()
    world.time.seconds += 30
    #expect(await world.refusalAfterRefresh(of: FakeIssuer.stranger("x")) == .keyUnknown)
    #expect(world.source.count == 2)
    world.time.seconds += 30
    #expect(await world.refusalAfterRefresh(of: FakeIssuer.stranger("x")) == .keyUnknown)
    #expect(world.source.count == 2)
    #expect(await world.refusalAfterRefresh(of: FakeIssuer.stranger("y")) == .keyUnknown)
    #expect(world.source.count == 3)
    world.time.seconds += 30
    #expect(await world.refusalAfterRefresh(of: FakeIssuer.stranger("x")) == .keyUnknown)
    #expect(world.source.count == 4)
  }

  @Test("K06 10 million unknown identifiers take no more memory than one", .enabled(if: isOptimised))
  func memory() {
    var unknown = UnknownIdentifiers()
    for number in 0..<10_000_000 { unknown.insert("\(number)", until: 1) }
    #expect(unknown.byteCount == RemoteKeySet.unknownIdentifierBytes)
  }

  @Test("K06 unknown identifiers have one size of memory, whatever is put in")
  func identifiers() {
    var unknown = UnknownIdentifiers()
    let strange = ["", "\u{e9}", "e\u{301}", "\u{0}", String(repeating: "k", count: 40_000)] as [String?] + [nil]
    for (position, identifier) in strange.enumerated() {
      #expect(!unknown.contains(identifier, at: 0))
      unknown.insert(identifier, until: 10)
      #expect(unknown.contains(identifier, at: 9), "\(position)")
      #expect(!unknown.contains(identifier, at: 10))
    }
    for number in 0..<100_000 { unknown.insert("\(number)", until: 10) }
    #expect(unknown.byteCount == 16384)
    #expect(RemoteKeySet.unknownIdentifierBytes == 16384)
  }
}
