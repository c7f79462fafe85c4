// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

extension EntityStore {
  /// Reads entities from JSON: arrays of `{"uid", "attrs", "parents", "tags"}`, of which only `tags` may be missing.
  ///
  /// With a schema the short forms of entities and extension values are understood, every entity must fit, and the
  /// schema's action entities are added. Texts are read entity by entity: memory follows the entities.
  ///
  /// - Parameters:
  ///   - sources: the texts, which together make the store.
  ///   - schema: what entities look like.
  ///   - onWarning: told of members that mean nothing and are ignored.
  /// - Throws: an ``InputError`` with its place.
  public init(
    parsing sources: [SourceInput],
    schema: Schema? = nil,
    onWarning: (Diagnostic) -> Void = { _ in }
  ) throws(InputError) {
    if let schema { self.init(actionsOf: schema) } else { self.init() }
    var reader = EntityReader(schema: schema)
    for source in sources {
      do throws(JSONFailure) {
        try reader.read(source.bytes, into: &self)
      } catch {
        throw error.inputError(name: source.name, bytes: source.bytes)
      }
      guard !reader.ignored.isEmpty else { continue }
      let text = SourceText(name: source.name, bytes: source.bytes)
      for (member, offset) in reader.ignored {
        let message = "the member \(CedarText.quoted(member)) of an entity means nothing"
        onWarning(Diagnostic(message, source: text, span: SourceSpan(offset, offset + 1)))
      }
      reader.ignored = []
    }
    do throws(EntityStoreError) {
      try checkAcyclic()
    } catch {
      throw JSONFailure(.cycle, error.description, at: 0)
        .inputError(name: sources.first?.name ?? "entities", bytes: sources.first?.bytes ?? [])
    }
  }

  /// The store of the schema's action entities.
  public init(actionsOf schema: Schema) {
    self.init()
    // Actions have distinct identifiers and no attributes.
    for entity in schema.actionEntities { try? insert(entity) }
  }

  /// Reads entities from one JSON text.
  ///
  /// - Throws: an ``InputError`` with its place.
  public init(json: [UInt8], name: String = "entities", schema: Schema? = nil) throws(InputError) {
    try self.init(parsing: [SourceInput(name: name, bytes: json)], schema: schema)
  }
}

/// Reads entities one at a time.
struct EntityReader {
  private let schema: Schema?
  private var values: ValueReader
  /// Members that are not part of the format, with their places.
  var ignored: [(name: String, offset: Int)] = []

  /// Beyond this number, ignored members are not reported.
  private static let ignoredLimit = 20

  init(schema: Schema?) {
    self.schema = schema
    values = ValueReader(schema: schema)
  }

  mutating func read(_ json: [UInt8], into store: inout EntityStore) throws(JSONFailure) {
    guard json.count <= SourceText.maximumLength else {
      throw JSONFailure(.json, "the text is longer than \(SourceText.maximumLength) bytes", at: 0)
    }
    var count = 0
    do {
      var stream = try JSONArrayStream(json, maximumDepth: ValueReader.maximumJSONDepth)
      var document = JSONDocument(maximumDepth: ValueReader.maximumJSONDepth)
      while try stream.next(into: &document) {
        let offset = document.offset(of: document.root)
        count += 1
        if count == Self.sampleSize { reserve(json.count / (offset / count), in: &store) }
        let entity = try self.entity(document.root, of: document)
        if let problem = schema?.problem(with: entity) { throw JSONFailure(.schema, problem, at: offset) }
        // The schema's actions are in the store, and this one equals the schema's.
        if schema != nil, entity.uid.type.isAction { continue }
        do {
          try store.insert(entity)
        } catch {
          throw JSONFailure(.duplicate, error.description, at: offset)
        }
      }
    } catch let error as JSONError {
      // Not even an array begins.
      let found = json.indices.contains(error.offset) ? json[error.offset] : UInt8(ascii: "[")
      let isOther = count == 0 && (found == UInt8(ascii: "{") || found == UInt8(ascii: "n"))
      throw JSONFailure(
        .json,
        error.message,
        help: isOther ? "entities are an array: `[{\"uid\": …, \"attrs\": {}, \"parents\": []}]`" : nil,
        at: error.offset
      )
    } catch let failure as JSONFailure {
      throw failure
    } catch {
      throw JSONFailure(.json, String(describing: error), at: 0)
    }
  }

