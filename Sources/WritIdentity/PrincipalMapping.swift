// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
public import WritTokens
public import WritCedar

/// A mapping from the claims of a verified token to the principal of a request: its identifier, its parents (roles,
/// groups), its attributes, and what the context says of how it signed in.
///
///     let mapping = PrincipalMapping(
///       principal: ClaimReference("sub"), type: user,
///       parents: [ClaimReference("roles", type: role)])
///     let principal = try mapping.principal(of: token)
///     let overlay = try engine.overlay([principal])
///
/// The principal is laid over the stored entities for one request: roles and attributes of the token are added to what
/// is stored under its identifier, and in a conflict the stored value stands. A stored suspension cannot be undone by a
/// token. `sub` is unique with its issuer only (RFC 7519, section 4.1.2): a mapping is for the tokens of one issuer.
public struct PrincipalMapping: Sendable, Hashable {
  /// The type of the principal.
  public var type: EntityTypeName
  /// The claim with the principal's id, a text that is not empty.
  public var principal: ClaimReference
  /// The claims with the ids of parents, each a text or an array of texts; every one has a type.
  public var parents: [ClaimReference]
  /// Attributes of the principal by name.
  public var attributes: [String: ClaimReference]
  /// Attributes of the context by name.
  public var context: [String: ClaimReference]
  /// The effect of the principal on a stored entity of its identifier, for `engine.overlay([principal], rule:)`.
  public var overlayRule: OverlayRule

  /// A mapping.
  public init(
    principal: ClaimReference = ClaimReference("sub"),
    type: EntityTypeName,
    parents: [ClaimReference] = [],
    attributes: [String: ClaimReference] = [:],
    context: [String: ClaimReference] = [:],
    overlayRule: OverlayRule = .merge
  ) {
    self.principal = principal
    self.type = type
    self.parents = parents
    self.attributes = attributes
    self.context = context
    self.overlayRule = overlayRule
  }

  /// The principal that a token speaks for.
  ///
  /// A claim for a parent or an attribute may be missing; the principal then has none of it.
  ///
  /// - Parameters:
  ///   - token: verified, with any type of claims.
  ///   - schema: guides the reading of attributes, and what the principal must fit. Attributes that must be there may
  ///     be missing when they may be stored (``overlayRule``); laying it over an engine with the schema looks at the
  ///     whole.
  /// - Throws: ``PrincipalError`` with the codes `claim`, `schema`, and `mapping` where a parent has no type.
  public func principal(
    of token: Verified<some TokenClaims>,
    schema: Schema? = nil
  ) throws(PrincipalError) -> Entity {
    let claims = MappedClaims(token.reader)
    guard let id = try claims.text(principal), !id.isEmpty else {
      throw PrincipalError(.claim, "the claim \"\(principal.shown)\", which names the principal, is missing or empty")
    }
    var entity = Entity(uid: EntityUID(type: type, id: id))
    var reader = AttributeReader(schema: schema)
    entity.attributes = try claims.record(attributes) { (name, index, document) throws(JSONFailure) in
      try reader.value(index, of: document, as: name, of: type)
    }
    var known: Set<EntityUID> = []
    for parent in parents {
      guard let type = parent.type else {
        throw PrincipalError(.mapping, "the claim \"\(parent.shown)\" is for parents, and has no type of entities")
      }
      for id in try claims.texts(parent) {
        let uid = EntityUID(type: type, id: id)
        if known.insert(uid).inserted { entity.parents.append(uid) }
      }
    }
    if let problem = schema?.problem(with: entity, isPartial: overlayRule != .replace) {
      throw PrincipalError(.schema, "the principal does not fit the schema: \(problem)")
    }
    return entity
  }

  /// Returns the attributes that the token adds to the context of a request; a missing claim adds nothing.
  ///
  /// - Parameters:
  ///   - token: verified, with any type of claims.
  ///   - action: whose context it is for.
  ///   - schema: guides the reading; whether the whole context fits is for the request to say.
  /// - Throws: ``PrincipalError`` with the code `claim`.
  public func context(
    of token: Verified<some TokenClaims>,
    for action: EntityUID,
    schema: Schema? = nil
  ) throws(PrincipalError) -> RecordValue {
    var reader = AttributeReader(schema: schema)
    return try MappedClaims(token.reader).record(context) { (name, index, document) throws(JSONFailure) in
      try reader.value(index, of: document, as: name, inContextOf: action)
    }
  }
}
