// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// Random policies, written to JSON and read back: they say the same, and decide the same by the literal evaluator.
@Suite("Policies in JSON against the text")
struct JSONTests {
  @Test("what is read back prints and decides as what was written")
  func samePolicies() throws {
    let settings = Settings.current
    var policies = 0
    for number in settings.first..<(settings.first + settings.sets) {
      let made = Case(number: number, seed: settings.seed, requests: 6)
      let set = try made.policySet()
      let json = set.json
      let again = try PolicySet(json: json)
      let texts = Self.texts(set)
      // `has a.b` comes back as the chain of `&&` that it stands for.
      if !texts.contains(where: { $0.contains(/\ has \w+\./) }) { #expect(Self.texts(again) == texts, "set \(number)") }
      #expect(again.json == json, "set \(number)")
      let entities = try EntityStore(made.entities)
      let before = Authorizer(policies: set, entities: entities, erringForbids: made.isStrict ? .deny : .skip)
      let after = Authorizer(policies: again, entities: entities, erringForbids: made.isStrict ? .deny : .skip)
      for request in made.requests {
        #expect(Self.answer(after.authorize(request)) == Self.answer(before.authorize(request)), "set \(number)")
      }
      policies += set.members.count
    }
    print("JSON, seed \(settings.seed): \(policies) policies, templates and links of \(settings.sets) sets")
  }

  /// A set in JSON holds static policies, templates and links in this order.
  private static func texts(_ set: PolicySet) -> [String] {
    set.members.map { "\($0.id) \($0.template.map(String.init(describing:)) ?? "")\n\($0)" }.sorted()
  }

  private static func answer(_ response: AuthorizationResponse) -> [String] {
    [response.decision.rawValue] + response.reasons.map(\.description).sorted()
      + response.errors.map { "\($0.policy) \($0.error.code)" }.sorted()
  }
}
