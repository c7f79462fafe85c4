// SPDX-License-Identifier: Apache-2.0

/// The declared names that were probably meant by others, with a bound on the work that a text full of wrong names
/// causes.
struct NameSuggestions {
  private var types: [EntityTypeName: EntityTypeName?] = [:]
  private var actions: [EntityUID: EntityUID?] = [:]
  /// The number of names that may still be compared.
  private var budget = 4_000_000

  /// The declared entity type that was probably meant: the same name in another namespace, or one spelled alike.
  mutating func type(for name: EntityTypeName, in schema: Schema) -> EntityTypeName? {
    if let known = types[name] { return known }
    guard pay(schema.entityTypes.count) else { return nil }
    let names = schema.entityTypes.keys
    let base = name.basename
    let near =
      names.filter { $0.basename.hasSameScalars(as: base) }.min()
      ?? Suggestion.nearest(to: name.description, among: names.lazy.map(\.description)).map(
        EntityTypeName.init(checked:)
      )
      ?? Suggestion.nearest(to: base, among: names.lazy.map(\.basename)).flatMap { nearest in
        names.filter { $0.basename.hasSameScalars(as: nearest) }.min()
      }
    types[name] = .some(near)
    return near
  }

  /// The declared action that was probably meant: the same id in another namespace, or one spelled alike.
  mutating func action(for uid: EntityUID, in schema: Schema) -> EntityUID? {
    if let known = actions[uid] { return known }
    guard pay(schema.actions.count) else { return nil }
    let near =
      schema.actions.keys.filter { $0.id.hasSameScalars(as: uid.id) }.min()
      ?? nearest(to: uid.id, among: schema.actions.keys.filter { $0.type == uid.type })
      ?? nearest(to: uid.id, among: Array(schema.actions.keys))
    actions[uid] = .some(near)
    return near
  }

  private func nearest(to id: String, among uids: [EntityUID]) -> EntityUID? {
    guard let near = Suggestion.nearest(to: id, among: uids.lazy.map(\.id)) else { return nil }
    return uids.filter { $0.id.hasSameScalars(as: near) }.min()
  }

  private mutating func pay(_ count: Int) -> Bool {
    guard budget >= count else { return false }
    budget -= count + 1
    return true
  }
}
