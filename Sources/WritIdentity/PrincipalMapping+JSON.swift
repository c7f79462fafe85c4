// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

extension PrincipalMapping {
  /// Reads a mapping from JSON.
  ///
  ///     {
  ///       "principal": { "type": "User", "claim": "sub" },
  ///       "parents": [{ "type": "Role", "claim": ["realm_access", "roles"] }],
  ///       "attributes": { "tenant": { "claim": "tid", "type": "Tenant" }, "mail": { "claim": "email" } },
  ///       "context": { "scopes": { "claim": "scope", "separator": " " } }
  ///     }
  ///
  /// `claim` is a name, or an array of names that lead into objects. With a `type` the claim holds ids of entities;
  /// with a `separator`, one character, a text holds several. `"overlay"` is the ``overlayRule``: `"merge"` unless it
  /// says `"mergeWithoutConflicts"` or `"replace"`. Only `principal` must be there; unknown members are refused.
  ///
  /// - Throws: ``PrincipalError`` with the code `mapping`.
  public init(json: [UInt8]) throws(PrincipalError) {
    let reader = try MappingReader(json)
    let root = reader.document.root
    try reader.checkMembers(of: root, "the mapping", ["principal", "parents", "attributes", "context", "overlay"])
    guard let member = reader.document.member("principal", of: root) else {
      throw PrincipalError(.mapping, "the mapping has no \"principal\"")
    }
    let principal = try reader.claim(member, "\"principal\"")
    guard let type = principal.type else {
      throw PrincipalError(.mapping, "\"principal\" has no \"type\"")
    }
    self.init(
      principal: ClaimReference(path: principal.path, type: nil, separator: nil),
      type: type,
      parents: try reader.parents(of: root),
      attributes: try reader.claims("attributes", of: root),
      context: try reader.claims("context", of: root),
      overlayRule: try reader.overlayRule(of: root)
    )
  }
}

/// Reads the parts of a mapping.
private struct MappingReader {
  let document: JSONDocument

  /// Levels of arrays and objects; a mapping has four.
  private static let maximumDepth = 8

  init(_ json: [UInt8]) throws(PrincipalError) {
    do throws(JSONError) {
      document = try JSONDocument(parsing: json, maximumDepth: Self.maximumDepth)
    } catch {
      throw PrincipalError(.mapping, "the mapping is not valid JSON: \(error.message), at byte \(error.offset)")
    }
  }

  func checkMembers(of index: JSONDocument.Index, _ what: String, _ known: [String]) throws(PrincipalError) {
    guard document.kind(of: index) == .object else { throw PrincipalError(.mapping, "\(what) is not an object") }
    for (key, _) in document.members(of: index) where !known.contains(where: { document.string(at: key, equals: $0) }) {
      let name = ClaimReference(document.string(at: key) ?? "").shown
      throw PrincipalError(.mapping, "\(what) has an unknown member \"\(name)\"")
    }
  }

  func claim(_ index: JSONDocument.Index, _ what: String) throws(PrincipalError) -> ClaimReference {
    try checkMembers(of: index, what, ["claim", "type", "separator"])
    guard let claim = document.member("claim", of: index) else {
      throw PrincipalError(.mapping, "\(what) has no \"claim\"")
    }
    let path = document.string(at: claim).map { [$0] } ?? document.elements(of: claim).compactMap(document.string)
    guard !path.isEmpty, path.count == max(1, document.count(of: claim)), document.kind(of: claim) != .object else {
      throw PrincipalError(.mapping, "the \"claim\" of \(what) is neither a name nor an array of names")
    }
    var type: EntityTypeName?
    if let member = document.member("type", of: index) {
      type = document.string(at: member).flatMap { EntityTypeName($0) }
      guard type != nil else { throw PrincipalError(.mapping, "the \"type\" of \(what) is not an entity type") }
    }
    var separator: Unicode.Scalar?
    if let member = document.member("separator", of: index) {
      let scalars = document.string(at: member)?.unicodeScalars
      guard let scalars, scalars.count == 1 else {
        throw PrincipalError(.mapping, "the \"separator\" of \(what) is not one character")
      }
      separator = scalars.first
    }
    return ClaimReference(path: path, type: type, separator: separator)
  }

  func overlayRule(of root: JSONDocument.Index) throws(PrincipalError) -> OverlayRule {
    guard let member = document.member("overlay", of: root) else { return .merge }
    guard let rule = OverlayRule.allCases.first(where: { document.string(at: member, equals: $0.rawValue) }) else {
      let names = OverlayRule.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw PrincipalError(.mapping, "\"overlay\" is not one of \(names)")
    }
    return rule
  }

  func parents(of root: JSONDocument.Index) throws(PrincipalError) -> [ClaimReference] {
    guard let member = document.member("parents", of: root) else { return [] }
    guard document.kind(of: member) == .array else { throw PrincipalError(.mapping, "\"parents\" is not an array") }
    var parents: [ClaimReference] = []
    for element in document.elements(of: member) {
      let claim = try claim(element, "a parent")
      guard claim.type != nil else { throw PrincipalError(.mapping, "a parent has no \"type\"") }
      parents.append(claim)
    }
    return parents
  }

  func claims(_ name: String, of root: JSONDocument.Index) throws(PrincipalError) -> [String: ClaimReference] {
    guard let member = document.member(name, of: root) else { return [:] }
    guard document.kind(of: member) == .object else { throw PrincipalError(.mapping, "\"\(name)\" is not an object") }
    var claims: [String: ClaimReference] = [:]
    for (key, value) in document.members(of: member) {
      let attribute = document.string(at: key) ?? ""
      // Names that only canonical equivalence makes one are refused, as one of them would be lost.
      guard claims.updateValue(try claim(value, "\"\(ClaimReference(attribute).shown)\""), forKey: attribute) == nil
      else { throw PrincipalError(.mapping, "\"\(name)\" has two names that differ only in their normal form") }
    }
    return claims
  }
}
