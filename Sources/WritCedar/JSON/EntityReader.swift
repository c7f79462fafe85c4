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
        throw reader.inputError(error, in: source, among: sources)
      }
      reader.takeIgnored().report(in: source, to: onWarning)
    }
    do throws(EntityStoreError) {
      try checkAcyclic()
    } catch {
      throw reader.inputError(error, among: sources)
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
  public init(
    json: [UInt8],
    name: String = "entities",
    schema: Schema? = nil,
    onWarning: (Diagnostic) -> Void = { _ in }
  ) throws(InputError) {
    try self.init(parsing: [SourceInput(name: name, bytes: json)], schema: schema, onWarning: onWarning)
  }
}

/// Reads entities one at a time.
struct EntityReader {
  private let schema: Schema?
  private var values: ValueReader
  private var ignored = IgnoredMembers()
  /// The identifier of which there are two different entities, once reading has ended with that.
  private var duplicate: EntityUID?

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
        try checkFits(entity, document.root, of: document)
        // The schema's actions are in the store, and this one equals the schema's.
        if schema != nil, entity.uid.type.isAction { continue }
        do {
          try store.insert(entity)
        } catch {
          duplicate = entity.uid
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

  /// Refuses an entity that does not fit the schema, at the member that does not.
  ///
  /// - Parameter isPartial: whether required attributes may be missing.
  func checkFits(
    _ entity: Entity,
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    isPartial: Bool = false
  ) throws(JSONFailure) {
    guard let problem = schema?.mismatch(of: entity, isPartial: isPartial) else { return }
    throw JSONFailure(.schema, problem.description, at: document.offset(ofPath: problem.path, from: index))
  }

  /// The members that mean nothing since this was asked last.
  mutating func takeIgnored() -> IgnoredMembers {
    defer { ignored = IgnoredMembers() }
    return ignored
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
    do throws(JSONFailure) {
      let entity = try self.entity(uid, index, of: document)
      ignored.append(values.takeIgnored())
      return entity
    } catch {
      throw error.prefixed(by: [Schema.shown(uid)])
    }
  }

  private mutating func entity(
    _ uid: EntityUID,
    _ index: JSONDocument.Index,
    of document: JSONDocument
  ) throws(JSONFailure) -> Entity {
    let offset = document.offset(of: index)
    guard let attributes = document.member("attrs", of: index) else {
      let otherwise = "write `\"attrs\": {}` where it has no attributes"
      let help = ForeignMember.help(missing: "attrs", of: index, in: document, otherwise: otherwise)
      throw JSONFailure(.form, "the entity has no `attrs`", help: help, at: offset)
    }
    let parentsForm =
      "write `\"parents\": []` where it is in no group, and `[{\"type\": …, \"id\": …}]` where it is in one"
    guard let parents = document.member("parents", of: index) else {
      let help = ForeignMember.help(missing: "parents", of: index, in: document, otherwise: parentsForm)
      throw JSONFailure(.form, "the entity has no `parents`", help: help, at: offset)
    }
    guard document.kind(of: parents) == .array else {
      throw JSONFailure(.form, "`parents` is an array", help: parentsForm, at: document.offset(of: parents))
    }
    let definition = schema?.entityTypes[uid.type]
    var entity = Entity(uid: uid)
    entity.attributes = try record(attributes, of: document, "attrs", expecting: definition?.attributes)
    entity.parents.reserveCapacity(document.count(of: parents))
    for parent in document.elements(of: parents) {
      entity.parents.append(try values.uid(parent, of: document))
      if uid.type.isAction, let group = entity.parents.last, !group.type.isAction {
        throw JSONFailure(
          .form,
          "an action cannot be in \(Schema.shown(group)), which is not an action",
          at: document.offset(of: parent)
        )
      }
    }
    if let tags = document.member("tags", of: index) {
      entity.tags = try self.tags(tags, of: document, expecting: definition?.tags)
    }
    if document.count(of: index) > 3 {
      ignored.note(index, of: document, known: ["uid", "attrs", "parents", "tags"], "an entity")
    }
    return entity
  }

  private mutating func record(
    _ index: JSONDocument.Index,
    of document: JSONDocument,
    _ name: String,
    expecting type: Schema.TypeIndex?
  ) throws(JSONFailure) -> RecordValue {
    guard let record = try values.attributes(index, of: document, expecting: type) else {
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
      let name = document.string(at: key) ?? ""
      do throws(JSONFailure) {
        let value = try values.value(value, of: document, expecting: type)
        tags.append(RecordValue.Attribute(name: name, value: value))
      } catch {
        throw error.prefixed(by: ["tag \(Schema.shown(name))"])
      }
    }
    do throws(NestingLimitExceeded) {
      return try RecordValue(distinct: tags)
    } catch {
      throw JSONFailure(.value, "a value \(error)", at: offset)
    }
  }

  // MARK: Places

  /// An error in one of the texts; of a duplicate it says where the first one is.
  func inputError(_ failure: JSONFailure, in source: SourceInput, among sources: [SourceInput]) -> InputError {
    let error = failure.inputError(name: source.name, bytes: source.bytes)
    guard let duplicate, let first = place(of: duplicate, among: sources) else { return error }
    let diagnostic = error.diagnostic
    let help = "the other is at \(first.source.location(of: first.offset))"
    return InputError(
      error.code,
      Diagnostic(diagnostic.message, help: help, source: diagnostic.source, span: diagnostic.span)
    )
  }

  /// An error about entities that have all been read, at the entity it names.
  func inputError(_ error: EntityStoreError, among sources: [SourceInput]) -> InputError {
    let place = place(of: error.uid, among: sources)
    let source = place?.source ?? SourceText(name: sources.first?.name ?? "entities", bytes: sources.first?.bytes ?? [])
    let start = place?.offset ?? 0
    return InputError(.cycle, Diagnostic(error.description, source: source, span: SourceSpan(start, start + 1)))
  }

  /// The first place of an entity in texts that have been read: they are read again, so that reading remembers none.
  private func place(of uid: EntityUID, among sources: [SourceInput]) -> (source: SourceText, offset: Int)? {
    var values = ValueReader(schema: nil)
    for source in sources {
      var document = JSONDocument(maximumDepth: ValueReader.maximumJSONDepth)
      guard var stream = try? JSONArrayStream(source.bytes, maximumDepth: ValueReader.maximumJSONDepth) else {
        continue
      }
      while (try? stream.next(into: &document)) == true {
        guard let member = document.member("uid", of: document.root),
          (try? values.uid(member, of: document)) == uid
        else { continue }
        return (SourceText(name: source.name, bytes: source.bytes), document.offset(of: document.root))
      }
    }
    return nil
  }
}

extension JSONDocument {
  /// The place of the value that members lead to from a value, as far as they are there.
  func offset(ofPath names: [String], from index: Index) -> Int {
    var index = index
    for name in names {
      guard kind(of: index) == .object, let next = member(name, of: index) else { break }
      index = next
    }
    return offset(of: index)
  }
}
