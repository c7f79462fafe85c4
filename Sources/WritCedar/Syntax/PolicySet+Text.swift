// SPDX-License-Identifier: Apache-2.0

extension PolicySet {
  /// The set in Cedar's syntax: what it says, without comments and layout.
  ///
  /// Reading it gives the members the same ids, by an annotation `@id` where the position does not. A linked policy
  /// is written as the policy that it stands for, and a member whose own `@id` is not its id keeps its annotation and
  /// loses its id.
  public var cedarText: String {
    var out = ""
    for (position, policy) in members.enumerated() {
      if !out.isEmpty { out += "\n\n" }
      let isPositional = policy.id.description.hasSameScalars(as: "policy\(position)")
      if !isPositional, policy.annotation("id") == nil {
        out += "@id(\(CedarText.quoted(policy.id.description)))\n"
      }
      out += policy.description
    }
    if !out.isEmpty { out += "\n" }
    return out
  }
}
