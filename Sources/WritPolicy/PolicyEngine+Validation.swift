// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Whether an engine with a schema validates its policies.
public enum PolicyValidation: Sendable {
  /// Policies that are not valid are refused; warnings are not looked at.
  case refuse
  /// Policies are compiled as they are: what is not valid can err, or never apply, when it decides.
  case skip
}

extension SchemaValidator {
  /// How many errors a description tells; the report has all.
  private static let told = 8

  /// - Throws: ``PolicyEngineError/Code/invalidPolicies`` where policies are not valid.
  func check(_ policies: [Policy]) throws(PolicyEngineError) {
    guard !policies.isEmpty else { return }
    let report = validate(policies)
    let errors = report.errors
    guard !errors.isEmpty else { return }
    var lines = errors.prefix(Self.told).map(\.description)
    if errors.count > lines.count { lines.append("and \(errors.count - lines.count) more errors") }
    throw PolicyEngineError(
      code: .invalidPolicies,
      description: "the policies are not valid by the schema:\n\(lines.joined(separator: "\n"))",
      report: report
    )
  }
}

// MARK: Checked requests

extension Decider {
  /// Whether the request is allowed, if it fits the engine's schema.
  ///
  /// ``decide(_:overlay:)`` decides any request, also one of an action that is not declared, which a policy for all
  /// actions can allow. This refuses what the schema does not allow to be asked: an action that is not declared, a
  /// principal or resource that it does not apply to, an id that an enumerated type does not have, a context of other
  /// types. On what it answers, validated policies raise no error of types. It costs a look at the schema and the whole
  /// context.
  ///
  /// - Throws: `SchemaMismatch` for a request that does not fit, and for every request to an engine without a schema.
  public func decide(
    validating request: AuthorizationRequest,
    overlay: EntityOverlay? = nil
  ) throws(SchemaMismatch) -> Decision {
    try request.validate(against: requiredSchema())
    return decide(request, overlay: overlay)
  }

  /// Whether the request is allowed, if it fits the engine's schema, with the policies that determine it.
  ///
  /// As ``decide(validating:overlay:)``.
  ///
  /// - Throws: `SchemaMismatch` for a request that does not fit, and for every request to an engine without a schema.
  public func authorize(
    validating request: AuthorizationRequest,
    overlay: EntityOverlay? = nil
  ) throws(SchemaMismatch) -> EngineResponse {
    try request.validate(against: requiredSchema())
    return authorize(request, overlay: overlay)
  }

  private func requiredSchema() throws(SchemaMismatch) -> Schema {
    guard let schema else { throw SchemaMismatch(description: "the engine has no schema that requests could fit") }
    return schema
  }
}

extension PolicyEngine {
  /// Whether the request is allowed, if it fits the schema, by a decider from a pool:
  /// ``Decider/decide(validating:overlay:)``.
  ///
  /// - Throws: `SchemaMismatch` for a request that does not fit, and for every request to an engine without a schema.
  public func isAuthorized(
    validating request: AuthorizationRequest,
    overlay: EntityOverlay? = nil
  ) throws(SchemaMismatch) -> Bool {
    try withDecider { decider in
      Result { () throws(SchemaMismatch) in try decider.decide(validating: request, overlay: overlay).isAllowed }
    }.get()
  }

  /// Whether the request is allowed, if it fits the schema, with the policies that determine it.
  ///
  /// - Throws: `SchemaMismatch` for a request that does not fit, and for every request to an engine without a schema.
  public func authorize(
    validating request: AuthorizationRequest,
    overlay: EntityOverlay? = nil
  ) throws(SchemaMismatch) -> EngineResponse {
    try withDecider { decider in
      Result { () throws(SchemaMismatch) in try decider.authorize(validating: request, overlay: overlay) }
    }.get()
  }
}
