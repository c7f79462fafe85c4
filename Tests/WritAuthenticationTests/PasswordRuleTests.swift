// SPDX-License-Identifier: Apache-2.0

import Foundation
import LibCrypto
import Synchronization
import Testing

@testable import WritCore
@testable import WritLogin
@testable import WritStore
@testable import WritTokens

@Suite("What a password may be")
struct PasswordRuleTests {
  private static let hasher = PasswordHasher(parameters: .weak())

  // The rules of length alone; those about guessing have tests of their own.
  private static func code(_ password: String, _ rules: PasswordRules = .onlyFactor.allowingGuessable) async
    -> PasswordError.Code?
  {
    await refusal { () throws(PasswordError) in try await hasher.hash(password, following: rules) }
  }

  @Test("15 characters where it is the only factor, 8 with a second one; of whatever kind")
  func length() async {
    #expect(await Self.code(String(repeating: "a", count: 14)) == .tooShort)
    #expect(await Self.code(String(repeating: "a", count: 15)) == nil)
    #expect(await Self.code(String(repeating: " ", count: 15)) == nil)
    #expect(await Self.code(String(repeating: "a", count: 7), .withSecondFactor.allowingGuessable) == .tooShort)
    #expect(await Self.code(String(repeating: "a", count: 8), .withSecondFactor.allowingGuessable) == nil)
    // Scalars count, in NFC, not bytes and not what looks like one character.
    #expect(await Self.code(String(repeating: "e\u{301}", count: 14)) == .tooShort)
    #expect(await Self.code(String(repeating: "e\u{301}", count: 15)) == nil)
    #expect(await Self.code(String(repeating: "\u{1F511}", count: 14)) == .tooShort)
    #expect(await Self.code(String(repeating: "\u{1F511}", count: 15)) == nil)
    #expect(await Self.code("") == .tooShort)
  }

  @Test("4,096 bytes and no more, before and after NFC; nothing is cut")
  func long() async throws {
    #expect(await Self.code(String(repeating: "a", count: 4096)) == nil)
    #expect(await Self.code(String(repeating: "a", count: 4097)) == .tooLong)
    #expect(await Self.code(String(repeating: "a", count: 10_000_000)) == .tooLong)
    // U+1D160 has 4 bytes, and 12 in NFC.
    #expect(await Self.code(String(repeating: "\u{1D160}", count: 341)) == nil)
    #expect(await Self.code(String(repeating: "\u{1D160}", count: 342)) == .tooLong)
    let base = String(repeating: "a", count: 4095)
    let stored = try await Self.hasher.hash(base + "b", following: .onlyFactor.allowingGuessable)
    #expect(try await Self.hasher.verify(base + "c", against: stored) == .wrong)
    #expect(try await Self.hasher.verify(base + "b", against: stored).isCorrect)
  }

  @Test("a NUL is refused, other control characters are not")
  func characters() async {
    #expect(await Self.code("correct horse\0battery") == .characters)
    #expect(await Self.code("correct horse\u{1}battery\u{7F}") == nil)
  }

  // Python's unicodedata.normalize("NFC", …), Unicode 14.
  private static let forms: [(typed: String, composed: [UInt32])] = [
    ("e\u{301}", [0xE9]), ("\u{212B}", [0xC5]), ("\u{2126}", [0x3A9]), ("s\u{307}\u{323}", [0x1E69]),
    ("s\u{323}\u{307}", [0x1E69]), ("\u{1E0B}\u{323}", [0x1E0D, 0x307]), ("\u{1112}\u{1161}\u{11AB}", [0xD55C]),
    ("\u{AC00}\u{11A8}", [0xAC01]), ("\u{958}", [0x915, 0x93C]), ("\u{2ADC}", [0x2ADD, 0x338]),
    ("\u{1D15E}", [0x1D157, 0x1D165]), ("\u{F900}", [0x8C48]), ("\u{FB01}", [0xFB01]), ("\u{FF21}", [0xFF21]),
    ("a\u{315}\u{300}\u{5AE}\u{301}", [0xE0, 0x5AE, 0x301, 0x315]), ("\u{110A5}\u{110BA}", [0x110AB]),
  ]

  @Test("NFC: one password on every keyboard, and no compatibility forms", arguments: forms)
  func normalization(typed: String, composed: [UInt32]) throws {
    let text = try PasswordText(typed)
    let expected = String(String.UnicodeScalarView(composed.compactMap(Unicode.Scalar.init)))
    let (normalized, asTyped) = (Self.revealed(text.normalized), Self.revealed(text.typed))
    #expect(normalized == Array(expected.utf8))
    #expect(text.characterCount == composed.count)
    #expect(asTyped == Array(typed.utf8))
  }

  private static func revealed(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { span in span.indices.map { span[$0] } }
  }

