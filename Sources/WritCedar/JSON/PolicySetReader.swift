// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

extension PolicySet {
  /// Reads policies from Cedar's JSON: one policy or template, or a set, `{"staticPolicies": {id: policy},
  /// "templates": {id: template}, "templateLinks": [{"templateId", "newId", "values"}]}` with all three members.
  ///
  /// In a set the names of the members are the ids, whatever the annotations say.
  ///
  /// - Parameters:
  ///   - json: the text in UTF-8.
  ///   - name: what errors call the text.
  ///   - identifiers: where the id of a single policy comes from.
  /// - Throws: an ``InputError`` with its place.
  public init(
    json: [UInt8],
    name: String = "policies",
    identifiers: Identifiers = .annotationOrPosition
  ) throws(InputError) {
    try self.init(json: SourceInput(name: name, bytes: json), position: 0, identifiers: identifiers)
  }

  /// - Parameter position: how many policies stand in the texts before this one.
  init(json source: SourceInput, position: Int, identifiers: Identifiers) throws(InputError) {
    do throws(JSONFailure) {
      self = try PolicySetReader(source).policySet(position: position, identifiers: identifiers)
    } catch {
      throw error.inputError(name: source.name, bytes: source.bytes)
    }
  }
}

extension SourceInput {
  /// Whether the text is JSON rather than Cedar: its first byte that is not white space is `{`, with which no Cedar
  /// text begins.
  var isJSON: Bool {
    let blank: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    return bytes.first { !blank.contains($0) } == UInt8(ascii: "{")
  }
}

/// Reads a policy set in Cedar's JSON.
private struct PolicySetReader {
  private let source: SourceInput
  private let document: JSONDocument
  private var reader: PolicyReader

  init(_ source: SourceInput) throws(JSONFailure) {
    guard source.bytes.count <= SourceText.maximumLength else {
      throw JSONFailure(.json, "the text is longer than \(SourceText.maximumLength) bytes", at: 0)
    }
    do throws(JSONError) {
      // Reading holds at any depth, and chains of operators are nested here: `PolicyReader` counts what nests.
      document = try JSONDocument(parsing: source.bytes, maximumDepth: source.bytes.count)
    } catch {
      throw JSONFailure(error)
    }
    self.source = source
    reader = PolicyReader(document)
  }

  consuming func policySet(
    position: Int,
    identifiers: PolicySet.Identifiers
  ) throws(JSONFailure) -> PolicySet {
    let root = document.root
    let names = ["staticPolicies", "templates", "templateLinks"]
    guard document.kind(of: root) == .object else {
      throw reader.failure(.form, "policies in JSON are an object", at: root)
    }
    guard names.contains(where: { document.member($0, of: root) != nil }) else {
      if document.member("Statement", of: root) != nil {
        throw JSONFailure(
          .form,
          "the policies are in the form of AWS IAM, not of Cedar",
          help: "a statement is written `permit(principal, action, resource) when { … };`",
          at: document.offset(of: root)
        )
      }
      try reader.policy(root)
      return try single(position: position, identifiers)
    }
    let what = "a policy set"
    let policies = try reader.member("staticPolicies", of: root, what)
    let templates = try reader.member("templates", of: root, what)
    let links = try reader.member("templateLinks", of: root, what)
    try reader.expectCount(3, of: root, what, names)
    var ids: [JSONDocument.Index] = []
    try read(policies, "staticPolicies", into: &ids)
    let policyCount = ids.count
    try read(templates, "templates", into: &ids)

    let tree = SyntaxTree(reader.tree, source: SourceText(name: source.name, bytes: source.bytes), isJSON: true)
    var set = PolicySet()
    set.reserveCapacity(ids.count)
    for (index, key) in ids.enumerated() {
      let policy = Policy(id: PolicyID(document.string(at: key) ?? ""), tree: tree, index: index)
      if index < policyCount, policy.isTemplate {
        throw reader.failure(.policy, "a policy with slots belongs to `templates`", at: key)
      }
      // Without slots it would be decided by, which the reference does not do.
      if index >= policyCount, !policy.isTemplate {
        throw reader.failure(.policy, "a template has a slot; this policy belongs to `staticPolicies`", at: key)
      }
      try change(at: key) { () throws(PolicySetError) in try set.add(policy) }
    }
    guard document.kind(of: links) == .array else {
      throw reader.failure(.form, "`templateLinks` is an array", at: links)
    }
    for link in document.elements(of: links) { try read(link: link, into: &set) }
    return set
  }

  /// The one policy that has been read.
  private func single(position: Int, _ identifiers: PolicySet.Identifiers) throws(JSONFailure) -> PolicySet {
    let tree = SyntaxTree(reader.tree, source: SourceText(name: source.name, bytes: source.bytes), isJSON: true)
    let (policy, problem) = PolicySet.identified(tree, 0, position: position, identifiers)
    if let problem { throw JSONFailure(.policy, problem.message, at: problem.span.start) }
    var set = PolicySet()
    try change(at: document.root) { () throws(PolicySetError) in try set.add(policy) }
    return set
  }

  private mutating func read(
    _ index: JSONDocument.Index,
    _ name: String,
    into ids: inout [JSONDocument.Index]
  ) throws(JSONFailure) {
    guard document.kind(of: index) == .object else {
      throw reader.failure(.form, "`\(name)` is an object of policies by their ids", at: index)
    }
    for (key, value) in document.members(of: index) {
      if document.string(at: key, equals: "") { throw reader.failure(.policy, "the id is empty", at: key) }
      try reader.policy(value)
      ids.append(key)
    }
  }

  /// A link, `{"templateId": id, "newId": id, "values": {"?principal": entity, "?resource": entity}}`.
  private func read(link index: JSONDocument.Index, into set: inout PolicySet) throws(JSONFailure) {
    let what = "a link"
    let template = try id("templateId", of: index)
    let new = try id("newId", of: index)
    let values = try reader.member("values", of: index, what)
    try reader.expectCount(3, of: index, what, ["templateId", "newId", "values"])
    guard document.kind(of: values) == .object else {
      throw reader.failure(.form, "`values` is an object of entities by their slots", at: values)
    }
    var slots: [Slot: EntityUID] = [:]
    var entities = ValueReader(schema: nil)
    for (key, value) in document.members(of: values) {
      let known = [Slot.principal, .resource].first { document.string(at: key, equals: $0.description) }
      guard let slot = known else {
        throw reader.failure(.link, "\(reader.shown(key)) is not a slot: ?principal or ?resource", at: key)
      }
      slots[slot] = try entities.uid(value, of: document)
    }
    try change(at: index) { () throws(PolicySetError) in try set.link(template, as: new, slots: slots) }
  }

  private func id(_ name: String, of index: JSONDocument.Index) throws(JSONFailure) -> PolicyID {
    let member = try reader.member(name, of: index, "a link")
    guard let text = document.string(at: member), !text.isEmpty else {
      throw reader.failure(.form, "`\(name)` is a string that is not empty", at: member)
    }
    return PolicyID(text)
  }

  /// Changes the set, and reports what breaks its rules at a place.
  private func change(
    at index: JSONDocument.Index,
    _ body: () throws(PolicySetError) -> Void
  ) throws(JSONFailure) {
    do throws(PolicySetError) {
      try body()
    } catch {
      throw reader.failure(error.code == .duplicateID ? .duplicate : .link, error.description, at: index)
    }
  }
}
