// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Schemas read by programs; entities and values written to JSON")
struct SchemaReadingTests {
  private let schema: Schema

  init() throws { schema = try Schema(parsing: Example.text) }

  private func name(_ text: String) throws -> EntityTypeName { try #require(EntityTypeName(text)) }

  @Test("Entity types, attributes, parents, tags and ids")
  func entityTypes() throws {
    #expect(
      schema.declaredEntityTypes.map(\.name.description)
        == ["App::Album", "App::Color", "App::Photo", "App::Team", "App::User"]
    )
    let user = try #require(try schema.declaredEntityType(name("App::User")))
    #expect(user.parents.map(\.description) == ["App::Team"])
    let address = try #require(user.attributes.first { $0.name == "address" })
    #expect(address.isRequired)
    #expect(address.type.attributes.map(\.name) == ["city", "zip"])
    #expect(address.type.attributes.map(\.isRequired) == [true, false])
    guard case .set(let tag)? = user.tags?.kind, case .string = tag.kind else {
      Issue.record("the tags are not sets of strings")
      return
    }
    #expect(try schema.declaredEntityType(name("App::Color"))?.ids == ["red", "green"])
    #expect(try schema.declaredEntityType(name("App::Nobody")) == nil)
    #expect(address.type.mismatch(.string("a"))?.description == "expected record, found string")
  }

  @Test("Actions, their groups, what they apply to, and the environments")
  func actions() throws {
    let edit = try #require(try schema.declaredAction(EntityUID(parsing: "App::Action::\"edit\"")))
    #expect(edit.groups.map(\.id) == ["all"])
    #expect(edit.resources.map(\.description) == ["App::Album", "App::Photo"])
    #expect(edit.context.attributes.map(\.name) == ["reason"])
    #expect(schema.declaredActions.map(\.uid.id) == ["all", "edit", "paint", "view"])
    #expect(schema.requestEnvironments.count == 4)
  }

  @Test("An entity is checked alone")
  func entity() throws {
    let album = Entity(uid: try EntityUID(parsing: "App::Album::\"a\""))
    try album.validate(against: schema)
    let attributes = try RecordValue([("x", 1 as Value)])
    let wrong = Entity(uid: album.uid, attributes: attributes)
    #expect(throws: SchemaMismatch.self) { try wrong.validate(against: schema) }
  }

  @Test("Entities and contexts written to JSON are read back the same")
  func json() throws {
    let text = """
      [{"uid": {"type": "U", "id": "é\\"\\n"}, "attrs": {"__entity": 1, "a": {"__entity": {"type": "U", "id": "b"}},
        "b": [1, "x", {"c": true}], "d": {"__extn": {"fn": "decimal", "arg": "1.50"}},
        "e": {"__extn": {"fn": "datetime", "arg": "2026-01-31"}}}, "parents": [{"type": "G", "id": "g"}], "tags": {"t": 1}},
       {"uid": {"type": "A", "id": "a"}, "attrs": {}, "parents": []}]
      """
    let store = try EntityStore(json: Array(text.utf8))
    let again = try EntityStore(json: store.json())
    #expect(Set(again) == Set(store))
    let entity = try #require(store.first { !$0.tags.isEmpty })
    let one = try EntityStore(json: Array("[".utf8) + entity.json() + Array("]".utf8))
    #expect(Array(one) == [entity])
    let context = try RecordValue([("a", entity.attributes["a"] ?? false), ("b", entity.attributes["b"] ?? false)])
    #expect(try RecordValue(json: context.json()) == context)
  }

  @Test("What JSON cannot say is an error, and not something else")
  func unwritable() throws {
    for name in ["__entity", "__extn", "__expr"] {
      let record = try RecordValue([(name, "x" as Value)])
      #expect(throws: UnwritableValueError.self) { try Value.record(record).json() }
      let nested = try RecordValue([("a", .set(SetValue([.record(record)])))])
      let entity = try Entity(uid: EntityUID(parsing: "U::\"a\""), attributes: nested)
      #expect(throws: UnwritableValueError.self) { try entity.json() }
      #expect(throws: UnwritableValueError.self) { try EntityStore([entity]).json() }
    }
  }
}
