// SPDX-License-Identifier: Apache-2.0

/// A change of a policy set that would break its rules.
public struct PolicySetError: Error, Sendable, CustomStringConvertible {
  /// The rule that would break.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The id is taken by another policy, template or link.
    public static let duplicateID = Code(.duplicateID)
    /// There is no policy, template or link with this id.
    public static let unknownID = Code(.unknownID)
    /// The policy is not a template.
    public static let notATemplate = Code(.notATemplate)
    /// The slots given are not exactly those of the template.
    public static let slotMismatch = Code(.slotMismatch)
    /// The template still has links.
    public static let templateInUse = Code(.templateInUse)

    package enum Kind: String, Sendable, CaseIterable {
      case duplicateID, unknownID, notATemplate, slotMismatch, templateInUse
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The rule.
  public let code: Code
  /// The rule and the offending id.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// Policies, templates and links under distinct ids, in the order they were added.
public struct PolicySet: Sendable {
  /// The origin of the id of a policy that is read from text.
  public enum Identifiers: Sendable {
    /// The `@id` annotation where there is one, otherwise the position: `policy0`, `policy1`, …
    case annotationOrPosition
    /// The position alone, as in Cedar's reference: `policy0`, `policy1`, …
    case position
  }

  /// All members in order: static policies, templates and linked policies.
  public private(set) var members: [Policy] = []
  private var positions: [PolicyID: Int] = [:]

  /// The empty set, which denies everything.
  public init() {}

  /// Reads policies and templates from one text.
  ///
  /// - Throws: a ``SyntaxError`` that tells everything wrong with the text, ids that occur twice included.
  public init(
    parsing text: String,
    name: String = "policies",
    identifiers: Identifiers = .annotationOrPosition
  ) throws(SyntaxError) {
    try self.init(parsing: [SourceInput(name: name, text: text)], identifiers: identifiers)
  }

  /// Reads policies and templates from several texts; positions count through all of them.
  ///
  /// A text whose first byte after white space is `{` is read as ``init(json:name:identifiers:)`` reads it.
  ///
  /// - Throws: a ``SyntaxError`` that tells everything wrong with the texts, ids that occur twice included.
  public init(
    parsing sources: [SourceInput],
    identifiers: Identifiers = .annotationOrPosition
  ) throws(SyntaxError) {
    var diagnostics: [Diagnostic] = []
    for source in sources {
      if source.isJSON {
        do throws(InputError) {
          members += try PolicySet(json: source, position: members.count, identifiers: identifiers).members
        } catch {
          diagnostics.append(error.diagnostic)
        }
        continue
      }
      do {
        var parser = try Parser(name: source.name, bytes: source.bytes)
        try parser.policies()
        let tree = SyntaxTree(parser.tree, source: parser.source)
        members.reserveCapacity(members.count + tree.policies.count)
        for index in tree.policies.indices {
          let (policy, problem) = Self.identified(tree, index, position: members.count, identifiers)
          if let problem { diagnostics.append(problem) }
          members.append(policy)
        }
      } catch {
        diagnostics.append(contentsOf: error.diagnostics)
      }
    }
    positions.reserveCapacity(members.count)
    for (index, policy) in members.enumerated() {
      guard let other = positions.updateValue(index, forKey: policy.id) else { continue }
      guard diagnostics.count < SyntaxError.limit else { break }
      diagnostics.append(
        Diagnostic(
          "two policies have the id `\(policy.id)`: the other is at \(members[other].location)",
          help: policy.tree.isJSON ? nil : "an id is the `@id` annotation, otherwise `policy` and the position from 0",
          source: policy.source,
          span: policy.idSpan
        )
      )
    }
    if !diagnostics.isEmpty { throw SyntaxError(diagnostics) }
  }

  static func identified(
    _ tree: SyntaxTree,
    _ index: Int,
    position: Int,
    _ identifiers: Identifiers
  ) -> (Policy, Diagnostic?) {
    let unnamed = Policy(id: PolicyID("policy\(position)"), tree: tree, index: index)
    guard identifiers == .annotationOrPosition, let name = unnamed.annotation("id") else { return (unnamed, nil) }
    if name.isEmpty {
      let problem = Diagnostic(
        "the `@id` is empty",
        help: "give the policy a name, or remove the annotation",
        source: tree.source,
        span: unnamed.idSpan
      )
      return (unnamed, problem)
    }
    return (Policy(id: PolicyID(name), tree: tree, index: index), nil)
  }

  // MARK: Looking

  /// The number of policies and linked policies; templates do not count.
  public var count: Int { members.reduce(0) { $1.isTemplate ? $0 : $0 + 1 } }

  /// The policies and linked policies in order: what a request is decided by.
  public var policies: some Sequence<Policy> { members.lazy.filter { !$0.isTemplate } }

  /// The templates in order.
  public var templates: some Sequence<Policy> { members.lazy.filter(\.isTemplate) }

  /// The policy, template or linked policy with this id.
  public subscript(id: PolicyID) -> Policy? { positions[id].map { members[$0] } }

  // MARK: Changing

  /// Makes room for so many members.
  mutating func reserveCapacity(_ count: Int) {
    members.reserveCapacity(count)
    positions.reserveCapacity(count)
  }

  /// Adds a policy or template under its id, or under another one.
  ///
  /// - Throws: ``PolicySetError/Code/duplicateID``.
  public mutating func add(_ policy: Policy, as id: PolicyID? = nil) throws(PolicySetError) {
    let policy = id.map { policy.renamed($0, template: nil) } ?? policy
    guard positions[policy.id] == nil else {
      throw PolicySetError(
        .duplicateID,
        "there is already a policy with the id `\(CedarText.shown(policy.id.description))`"
      )
    }
    positions[policy.id] = members.count
    members.append(policy)
  }

  /// Makes a policy from a template by filling its slots.
  ///
  /// - Parameters:
  ///   - template: the id of the template.
  ///   - id: the id of the new policy.
  ///   - slots: an entity for each slot of the template, and no other.
  /// - Throws: ``PolicySetError``: no such template, slots that do not match, an id in use.
  public mutating func link(
    _ template: PolicyID,
    as id: PolicyID,
    slots: [Slot: EntityUID]
  ) throws(PolicySetError) {
    let policy = try member(template)
    guard policy.isTemplate else {
      throw PolicySetError(.notATemplate, "the policy `\(CedarText.shown(template.description))` is not a template")
    }
    guard Set(policy.slots) == Set(slots.keys) else {
      let wanted = policy.slots.map(\.description).joined(separator: ", ")
      let given = slots.keys.map(\.description).sorted().joined(separator: ", ")
      throw PolicySetError(
        .slotMismatch,
        "the template `\(CedarText.shown(template.description))` has the slots \(wanted), given: \(given.isEmpty ? "none" : given)"
      )
    }
    try add(policy.linked(as: id, slots: slots))
  }

  /// Removes a policy, a linked policy, or a template that has no links.
  ///
  /// - Complexity: O(n) in the members.
  ///
  /// - Returns: what was removed.
  /// - Throws: ``PolicySetError/Code/unknownID``, ``PolicySetError/Code/templateInUse``.
  @discardableResult
  public mutating func remove(_ id: PolicyID) throws(PolicySetError) -> Policy {
    let policy = try member(id)
    if policy.isTemplate, let link = members.first(where: { $0.template == id }) {
      throw PolicySetError(
        .templateInUse,
        "the template `\(CedarText.shown(id.description))` is linked as `\(CedarText.shown(link.id.description))`"
      )
    }
    members.removeAll { $0.id == id }
    positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.id, $0) })
    return policy
  }

  /// Adds all members of another set.
  ///
  /// - Parameters:
  ///   - other: the set whose members are added.
  ///   - renaming: whether a member whose id is taken gets a new one; otherwise it is an error.
  /// - Returns: the new id of each member that was renamed.
  /// - Throws: ``PolicySetError/Code/duplicateID``, and then nothing has changed.
  @discardableResult
  public mutating func merge(
    _ other: PolicySet,
    renaming: Bool = false
  ) throws(PolicySetError) -> [PolicyID: PolicyID] {
    var merged = self
    var renamings: [PolicyID: PolicyID] = [:]
    var next = 0
    for policy in other.members where renaming && positions[policy.id] != nil {
      var id: PolicyID
      repeat {
        id = PolicyID("policy\(next)")
        next += 1
      } while positions[id] != nil || other.positions[id] != nil
      renamings[policy.id] = id
    }
    for policy in other.members {
      try merged.add(
        policy.renamed(renamings[policy.id] ?? policy.id, template: policy.template.map { renamings[$0] ?? $0 })
      )
    }
    self = merged
    return renamings
  }

  private func member(_ id: PolicyID) throws(PolicySetError) -> Policy {
    guard let policy = self[id] else {
      throw PolicySetError(.unknownID, "there is no policy with the id `\(CedarText.shown(id.description))`")
    }
    return policy
  }
}
