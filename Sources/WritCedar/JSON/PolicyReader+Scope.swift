// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Scopes: `{"op": "All"}`, `==` and `in` with `entity` or `slot`, `is` with `entity_type` and perhaps `in`.
extension PolicyReader {
  mutating func scope(_ index: JSONDocument.Index, of slot: Slot) throws(JSONFailure) -> ScopeRecord {
    let operation = try member("op", of: index, "`\(slot.rawValue)`")
    var scope = ScopeRecord()
    scope.start = start(of: index)
    scope.end = end(of: index)
    if isAll(operation) {
      try expectCount(1, of: index, "`\(slot.rawValue)` with `All`", ["op"])
    } else if document.string(at: operation, equals: "==") {
      scope.form = .equal
      scope.entity = try entityOrSlot(index, slot, beside: 1, "`\(slot.rawValue)` with `==`", ["op", "entity", "slot"])
    } else if document.string(at: operation, equals: "in") {
      scope.form = .in
      scope.entity = try entityOrSlot(index, slot, beside: 1, "`\(slot.rawValue)` with `in`", ["op", "entity", "slot"])
    } else if document.string(at: operation, equals: "is") {
      scope.form = .isType
      scope.type = try entityType(member("entity_type", of: index, "`\(slot.rawValue)` with `is`"))
      let group = document.member("in", of: index)
      try expectCount(group == nil ? 2 : 3, of: index, "`\(slot.rawValue)` with `is`", ["op", "entity_type", "in"])
      if let group {
        scope.form = .isTypeIn
        scope.entity = try entityOrSlot(group, slot, beside: 0, "`in`", ["entity", "slot"])
      }
    } else {
      throw failure(.form, "the `op` of `\(slot.rawValue)` is `All`, `==`, `in` or `is`", at: operation)
    }
    return scope
  }

  /// The reference writes `All` and reads `all` as well.
  private func isAll(_ operation: JSONDocument.Index) -> Bool {
    document.string(at: operation, equals: "All") || document.string(at: operation, equals: "all")
  }

  /// The member `entity` or `slot`, of an object with so many others.
  private mutating func entityOrSlot(
    _ index: JSONDocument.Index,
    _ slot: Slot,
    beside others: Int,
    _ what: @autoclosure () -> String,
    _ allowed: @autoclosure () -> [String]
  ) throws(JSONFailure) -> UInt32 {
    guard let name = document.member("slot", of: index) else {
      let entity = try member("entity", of: index, what())
      try expectCount(others + 1, of: index, what(), allowed())
      return try self.entity(entity)
    }
    try expectCount(others + 1, of: index, what(), allowed())
    guard document.string(at: name, equals: slot.description) else {
      throw failure(.policy, "the slot of `\(slot.rawValue)` is `\(slot)`", at: name)
    }
    return ScopeRecord.slot
  }

  mutating func actionScope(_ index: JSONDocument.Index) throws(JSONFailure) -> ActionScopeRecord {
    let operation = try member("op", of: index, "`action`")
    var scope = ActionScopeRecord()
    scope.start = start(of: index)
    scope.end = end(of: index)
    if let slot = document.member("slot", of: index) {
      throw failure(.policy, "an action cannot be a slot", at: slot)
    }
    if isAll(operation) {
      try expectCount(1, of: index, "`action` with `All`", ["op"])
    } else if document.string(at: operation, equals: "==") {
      scope.form = .equal
      scope.operand = try action(member("entity", of: index, "`action` with `==`"))
      try expectCount(2, of: index, "`action` with `==`", ["op", "entity"])
    } else if document.string(at: operation, equals: "in") {
      let actions = document.member("entities", of: index)
      if let actions {
        scope.form = .inList
        scope.operand = try actionList(actions)
      } else {
        scope.form = .in
        scope.operand = try action(member("entity", of: index, "`action` with `in`"))
      }
      try expectCount(2, of: index, "`action` with `in`", ["op", "entity", "entities"])
    } else {
      throw failure(.form, "the `op` of `action` is `All`, `==` or `in`", at: operation)
    }
    return scope
  }

  private mutating func actionList(_ index: JSONDocument.Index) throws(JSONFailure) -> UInt32 {
    guard document.kind(of: index) == .array else { throw failure(.form, "`entities` is an array", at: index) }
    var actions: [UInt32] = []
    for element in document.elements(of: index) { actions.append(try action(element)) }
    return tree.list(actions)
  }

  private mutating func action(_ index: JSONDocument.Index) throws(JSONFailure) -> UInt32 {
    let entity = try entity(index)
    let type = EntityTypeName(checked: tree.strings[Int(tree.entityParts[Int(entity)].type)])
    guard type.isAction else {
      throw failure(.policy, "expected an action, found an entity of type `\(type)`", at: index)
    }
    return entity
  }

  // MARK: Entities

  /// `{"type", "id"}`, or the same under `__entity`; other members beside these two mean nothing.
  mutating func entity(_ index: JSONDocument.Index) throws(JSONFailure) -> UInt32 {
    guard let escaped = document.member("__entity", of: index) else { return try plainEntity(index) }
    try expectCount(1, of: index, "an object with `__entity`", ["__entity"])
    return try plainEntity(escaped)
  }

  mutating func plainEntity(_ index: JSONDocument.Index) throws(JSONFailure) -> UInt32 {
    guard document.kind(of: index) == .object, let type = document.member("type", of: index),
      let id = document.member("id", of: index), let text = document.string(at: id)
    else {
      throw failure(.uid, "an entity is named by `{\"type\": \"…\", \"id\": \"…\"}`", at: index)
    }
    try refuseForeignNumber(in: index)
    return tree.entity(EntityParts(type: try entityType(type), id: tree.string(text)))
  }

  /// Refuses numbers that Cedar does not have in members that mean nothing, as everywhere in a value.
  func refuseForeignNumber(in index: JSONDocument.Index) throws(JSONFailure) {
    guard document.count(of: index) > 2, let number = document.foreignNumber(in: index) else { return }
    throw JSONFailure.notAnInteger(document.numberText(at: number) ?? "", at: document.offset(of: number))
  }

  /// The name of an entity type, normalised (RFC 9).
  mutating func entityType(_ index: JSONDocument.Index) throws(JSONFailure) -> UInt32 {
    let name = tree.string(document.string(at: index) ?? "")
    if typeNames.contains(name) { return name }
    guard Identifier.isNormalizedPath(tree.strings[Int(name)]) else {
      throw failure(.uid, "\(shown(index)) is not the name of an entity type", at: index)
    }
    typeNames.insert(name)
    return name
  }
}
