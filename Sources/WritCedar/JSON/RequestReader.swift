// SPDX-License-Identifier: Apache-2.0

package import StrictJSON

extension RecordValue {
  /// Reads a context from JSON: an object of values.
  ///
  /// With a schema, and an action that it declares, the short forms of entities and extension values are understood.
  ///
  /// - Throws: an ``InputError``.
  public init(
    json: [UInt8],
    name: String = "context",
    for action: EntityUID? = nil,
    schema: Schema? = nil
  ) throws(InputError) {
    do throws(JSONFailure) {
      let document = try JSONDocument.reading(json)
      var reader = RequestReader(schema: schema)
      self = try reader.context(document.root, of: document, action: action)
    } catch {
      throw error.inputError(name: name, bytes: json)
    }
  }
}

/// A request as written in JSON, with the entities it brings along.
public struct RequestInput: Sendable {
  /// The request.
  public let request: AuthorizationRequest
  /// Entities to lay over those in the store, for this request only.
  public let entities: [Entity]
  /// Entities that stand in place of the stored ones, whole, for this request only.
  public let replacing: [Entity]
  /// The places of `entities`, then of `replacing`, in the text.
  package let offsets: [Int]

  /// Reads `{"principal", "action", "resource", "context", "entities", "replacing"}`, of which the last three may be
  /// missing.
  ///
  /// An identifier is an entity literal in a string, `{"type", "id"}` or `{"__entity": {…}}`. No other member is
  /// allowed. With a schema an entity of `entities` may lack attributes that are required, since it is merged with the
  /// stored one.
  ///
  /// - Parameters:
  ///   - json: the text in UTF-8.
  ///   - name: what errors call the text.
  ///   - schema: what contexts and entities look like.
  ///   - validates: whether the request must fit the schema.
  ///   - onWarning: told of members that mean nothing and are ignored.
  /// - Throws: an ``InputError``.
  public init(
    json: [UInt8],
    name: String = "request",
    schema: Schema? = nil,
    validates: Bool = true,
    onWarning: (Diagnostic) -> Void = { _ in }
  ) throws(InputError) {
    var reader = RequestReader(schema: schema)
    do throws(JSONFailure) {
      let document = try JSONDocument.reading(json)
      self = try reader.request(document.root, of: document, validates: validates)
    } catch {
      throw error.inputError(name: name, bytes: json)
    }
    reader.reportIgnored(in: SourceInput(name: name, bytes: json), to: onWarning)
  }

  /// A request with the entities it brings along.
  public init(request: AuthorizationRequest, entities: [Entity] = [], replacing: [Entity] = []) {
    self.init(request: request, entities: entities, replacing: replacing, offsets: [])
  }

  init(request: AuthorizationRequest, entities: [Entity], replacing: [Entity], offsets: [Int]) {
    self.request = request
    self.entities = entities
    self.replacing = replacing
    self.offsets = offsets
  }
}

extension AuthorizationRequest {
  /// Checks the request against a schema.
  ///
  /// - Throws: ``SchemaMismatch``.
  public func validate(against schema: Schema) throws(SchemaMismatch) {
    if let problem = schema.problem(with: self) { throw SchemaMismatch(description: problem) }
  }
}

/// A request that does not fit the schema.
public struct SchemaMismatch: Error, Sendable, CustomStringConvertible {
  /// The message: which part of the request does not fit.
  public let description: String

  package init(description: String) { self.description = description }
}

extension JSONDocument {
  static func reading(_ json: [UInt8]) throws(JSONFailure) -> JSONDocument {
    do throws(JSONError) {
      return try JSONDocument(parsing: json, maximumDepth: ValueReader.maximumJSONDepth)
    } catch {
      throw JSONFailure(error)
    }
  }
}