  @Test("two ways to write one password are one, two passwords that look alike are two")
  func equivalence() async throws {
    let stored = try await Self.hasher.hash("caf\u{E9} with a long name")
    #expect(try await Self.hasher.verify("cafe\u{301} with a long name", against: stored).isCorrect)
    #expect(try await Self.hasher.verify("cafe with a long name", against: stored) == .wrong)
    #expect(try await Self.hasher.verify("Caf\u{E9} with a long name", against: stored) == .wrong)
    #expect(try await Self.hasher.verify("caf\u{E9} with a long n\u{430}me", against: stored) == .wrong)
  }

  @Test("a known password is refused, however its letters are written")
  func list() async throws {
    let list = try PasswordList(["correct horse battery", "Cafe\u{301} creme brulee!", "a\0b"])
    #expect(list.count == 2)
    let rules = PasswordRules.onlyFactor.screened(by: list)
    for (password, code) in [
      ("correct horse battery", PasswordError.Code.screened), ("Correct HORSE battery", .screened),
      ("caf\u{E9} creme brulee!", .screened), ("correct horse battery1", nil), ("correct horse batterx", nil),
    ] {
      #expect(await Self.code(password, rules) == code)
    }
    #expect(await Self.code("correct", PasswordRules.onlyFactor.screened(by: list)) == .tooShort)
    #expect(try PasswordList([String]()).isKnown("x") == false)
    let many = try PasswordList((0..<1000).map { "password number \($0)" })
    #expect(try (0..<1000).allSatisfy { try many.isKnown("password number \($0)") })
    #expect(try !many.isKnown("password number 1000"))
  }

  @Test("a list from a file: lines of any ending, what is no text passed over; what is no file refused")
  func file() async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "writ-passwords-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(
      Array("first known password\r\nsecond known password\n\n\n".utf8) + [0xFF, 0xFE, 0x0A] + Array("last".utf8)
    )
    .write(to: url)
    let list = try PasswordList(contentsOf: url.path)
    #expect(list.count == 3)
    for known in ["first known password", "second known password", "last"] { #expect(try list.isKnown(known)) }
    for path in [url.path + ".none", "/", "/dev/zero", "", "a\0b"] {
      #expect(await refusal { () throws(PasswordError) in try PasswordList(contentsOf: path) } == .file)
    }
  }

  private struct Canary: Error, PasswordScreen {
    func isKnown(_ password: String) async throws -> Bool { throw self }
  }

  @Test("a screen that fails refuses the password, and says nothing of it")
  func screenFails() async {
    do throws(PasswordError) {
      _ = try await Self.hasher.hash("correct horse battery", following: .onlyFactor.screened(by: Canary()))
      Issue.record("taken")
    } catch {
      #expect(error.code == .failure)
      #expect(!error.description.contains("correct"))
    }
  }

  @Test("S03 S19 neither password nor hash nor pepper is in any error or description")
  func canaries() async throws {
    let canary = "canary-\(UInt64.random(in: 0...UInt64.max))-canary"
    let key = Array((canary + canary).utf8.prefix(32))
    let ring = try SecretRing([try ApplicationSecret(key.span, identifier: "2026")])
    let hasher = PasswordHasher(parameters: .weak(), ring: ring)
    let text = try PasswordText(canary)
    var shown = "\(text) \(String(reflecting: text)) \(hasher) \(String(reflecting: hasher))"
    dump(text, to: &shown)
    dump(hasher, to: &shown)
    let list = try PasswordList([canary])
    dump(list, to: &shown)
    for stored in [canary, "$scrypt$\(canary)$a$b", "$6$\(canary)$\(canary)", "pbkdf2_sha256$1$\(canary)$\(canary)"] {
      do throws(PasswordError) {
        _ = try await hasher.verify(canary, against: stored)
        Issue.record("taken")
      } catch {
        shown += "\(error) \(String(reflecting: error))"
        dump(error, to: &shown)
      }
    }
    for rules in [PasswordRules.onlyFactor.screened(by: list), .onlyFactor.screened(by: Canary())] {
      do throws(PasswordError) {
        _ = try await hasher.hash(canary, following: rules)
        Issue.record("taken")
      } catch {
        dump(error, to: &shown)
      }
    }
    #expect(!shown.contains("canary"))
    let stored = try await hasher.hash(canary)
    #expect(!stored.contains("canary"))
  }
}

@Suite("Threads that hash passwords")
struct PasswordWorkerTests {
  /// A gate that holds the threads until a test opens it.
  private final class Gate: Sendable {
    let isOpen = Atomic<Bool>(false)
    let running = Atomic<Int>(0)
    let most = Atomic<Int>(0)

