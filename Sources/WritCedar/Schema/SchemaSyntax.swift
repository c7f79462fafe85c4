// SPDX-License-Identifier: Apache-2.0

/// The declarations of the texts of a schema, as written in Cedar's syntax or JSON: names are not yet resolved.
///
/// Types stand in one flat table, parts before the whole, so that nothing recurses over the nesting of the text.
package struct SchemaSyntax: Sendable {
  /// A range of bytes in one of the ``sources``.
  package struct Place: Sendable {
    package let source: Int
    package let span: SourceSpan
  }

  /// A name or a path, `Clinic::Doctor`, where it is written.
  package struct Name: Sendable {
    package let text: String
    package let place: Place
  }

  /// `@name("value")` or `@name`, which mean nothing to the language (RFC 48).
  package struct Annotation: Sendable {
    package let name: String
    package let value: String?
  }

  package struct Attribute: Sendable {
    package let name: Name
    package let isRequired: Bool
    package var annotations: [Annotation] = []
    /// An index into ``types``; known when the type has been read.
    package var type = 0
  }

  /// The kinds of types that a name may refer to: in Cedar's syntax any, in JSON those that its `type` admits.
  package enum Reference: Sendable {
    case any
    /// A common type, or one of the language that none hides.
    case common
    case entity
    /// A type of the language, whatever is declared.
    case language
  }

  package enum TypeNode: Sendable {
    case name(Name, Reference)
    /// The elements' type, an index into ``types``.
    case set(Int)
    /// Sorted by the bytes of the names, no name twice.
    case record([Attribute])
  }

  /// The nodes of one type expression; the last is the whole.
  package typealias TypeExpression = Range<Int>

  package struct CommonType: Sendable {
    package let namespace: String
    package let name: Name
    package let type: TypeExpression
    package var annotations: [Annotation] = []
  }

  /// One declaration of entity types: all its names share the rest.
  package struct EntityDeclaration: Sendable {
    package let namespace: String
    package let names: [Name]
    package var annotations: [Annotation] = []
    package var parents: [Name] = []
    package var attributes: TypeExpression?
    package var tags: TypeExpression?
    package var enumeration: [String]?
  }

  /// A group that an action is in: `"all"`, or `Clinic::Action::"all"` with its type.
  package struct ActionReference: Sendable {
    package let type: String?
    package let id: String
    package let place: Place
  }

  /// The content of `appliesTo`.
  package struct Application: Sendable {
    package let principals: [Name]
    package let resources: [Name]
    package let context: TypeExpression?
  }

  /// One declaration of actions: all its names share the rest.
  package struct ActionDeclaration: Sendable {
    package let namespace: String
    package let names: [Name]
    package var annotations: [Annotation] = []
    package var parents: [ActionReference] = []
    package var application: Application?
  }

  /// A namespace as it is opened in a text, empty ones included.
  package struct Namespace: Sendable {
    package let name: String
    package var annotations: [Annotation] = []
  }

  package internal(set) var sources: [SourceText] = []
  package internal(set) var types: [TypeNode] = []
  package internal(set) var namespaces: [Namespace] = []
  package internal(set) var commonTypes: [CommonType] = []
  package internal(set) var entities: [EntityDeclaration] = []
  package internal(set) var actions: [ActionDeclaration] = []

  package init() {}
}
