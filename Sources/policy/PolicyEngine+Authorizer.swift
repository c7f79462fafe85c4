// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

extension PolicyEngine {
  /// The engine that answers what an authorizer answers, by the same rule for a `forbid` that errs.
  convenience init(_ authorizer: Authorizer) throws(PolicyEngineError) {
    try self.init(authorizer.policies, entities: authorizer.entities, erringForbids: authorizer.erringForbids)
  }
}