    func pass() {
      let now = running.add(1, ordering: .sequentiallyConsistent).newValue
      most.max(now, ordering: .sequentiallyConsistent)
      while !isOpen.load(ordering: .sequentiallyConsistent) { usleep(100) }
      running.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  @Test("as many at once as there are threads, as many waiting as may, and the next is refused as busy")
  func busy() async throws {
    let (gate, workers) = (Gate(), try PasswordWorkers(threads: 2, waiting: 3))
    let codes = await withTaskGroup(of: PasswordError.Code?.self) { group in
      for _ in 0..<8 {
        group.addTask { await refusal { () throws(PasswordError) in try await workers.run { gate.pass() } } }
      }
      // Three are refused while nothing has ended.
      var codes: [PasswordError.Code?] = []
      for _ in 0..<3 { if let code = await group.next() { codes.append(code) } }
      #expect(codes == [.busy, .busy, .busy])
      while gate.running.load(ordering: .sequentiallyConsistent) < 2 { await Task.yield() }
      gate.isOpen.store(true, ordering: .sequentiallyConsistent)
      for await code in group { codes.append(code) }
      return codes
    }
    #expect(codes.count { $0 == .busy } == 3)
    #expect(codes.count { $0 == nil } == 5)
    #expect(gate.most.load(ordering: .sequentiallyConsistent) == 2)
    #expect(try await workers.run { 42 } == 42)
  }

  @Test("X05 who gives up before their turn costs nothing, and gets an answer")
  func cancellation() async throws {
    let (gate, workers) = (Gate(), try PasswordWorkers(threads: 1, waiting: 8))
    let first = Task { try await workers.run { gate.pass() } }
    while gate.running.load(ordering: .sequentiallyConsistent) == 0 { await Task.yield() }
    let count = Atomic<Int>(0)
    await withTaskGroup(of: PasswordError.Code?.self) { group in
      for _ in 0..<4 {
        group.addTask {
          await refusal { () throws(PasswordError) in try await workers.run { _ = gate.most.load(ordering: .relaxed) } }
        }
      }
      group.cancelAll()
      gate.isOpen.store(true, ordering: .sequentiallyConsistent)
      for await code in group {
        #expect(code == .cancelled)
        count.add(1, ordering: .relaxed)
      }
    }
    #expect(count.load(ordering: .relaxed) == 4)
    try await first.value
  }

  @Test("Passwords are hashed on threads below the priority of the program, one fewer than its processors (S22)")
  func threads() async throws {
    for (processors, threads) in [(1, 1), (2, 1), (3, 2), (64, 63), (257, 256), (10_000, 256), (0, 1), (-1, 1)] {
      let workers = PasswordWorkers(processors: processors)
      #expect(workers.threads == threads)
      #expect(workers.waiting == threads * PasswordWorkers.waitingPerThread)
    }
    #if os(Linux)
      let workers = try PasswordWorkers(threads: 1, waiting: 0)
      let process = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
      let niceness = try await workers.run { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
      #expect(niceness == min(19, process + 10))
    #endif
  }

  @Test("As many tasks sleep and wake as before while every hashing thread is held (S22)")
  func tasksGoOn() async throws {
    let processors = ProcessInfo.processInfo.activeProcessorCount
    let (gate, workers) = (Gate(), try PasswordWorkers(threads: 2 * processors, waiting: 0))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2 * processors { group.addTask { try? await workers.run { gate.pass() } } }
      // Where Swift's tasks ran on the same threads, none of these would ever run, and the gate would stay closed.
      while gate.running.load(ordering: .sequentiallyConsistent) < 2 * processors { await Task.yield() }
      for _ in 0..<8 { group.addTask { try? await Task.sleep(for: .milliseconds(1)) } }
      for _ in 0..<8 { await group.next() }
      gate.isOpen.store(true, ordering: .sequentiallyConsistent)
    }
    #expect(gate.most.load(ordering: .sequentiallyConsistent) == 2 * processors)
  }

  @Test("A place is free again as soon as its password has an answer, and when it is given up")
  func places() async throws {
    let workers = try PasswordWorkers(threads: 1, waiting: 0)
    for number in 0..<200 { #expect(try await workers.run { number } == number) }
    var place: PasswordWorkers.Place? = try workers.enter()
    #expect(await refusal { () throws(PasswordError) in try await workers.run { 1 } } == .busy)
    place?.leave()
    place?.leave()
    place = try workers.enter()
    #expect(await refusal { () throws(PasswordError) in try workers.enter() } == .busy)
    place = nil
    #expect(try await workers.run { 2 } == 2)
    #expect(
      await refusal { () throws(PasswordError) in
        try await workers.run { () throws(PasswordError) in
          throw PasswordError(.failure, "test")
        }
      } == .failure
    )
    #expect(try await workers.run(in: workers.enter()) { 3 } == 3)
  }

  @Test("threads and waiting are bounded", arguments: [(0, 1), (257, 1), (1, -1), (1, 65537), (Int.min, Int.max)])
  func bounds(threads: Int, waiting: Int) async {
    let code = await refusal { () throws(PasswordError) in try PasswordWorkers(threads: threads, waiting: waiting) }
    #expect(code == .configuration)
  }

  @Test("a wrong password and an unknown user do the same work, and tell the events")
  func unknownUser() async throws {
    let told = Guarded<[SecurityEvent]>([])
    let hasher = PasswordHasher(
      parameters: .weak(),
      events: SecurityEvents { event in told.withLock { $0.append(event) } }
    )
    #expect(try await hasher.verify("whatever it may be", against: nil, account: "ines") == .wrong)
    #expect(told.withLock { $0 } == [.authenticationFailed(account: "ines", factor: .password)])
  }
}
