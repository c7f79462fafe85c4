// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Version {
  var hasErringPolicies: Bool { unsafe tables.pointee.policies.index.hasErring }

  /// The policies that err, with why: the tables find them, the literal evaluator tells.
  func errors(of machine: inout Machine, _ request: Request, _ overlay: EntityOverlay?) -> [PolicyError] {
    let evaluator = Evaluator(request: request, entities: StoredEntities(version: self, overlay: overlay))
    var errors: [PolicyError] = []
    for number in machine.erringPolicies() {
      let policy = policies[Int(number)]
      do {
        _ = try evaluator.isSatisfied(policy)
      } catch {
        errors.append(PolicyError(policy: policy.id, effect: policy.effect, error: error))
      }
    }
    return errors
  }
}
