// SPDX-License-Identifier: Apache-2.0

/// The effect of a policy that is satisfied.
public enum Effect: UInt8, Sendable, CustomStringConvertible {
  /// It allows, unless a `forbid` is satisfied as well.
  case permit
  /// It denies, whatever else is satisfied.
  case forbid

  /// The keyword.
  public var description: String { self == .permit ? "permit" : "forbid" }
}

/// The name of a policy within its set, compared by Unicode scalars.
public struct PolicyID: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  private let text: ScalarText

  /// The policy with this name.
  public init(_ name: String) { text = ScalarText(name) }

  /// The policy with this name.
  public init(stringLiteral name: String) { text = ScalarText(name) }

  /// The name as given; not escaped for a terminal.
  public var description: String { text.string }

  /// The order of the UTF-8 bytes.
  public static func < (left: PolicyID, right: PolicyID) -> Bool { left.text < right.text }
}

/// A place in a template that a link fills with an entity.
public enum Slot: String, Sendable, CustomStringConvertible {
  /// `?principal`
  case principal
  /// `?resource`
  case resource

  /// The slot as written in a template.
  public var description: String { "?\(rawValue)" }
}

/// An entity named in a scope, or the slot in its place.
public enum EntityReference: Hashable, Sendable {
  /// A named entity.
  case entity(EntityUID)
  /// The template's slot.
  case slot(Slot)
}

/// The constraint that a policy's scope puts on the principal or the resource.
public enum ScopeConstraint: Hashable, Sendable {
  /// Nothing.
  case any
  /// `== E`
  case equal(EntityReference)
  /// `in E`
  case `in`(EntityReference)
  /// `is T`
  case isType(EntityTypeName)
  /// `is T in E`
  case isTypeIn(EntityTypeName, EntityReference)
}

/// The constraint that a policy's scope puts on the action.
public enum ActionConstraint: Hashable, Sendable {
  /// Nothing.
  case any
  /// `== A`
  case equal(EntityUID)
  /// `in A`
  case `in`(EntityUID)
  /// `in [A, …]`, possibly empty, which no action satisfies.
  case inAny([EntityUID])
}

/// A static policy, a template, or a policy linked from a template: a cheap view into the text it was read from.
public struct Policy: Sendable {
  /// The values that a link puts in a template's slots.
  final class Link: Sendable {
    let template: PolicyID
    let slots: [Slot: EntityUID]

    init(template: PolicyID, slots: [Slot: EntityUID]) {
      self.template = template
      self.slots = slots
    }
  }

  /// The policy's name in its set.
  public let id: PolicyID
  package let tree: SyntaxTree
  private let index: Int
  private let link: Link?

  init(id: PolicyID, tree: SyntaxTree, index: Int, link: Link? = nil) {
    self.id = id
    self.tree = tree
    self.index = index
    self.link = link
  }

  private var record: PolicyRecord { tree.policies[index] }

  func renamed(_ id: PolicyID, template: PolicyID?) -> Policy {
    let link = link.map { Link(template: template ?? $0.template, slots: $0.slots) }
    return Policy(id: id, tree: tree, index: index, link: link)
  }

  func linked(as id: PolicyID, slots: [Slot: EntityUID]) -> Policy {
    Policy(id: id, tree: tree, index: index, link: Link(template: self.id, slots: slots))
  }

  // MARK: What it says

  /// `permit` or `forbid`.
  public var effect: Effect { record.effect }

  /// The constraint that the scope puts on the principal.
  ///
  /// A linked policy's slots are filled.
  public var principalConstraint: ScopeConstraint { constraint(record.principal, slot: .principal) }

  /// The constraint that the scope puts on the action.
  public var actionConstraint: ActionConstraint {
    let scope = record.action
    switch scope.form {
    case .any: return .any
    case .equal: return .equal(tree.entity(at: scope.operand))
    case .in: return .in(tree.entity(at: scope.operand))
    case .inList: return .inAny(tree.list(at: scope.operand).map { tree.entity(at: $0) })
    }
  }

  /// The constraint that the scope puts on the resource.
  ///
  /// A linked policy's slots are filled.
  public var resourceConstraint: ScopeConstraint { constraint(record.resource, slot: .resource) }

  private func constraint(_ scope: ScopeRecord, slot: Slot) -> ScopeConstraint {
    func reference() -> EntityReference {
      guard scope.entity == ScopeRecord.slot else { return .entity(tree.entity(at: scope.entity)) }
      return link?.slots[slot].map { .entity($0) } ?? .slot(slot)
    }
    switch scope.form {
    case .any: return .any
    case .equal: return .equal(reference())
    case .in: return .in(reference())
    case .isType: return .isType(tree.typeName(at: scope.type))
    case .isTypeIn: return .isTypeIn(tree.typeName(at: scope.type), reference())
    }
  }

  /// The `when` and `unless` clauses, in order.
  package var conditions: ArraySlice<ConditionRecord> {
    let range = record.conditions
    return tree.conditions[Int(range.lowerBound)..<Int(range.upperBound)]
  }

  // MARK: Templates

  /// The slots in the scope, whether filled or not.
  public var slots: [Slot] {
    [(record.principal, Slot.principal), (record.resource, Slot.resource)].compactMap { scope, slot in
      let mayNameEntity = scope.form == .equal || scope.form == .in || scope.form == .isTypeIn
      return mayNameEntity && scope.entity == ScopeRecord.slot ? slot : nil
    }
  }

  /// Whether it has slots that nothing fills.
  ///
  /// A template is never evaluated by itself.
  public var isTemplate: Bool { link == nil && !slots.isEmpty }

  /// The template from which the policy is linked, `nil` for other policies.
  public var template: PolicyID? { link?.template }

  /// The entities that a linked policy puts in its template's slots.
  public var slotValues: [Slot: EntityUID] { link?.slots ?? [:] }

  // MARK: Annotations and place

  /// An annotation, `@name("value")` or `@name`.
  public struct Annotation: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value; `nil` when the annotation is written without one.
    public let value: String?
  }

  /// The annotations in the order written.
  public var annotations: [Annotation] {
    annotationRecords.map { record in
      Annotation(
        name: tree.strings[Int(record.key)],
        value: record.value == AnnotationRecord.noValue ? nil : tree.strings[Int(record.value)]
      )
    }
  }

  private var annotationRecords: ArraySlice<AnnotationRecord> {
    let range = record.annotations
    return tree.annotations[Int(range.lowerBound)..<Int(range.upperBound)]
  }

  /// The value of an annotation: empty when it is written without one, `nil` when there is none.
  public func annotation(_ name: String) -> String? {
    annotations.first { $0.name.hasSameScalars(as: name) }.map { $0.value ?? "" }
  }

  /// The text from the first annotation to the `;`.
  public var span: SourceSpan { SourceSpan(record.start, record.end) }

  /// The text that the policy was read from.
  public var source: SourceText { tree.source }

  /// The place where the policy starts.
  public var location: SourceLocation { source.location(of: span.start) }

  /// The places of the scope's three parts.
  package var scopeSpans: (principal: SourceSpan, action: SourceSpan, resource: SourceSpan) {
    (
      SourceSpan(record.principal.start, record.principal.end), SourceSpan(record.action.start, record.action.end),
      SourceSpan(record.resource.start, record.resource.end)
    )
  }

  /// The place of the `@id` annotation, otherwise of the policy.
  package var idSpan: SourceSpan {
    annotationRecords.first { tree.strings[Int($0.key)] == "id" }.map { SourceSpan($0.start, $0.end) } ?? span
  }
}
