// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension PolicySet {
  /// This set with the linked policies among others, linked again from the templates of this set.
  ///
  /// A linked policy that this set has under the same id stands.
  /// - Throws: ``PolicyEngineError``: the template is not in this set or has other slots
  ///   (``PolicyEngineError/Code/template``), or the id is that of a policy that is not linked
  ///   (``PolicyEngineError/Code/duplicatePolicy``).
  func keepingLinks(of policies: some Sequence<Policy>) throws(PolicyEngineError) -> PolicySet {
    var kept = self
    for policy in policies {
      guard let template = policy.template else { continue }
      if let known = self[policy.id] {
        guard known.template != nil else {
          throw PolicyEngineError(
            code: .duplicatePolicy,
            description: "the linked policy `\(policy.id)` cannot be kept: another policy has its id"
          )
        }
        continue
      }
      do throws(PolicySetError) {
        try kept.link(template, as: policy.id, slots: policy.slotValues)
      } catch {
        throw PolicyEngineError(
          code: .template,
          description: "the linked policy `\(policy.id)` cannot be kept: \(error.description)"
        )
      }
    }
    return kept
  }
}