/// Reads requests and contexts.
package struct RequestReader {
  let schema: Schema?
  private var ignored = IgnoredMembers()

  package init(schema: Schema?) {
    self.schema = schema
  }

  private static let form = """
    a request is written `{"principal": "User::\\"alice\\"", "action": "Action::\\"view\\"", \
    "resource": "Photo::\\"sea.jpg\\""}`
    """

  /// Reports the members that mean nothing in all that was read.
  package func reportIgnored(in source: SourceInput, to onWarning: (Diagnostic) -> Void) {
    ignored.report(in: source, to: onWarning)
  }

  /// A request, its members alone or among others that the caller reads.
  package mutating func request(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    validates: Bool,
    amongMembers others: [String] = []
  ) throws(JSONFailure) -> RequestInput {
    let offset = document.offset(of: index)
    guard document.kind(of: index) == .object else {
      throw JSONFailure(
        .form,
        "a request is an object with `principal`, `action` and `resource`",
        help: Self.form,
        at: offset
      )
    }
    let members = ["principal", "action", "resource", "context", "entities", "replacing"] + others
    for (key, _) in document.members(of: index) {
      let name = document.string(at: key) ?? ""
      guard members.contains(where: { $0.hasSameScalars(as: name) }) else {
        throw JSONFailure(
          .form,
          "a request has no member \(CedarText.quoted(String(name.prefix(64))))",
          help: ForeignMember.help(forRequestMember: name, among: members),
          at: document.offset(of: key)
        )
      }
    }
    var values = ValueReader(schema: schema)
    let principal = try uid("principal", of: index, document, &values)
    let action = try uid("action", of: index, document, &values)
    let resource = try uid("resource", of: index, document, &values)
    ignored.append(values.takeIgnored())
    var context = RecordValue.empty
    if let member = document.member("context", of: index) {
      context = try self.context(member, of: document, action: action)
    }
    let request = AuthorizationRequest(principal: principal, action: action, resource: resource, context: context)
    if validates, let schema {
      if let problem = schema.problem(withScopeOf: request) { throw JSONFailure(.schema, problem, at: offset) }
      if let problem = schema.mismatch(ofContext: request) {
        let place = document.offset(ofPath: ["context"] + problem.path, from: index)
        throw JSONFailure(.context, problem.description, at: place)
      }
    }
    let entities = try self.entities("entities", of: index, document, isPartial: true)
    let replacing = try self.entities("replacing", of: index, document)
    return RequestInput(
      request: request,
      entities: entities.entities,
      replacing: replacing.entities,
      offsets: entities.offsets + replacing.offsets
    )
  }

  /// An entity literal in a string, or an object.
  private func uid(
    _ name: String,
    of index: JSONDocument.Index,
    _ document: JSONDocument,
    _ values: inout ValueReader
  ) throws(JSONFailure) -> EntityUID {
    let role: EntityRole = name == "principal" ? .principal : name == "action" ? .action : .resource
    guard let member = document.member(name, of: index) else {
      throw JSONFailure(.form, "the request has no `\(name)`", help: Self.form, at: document.offset(of: index))
    }
    guard let text = document.string(at: member) else {
      do throws(JSONFailure) {
        return try values.uid(member, of: document)
      } catch {
        throw error.prefixed(by: ["`\(name)`"])
      }
    }
    do throws(SyntaxError) {
      return try EntityUID(parsing: text, name: name, as: role)
    } catch {
      let first = error.diagnostics.first
      let message = "`\(name)` is not an entity: \(first?.message ?? "")"
      // In JSON the quotes of the literal are escaped, so the object is easier to write.
      let help = ForeignMember.help(forUID: member, in: document, role)
      throw JSONFailure(.uid, message, help: help, at: document.offset(of: member))
    }
  }

  mutating func context(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    action: EntityUID?
  ) throws(JSONFailure) -> RecordValue {
    let type = action.flatMap { schema?.actions[$0]?.context }
    do throws(JSONFailure) {
      var values = ValueReader(schema: schema)
      guard !Self.isEscape(index, of: document, type),
        let record = try values.attributes(index, of: document, expecting: type)
      else {
        throw JSONFailure(
          .context,
          "a context is an object of values",
          help: "write an object, as in `{\"mfa\": true}`, or leave it out",
          at: document.offset(of: index)
        )
      }
      ignored.append(values.takeIgnored())
      return record
    } catch {
      throw JSONFailure(error.code == .json ? .json : .context, error.message, help: error.help, at: error.offset)
    }
  }

  /// Whether the whole of an object is an entity, a call or an expression, and so no record.
  private static func isEscape(_ index: JSONDocument.Index, of document: JSONDocument, _ type: Schema.TypeIndex?)
    -> Bool
  {
    if type == nil, document.isExpressionEscape(index) { return true }
    guard document.count(of: index) == 1 else { return false }
    return ["__entity", "__extn"].contains { name in
      document.member(name, of: index).map { document.kind(of: $0) == .object } ?? false
    }
  }

  /// A member with an array of entities, each checked against the schema, with their places; none without the member.
  ///
  /// - Parameter isPartial: whether required attributes may be missing, for entities that are merged with stored ones.
  package mutating func entities(
    _ name: String,
    of index: JSONDocument.Index,
    _ document: JSONDocument,
    isPartial: Bool = false
  ) throws(JSONFailure) -> (entities: [Entity], offsets: [Int]) {
    guard let member = document.member(name, of: index) else { return ([], []) }
    guard document.kind(of: member) == .array else {
      throw JSONFailure(
        .form,
        "`\(name)` is an array",
        help: "write `[ … ]` around the entities",
        at: document.offset(of: member)
      )
    }
    var reader = EntityReader(schema: schema)
    var entities: [Entity] = []
    for element in document.elements(of: member) {
      let entity = try reader.entity(element, of: document)
      try reader.checkFits(entity, element, of: document, isPartial: isPartial)
      entities.append(entity)
    }
    ignored.append(reader.takeIgnored())
    return (entities, document.elements(of: member).map { document.offset(of: $0) })
  }
}
