// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// A response of an engine: a decision with the policies that determine it, and on demand those that erred.
///
/// It keeps the version of policies and entities that gave it until it is dropped, and explains itself by it.
public struct EngineResponse: Sendable {
  /// The request, by UIDs or handles.
  enum Question: Sendable {
    case handles(EntityHandle, EntityHandle, EntityHandle, RequestContext?)
    case texts(AuthorizationRequest)
  }

  /// Whether the principal may.
  public let decision: Decision
  /// The reason for which nothing was decided, so that the decision is deny: a handle, or an attribute's name, of
  /// another engine.
  ///
  /// `nil` otherwise. In debug builds such a request ends in an assertion.
  public let refusal: PolicyEngineError?
  private let numbers: PolicyNumbers
  private let question: Question
  private let overlay: EntityOverlay?
  private let source: Version
  /// With a source of attributes the policies that err, `nil` without.
  private let erring: ErringPolicies?

  /// - Parameter erring: of a request with a source of attributes, which cannot be asked later.
  init(
    _ findings: Findings,
    _ question: Question,
    _ overlay: EntityOverlay?,
    _ version: Version,
    erring: ErringPolicies? = nil,
    refusal: PolicyEngineError? = nil
  ) {
    decision = refusal == nil ? findings.decision : .deny
    self.refusal = refusal
    numbers = findings.reasons
    self.question = question
    self.overlay = overlay
    source = version
    self.erring = erring
  }

  /// The number of the version that gave the answer: the first of an engine is 1, and later ones have larger numbers.
  public var version: UInt64 { source.number }

  /// The determining policies in the order of the set: the satisfied permits of an allow, the satisfied forbids of a
  /// deny.
  ///
  /// Empty when nothing is satisfied. Made when it is asked for.
  public var reasons: [PolicyID] { (0..<numbers.count).map { source.policies[Int(numbers[$0])].id } }

  /// Whether any policy of the engine may err at all; when not, there is no need to ask for ``errors``.
  public var mayHaveErrors: Bool { source.hasErringPolicies }

  /// The policies that erred, in the order of the set.
  ///
  /// Evaluated when it is asked for: the policies that may err and whose scopes match. Where a source supplied
  /// attributes, those that err are known already, and its values stand.
  public var errors: [PolicyError] {
    guard refusal == nil else { return [] }
    if let erring { return source.errors(of: erring, request, overlay) }
    guard mayHaveErrors else { return [] }
    return Decider(VersionGate(source), engine: source.engine).errors(of: request, overlay: overlay)
  }

  /// The response as the literal evaluator gives it.
  public var response: AuthorizationResponse {
    AuthorizationResponse(decision: decision, reasons: reasons, errors: errors)
  }

  /// The request as text.
  public var request: AuthorizationRequest {
    switch question {
    case .texts(let request): request
    case .handles(let principal, let action, let resource, let context):
      AuthorizationRequest(
        principal: uid(of: principal),
        action: uid(of: action),
        resource: uid(of: resource),
        context: context?.record ?? .empty
      )
    }
  }

  private func uid(of handle: EntityHandle) -> EntityUID {
    overlay?.entity(of: handle)?.uid ?? source.uid(of: handle)
  }
}
