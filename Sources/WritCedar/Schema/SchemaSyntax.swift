// SPDX-License-Identifier: Apache-2.0

/// The declarations of the texts of a schema, as written: names are not yet resolved.
///
/// Types stand in one flat table, parts before the whole, so that nothing recurses over the nesting of the text.
struct SchemaSyntax {
  /// A range of bytes in one of the ``sources``.
  struct Place {
    let source: Int
    let span: SourceSpan
  }

  /// A name or a path, `Clinic::Doctor`, where it is written.
  struct Name {
    let text: String
    let place: Place
  }

  struct Attribute {
    let name: Name
    let isRequired: Bool
    /// An index into ``types``; known when the type has been read.
    var type = 0
  }

  enum TypeNode {
    case name(Name)
    /// The elements' type, an index into ``types``.
    case set(Int)
    /// Sorted by the bytes of the names, no name twice.
    case record([Attribute])
  }

  /// The nodes of one type expression; the last is the whole.
  typealias TypeExpression = Range<Int>

  struct CommonType {
    let namespace: String
    let name: Name
    let type: TypeExpression
  }

  /// One declaration of entity types: all its names share the rest.
  struct EntityDeclaration {
    let namespace: String
    let names: [Name]
    var parents: [Name] = []
    var attributes: TypeExpression?
    var tags: TypeExpression?
    var enumeration: [String]?
  }

  /// A group that an action is in: `"all"`, or `Clinic::Action::"all"` with its type.
  struct ActionReference {
    let type: String?
    let id: String
    let place: Place
  }

  /// What stands behind `appliesTo`.
  struct Application {
    let principals: [Name]
    let resources: [Name]
    let context: TypeExpression?
  }

  /// One declaration of actions: all its names share the rest.
  struct ActionDeclaration {
    let namespace: String
    let names: [Name]
    var parents: [ActionReference] = []
    var application: Application?
  }

  var sources: [SourceText] = []
  var types: [TypeNode] = []
  var commonTypes: [CommonType] = []
  var entities: [EntityDeclaration] = []
  var actions: [ActionDeclaration] = []
}
