// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// The entities that a request, a token or a test brings, with their places in its text: one rule for all commands.
///
/// They are merged with the stored ones of their identifiers, or stand in place of them where that is asked for by
/// name. An action may be among them only as it is stored: what an action is in decides which policies are about it,
/// and is not the request's to say.
struct RequestEntities {
  private struct Item {
    let entity: Entity
    let offset: Int
    let replaces: Bool
  }

  private var items: [Item] = []
  private var rule = OverlayRule.merge

  init() {}

  /// A token's bearer.
  init(_ bearer: Entity?, rule: OverlayRule) {
    items = bearer.map { [Item(entity: $0, offset: 0, replaces: false)] } ?? []
    self.rule = rule
  }

  /// - Parameters:
  ///   - replacing: entities in place of stored ones, and their places, beside those of the request.
  init(_ input: RequestInput, replacing others: (entities: [Entity], offsets: [Int]) = ([], [])) {
    let offsets = input.offsets + others.offsets
    for (number, entity) in (input.entities + input.replacing + others.entities).enumerated() {
      let offset = offsets.indices.contains(number) ? offsets[number] : 0
      items.append(Item(entity: entity, offset: offset, replaces: number >= input.entities.count))
    }
  }

  var isEmpty: Bool { items.isEmpty }

  private var merged: [Entity] { items.filter { !$0.replaces }.map(\.entity) }
  private var replacing: [Entity] { items.filter(\.replaces).map(\.entity) }

  /// These without the actions that are stored as they are brought.
  ///
  /// - Throws: a ``JSONFailure`` at an action that is not.
  func withoutActions(of stored: EntityStore) throws(JSONFailure) -> RequestEntities {
    var rest = self
    rest.items = []
    for item in items {
      guard item.entity.uid.isAction else {
        rest.items.append(item)
        continue
      }
      guard let known = stored[item.entity.uid], Self.isSame(item.entity, known, in: stored) else {
        let difference = stored[item.entity.uid] == nil ? "which is not stored" : "which is stored otherwise"
        throw JSONFailure(
          .form,
          "a request cannot bring the action \(item.entity.uid), \(difference); actions belong to the schema or to entities.json",
          at: item.offset
        )
      }
    }
    return rest
  }

  /// Whether an action is the stored one, its groups named directly or with theirs.
  private static func isSame(_ action: Entity, _ known: Entity, in stored: EntityStore) -> Bool {
    let groups = action.parents + action.parents.flatMap { stored.ancestors(of: $0) }
    return action.attributes == known.attributes && action.tags == known.tags
      && Set(groups) == Set(stored.ancestors(of: action.uid))
  }

  /// The stored entities with these laid over them.
  ///
  /// - Throws: a ``JSONFailure`` at one of these entities, also at one that with what is stored of it does not fit the
  ///   schema.
  func laid(over stored: EntityStore, fitting schema: Schema?) throws(JSONFailure) -> EntityStore {
    if isEmpty { return stored }
    let entities: EntityStore
    do throws(EntityStoreError) {
      entities = try stored.overlaid(with: merged, rule: rule, replacing: replacing)
    } catch {
      let concerned = error.code == .cycle ? error.cycle : [error.uid]
      // Of two different ones the second is wrong.
      let item = items.last { concerned.contains($0.entity.uid) }
      throw JSONFailure(error.code == .cycle ? .cycle : .duplicate, error.description, at: item?.offset ?? 0)
    }
    for item in items {
      let problem = entities[item.entity.uid].flatMap { schema?.problem(with: $0) }
      if let problem { throw JSONFailure(.schema, problem, at: item.offset) }
    }
    return entities
  }

  /// The overlay for decision tables; `nil` when nothing is brought.
  func overlay(by decider: Decider) throws(JSONFailure) -> EntityOverlay? {
    if isEmpty { return nil }
    do throws(PolicyEngineError) {
      return try decider.overlay(merged, rule: rule, replacing: replacing)
    } catch {
      throw JSONFailure(.form, error.description, at: items.first?.offset ?? 0)
    }
  }
}

extension Authorizer {
  /// The same policies over other entities.
  func overlaid(entities: EntityStore) -> Authorizer {
    Authorizer(policies: policies, entities: entities, erringForbids: erringForbids)
  }
}
