// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

extension Policy {
  /// The policy in Cedar's JSON, in UTF-8: what it says, without comments and layout.
  ///
  /// A linked policy's slots are filled. `has a.b` is written with an array, which Cedar reads since version 4.5.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.policy(self)
    return writer.bytes
  }
}

extension PolicySet {
  /// The set in Cedar's JSON, in UTF-8, under the ids it has.
  ///
  /// A linked policy whose template is not in the set is written as a static policy.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("staticPolicies")
    writer.policies(members.filter { !$0.isTemplate && !isLink($0) })
    writer.key("templates")
    writer.policies(members.filter(\.isTemplate))
    writer.key("templateLinks")
    writer.beginArray()
    for policy in members where isLink(policy) { writer.link(policy) }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }

  private func isLink(_ policy: Policy) -> Bool {
    policy.template.map { self[$0]?.isTemplate == true } ?? false
  }
}

extension JSONWriter {
  fileprivate mutating func policies(_ policies: [Policy]) {
    beginObject()
    for policy in policies {
      key(policy.id.description)
      self.policy(policy)
    }
    endObject()
  }

  fileprivate mutating func link(_ policy: Policy) {
    beginObject()
    member("templateId", policy.template?.description ?? "")
    member("newId", policy.id.description)
    key("values")
    beginObject()
    for slot in [Slot.principal, .resource] {
      guard let value = policy.slotValues[slot] else { continue }
      key(slot.description)
      uid(value)
    }
    endObject()
    endObject()
  }

  fileprivate mutating func policy(_ policy: Policy) {
    beginObject()
    member("effect", policy.effect.description)
    key("principal")
    scope(policy.principalConstraint)
    key("action")
    scope(policy.actionConstraint)
    key("resource")
    scope(policy.resourceConstraint)
    key("conditions")
    beginArray()
    for condition in policy.conditions {
      beginObject()
      member("kind", condition.isUnless ? "unless" : "when")
      key("body")
      expression(condition.nodes, of: policy.tree)
      endObject()
    }
    endArray()
    annotations(policy.annotations)
    endObject()
  }

  private mutating func annotations(_ annotations: [Policy.Annotation]) {
    guard !annotations.isEmpty else { return }
    key("annotations")
    beginObject()
    for annotation in annotations {
      key(annotation.name)
      if let value = annotation.value { string(value) } else { null() }
    }
    endObject()
  }

  // MARK: Scope

  private mutating func scope(_ constraint: ScopeConstraint) {
    beginObject()
    switch constraint {
    case .any: member("op", "All")
    case .equal(let entity):
      member("op", "==")
      reference(entity)
    case .in(let entity):
      member("op", "in")
      reference(entity)
    case .isType(let type):
      member("op", "is")
      member("entity_type", type.description)
    case .isTypeIn(let type, let entity):
      member("op", "is")
      member("entity_type", type.description)
      key("in")
      beginObject()
      reference(entity)
      endObject()
    }
    endObject()
  }

  private mutating func reference(_ reference: EntityReference) {
    switch reference {
    case .entity(let entity):
      key("entity")
      uid(entity)
    case .slot(let slot):
      member("slot", slot.description)
    }
  }

  private mutating func scope(_ constraint: ActionConstraint) {
    beginObject()
    switch constraint {
    case .any: member("op", "All")
    case .equal(let action):
      member("op", "==")
      key("entity")
      uid(action)
    case .in(let group):
      member("op", "in")
      key("entity")
      uid(group)
    case .inAny(let groups):
      member("op", "in")
      key("entities")
      beginArray()
      for group in groups { uid(group) }
      endArray()
    }
    endObject()
  }

  mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }
}
