// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension Version {
  var hasErringPolicies: Bool { unsafe tables.pointee.indexes.hasErring }

  /// The policies that err, with why: the tables find them, the literal evaluator tells.
  func errors(of machine: inout Machine, _ request: AuthorizationRequest, _ overlay: EntityOverlay?) -> [PolicyError] {
    errors(of: machine.erringPolicies(), request, StoredEntities(version: self, overlay: overlay))
  }

  /// Why the policies err that have been found already, with what a source supplied.
  func errors(of erring: ErringPolicies, _ request: AuthorizationRequest, _ overlay: EntityOverlay?) -> [PolicyError] {
    let stored = StoredEntities(version: self, overlay: overlay)
    return errors(of: erring.numbers, request, SuppliedEntities(stored) { erring.values[$0] })
  }

  private func errors(of numbers: [UInt32], _ request: AuthorizationRequest, _ entities: some EntitySource)
    -> [PolicyError]
  {
    let evaluator = Evaluator(request: request, entities: entities)
    var errors: [PolicyError] = []
    for number in numbers {
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

/// The policies that err for a request with a source, which is not asked again.
struct ErringPolicies: Sendable {
  /// The numbers of the policies, in order.
  var numbers: [UInt32] = []
  /// What the source supplied: all that these policies look at, up to where they err.
  var values: [AttributePlace: Value] = [:]
}
