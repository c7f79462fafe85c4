// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WritCedar

@Suite("Validation: soundness (J8, attacks P18)")
struct SoundnessTests {
  /// Evaluations to make: `Scripts/soundness` asks for a million.
  private static let wanted = ProcessInfo.processInfo.environment["WRIT_SOUNDNESS"].flatMap { Int($0) } ?? 20_000
  private static let seed = ProcessInfo.processInfo.environment["WRIT_SEED"].flatMap { UInt64($0) } ?? 1

  @Test("Valid policies on requests and entities that fit err by overflow, absent entities and extension types only")
  func soundness() throws {
    let schema = try Schema(parsing: Example.text)
    let allowed: Set<EvaluationError.Code> = [.overflow, .entityMissing, .extension]
    var evaluations = 0
    var drawn = 0
    var valid = 0
    var infallible = 0
    var satisfied = 0
    var errors: [String: Int] = [:]
    var round: UInt64 = 0
    while evaluations < Self.wanted {
      round += 1
      let seed = Self.seed &* 1_000_003 &+ round
      var conditions = RandomConditions(seed: seed)
      let texts = (0..<24).map { conditions.policy($0) }
      drawn += texts.count
      let all = try PolicySet(parsing: texts.joined(separator: "\n"))
      let report = all.validate(against: schema)
      let invalid = Set(report.errors.map(\.policy))
      var policies = PolicySet()
      for policy in all.policies where !invalid.contains(policy.id) { try policies.add(policy) }
      valid += policies.count
      infallible += policies.policies.count { report.infallible.contains($0.id) }
      var world = RandomWorld(schema, seed: seed)
      let entities = try world.entities()
      for entity in entities { #expect(schema.problem(with: entity) == nil) }
      let authorizer = Authorizer(policies: policies, entities: entities, erringForbids: .skip)
      for _ in 0..<12 {
        guard let request = try world.request() else { continue }
        try request.validate(against: schema)
        let response = authorizer.authorize(request)
        evaluations += policies.count
        satisfied += response.reasons.count
        for error in response.errors {
          errors["\(error.error.code)", default: 0] += 1
          let text = all[error.policy]?.description ?? ""
          #expect(allowed.contains(error.error.code), "\(error.error), round \(round): \(text) for \(request)")
          #expect(!report.infallible.contains(error.policy), "\(error.error), round \(round): \(text) for \(request)")
        }
      }
    }
    print(
      "Soundness: \(evaluations) evaluations of \(valid) valid policies of \(drawn), \(infallible) of them infallible, "
        + "\(satisfied) satisfied, errors \(errors.sorted { $0.key < $1.key })"
    )
    // The policies drawn are neither all valid nor hardly ever, and what may happen happens.
    #expect(valid > drawn / 10 && valid < drawn * 9 / 10)
    #expect(infallible > 0 && satisfied > 0)
    #expect(Set(errors.keys) == ["overflow", "entityMissing", "extension"])
  }
}
