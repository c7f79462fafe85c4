// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing
import WritCedar
import WritPolicy

/// Random policies, entities and requests, decided by the tables and by the literal evaluator, which is the oracle.
///
/// `Scripts/differential` runs more of it than `Scripts/test` does.
@Suite("Tables against the literal evaluator")
struct DifferentialTests {
  @Test("decisions, reasons and errors are the same for random policies, entities and requests (P15)")
  func sameAnswers() async throws {
    let settings = Settings.current
    let run = DifferentialRun(settings)
    let began = ContinuousClock.now
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<settings.workers { group.addTask { run.work() } }
    }
    let (counters, reports) = run.results
    for report in reports { Issue.record("\(report)") }
    print("Differential, seed \(settings.seed), \(ContinuousClock.now - began):\n\(counters.report)")
    let missing = counters.missing(settings.wanted)
    #expect(missing.isEmpty, "tested less than \(settings.wanted) times")
    if settings.wanted > 0 {
      #expect(counters["decision allow"] * 10 >= counters.requests, "a tenth must be allowed")
      #expect(counters["requests with errors"] * 10 >= counters.requests, "a tenth must err")
    }
  }
}

/// The sets of a run, taken by the next free worker.
final class DifferentialRun: Sendable {
  /// Differences after which a run ends: shrinking takes time, and most have one cause.
  private static let enough = 3

  private let settings: Settings
  private let next: Atomic<Int>
  private let found = Mutex<(counters: Counters, reports: [String])>((Counters(), []))

  init(_ settings: Settings) {
    self.settings = settings
    next = Atomic(settings.first)
  }

  var results: (counters: Counters, reports: [String]) { found.withLock { $0 } }

  /// Compares sets until there are none left.
  func work() {
    var counters = Counters()
    var reports: [String] = []
    do {
      let stranger = try PolicyEngine(
        PolicySet(parsing: "permit(principal == \(Rivals.strangerUID), action, resource);")
      )
      while true {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < settings.first + settings.sets, found.withLock({ $0.reports.count < Self.enough }) else { break }
        if settings.isTracing { tell("set \(number)") }
        let made = Case(number: number, seed: settings.seed, requests: settings.requests)
        counters.sets += 1
        counters["policies"] += made.policyCount
        counters["sets \(made.shape)"] += 1
        if let report = try compare(made, stranger, &counters) { found.withLock { $0.reports.append(report) } }
        let begun = number + 1 - settings.first
        if begun % 1_000 == 0 { tell("\(begun) of \(settings.sets) sets") }
      }
    } catch {
      reports.append("\(error)")
    }
    found.withLock {
      $0.counters.add(counters)
      $0.reports.append(contentsOf: reports)
    }
  }

  /// Says at once how far the run is.
  private func tell(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

  /// Compares all requests of a case.
  ///
  /// - Returns: what to tell when there is a difference.
  private func compare(_ made: Case, _ stranger: PolicyEngine, _ counters: inout Counters) throws -> String? {
    var rivals = try Rivals(made, stranger: stranger)
    for (turn, request) in made.requests.enumerated() {
      do {
        try rivals.compare(request, turn: turn, &counters)
      } catch {
        tell("set \(made.number) differs; making it smaller")
        var shrinker = Shrinker(made, error, stranger: stranger)
        shrinker.shrink()
        return shrinker.report(seed: settings.seed)
      }
    }
    return nil
  }
}