  /// After this many entities the number of all is estimated, so that little is reserved in vain and nothing moved.
  private static let sampleSize = 256

  private mutating func reserve(_ count: Int, in store: inout EntityStore) {
    let margin = count / 16
    values.reserveCapacity(count + margin)
    store.reserveCapacity(store.count + count + margin)
  }

  mutating func entity(
    _ index: JSONDocument.Index,
    of document: JSONDocument
  ) throws(JSONFailure) -> Entity {
    let offset = document.offset(of: index)
    guard document.kind(of: index) == .object else {
      throw JSONFailure(
        .form,
        "an entity is an object with `uid`, `attrs` and `parents`",
        help: ForeignMember.entityForm,
        at: offset
      )
    }
    guard let uidIndex = document.member("uid", of: index) else {
      let help = ForeignMember.help(missing: "uid", of: index, in: document, otherwise: ForeignMember.entityForm)
      throw JSONFailure(.form, "the entity has no `uid`", help: help, at: offset)
    }
    let uid = try values.uid(uidIndex, of: document)
    guard let attributes = document.member("attrs", of: index) else {
      let otherwise = "write `\"attrs\": {}` where it has no attributes"
      let help = ForeignMember.help(missing: "attrs", of: index, in: document, otherwise: otherwise)
      throw JSONFailure(.form, "\(uid) has no `attrs`", help: help, at: offset)
    }
    guard let parents = document.member("parents", of: index), document.kind(of: parents) == .array else {
      let otherwise =
        "write `\"parents\": []` where it is in no group, and `[{\"type\": …, \"id\": …}]` where it is in one"
      let help = ForeignMember.help(missing: "parents", of: index, in: document, otherwise: otherwise)
      throw JSONFailure(.form, "\(uid) has no array `parents`", help: help, at: offset)
    }
    let definition = schema?.entityTypes[uid.type]
    var entity = Entity(uid: uid)
    entity.attributes = try record(attributes, of: document, "attrs", expecting: definition?.attributes)
    entity.parents.reserveCapacity(document.count(of: parents))
    for parent in document.elements(of: parents) {
      entity.parents.append(try values.uid(parent, of: document))
    }
    if uid.type.isAction, let other = entity.parents.first(where: { !$0.type.isAction }) {
      throw JSONFailure(.form, "the action \(uid) cannot be in \(other), which is no action", at: offset)
    }
    if let tags = document.member("tags", of: index) {
      entity.tags = try self.tags(tags, of: document, expecting: definition?.tags)
    }
    if document.count(of: index) > 3 { noteIgnored(index, of: document) }
    return entity
  }

  private mutating func record(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    _ name: String,
    expecting type: Schema.TypeIndex?
  ) throws(JSONFailure) -> RecordValue {
    guard document.kind(of: index) == .object,
      case .record(let record) = try values.value(index, of: document, expecting: type)
    else {
      throw JSONFailure(
        .form,
        "`\(name)` is an object of values",
        help: "write `\"\(name)\": {\"name\": value}`, or `{}` where there are none",
        at: document.offset(of: index)
      )
    }
    return record
  }

  private mutating func tags(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    expecting type: Schema.TypeIndex?
  ) throws(JSONFailure) -> RecordValue {
    let offset = document.offset(of: index)
    guard document.kind(of: index) == .object else {
      throw JSONFailure(.form, "`tags` is an object", help: "write `\"tags\": {\"name\": value}`", at: offset)
    }
    var tags: [RecordValue.Attribute] = []
    for (key, value) in document.members(of: index) {
      let value = try values.value(value, of: document, expecting: type)
      tags.append(RecordValue.Attribute(name: document.string(at: key) ?? "", value: value))
    }
    do throws(NestingLimitExceeded) {
      return try RecordValue(distinct: tags)
    } catch {
      throw JSONFailure(.value, "a value \(error)", at: offset)
    }
  }

  private mutating func noteIgnored(_ index: JSONDocument.Index, of document: JSONDocument) {
    for (key, _) in document.members(of: index) where ignored.count < Self.ignoredLimit {
      let name = document.string(at: key) ?? ""
      if !["uid", "attrs", "parents", "tags"].contains(where: { $0.hasSameScalars(as: name) }) {
        ignored.append((name, document.offset(of: key)))
      }
    }
  }
}
