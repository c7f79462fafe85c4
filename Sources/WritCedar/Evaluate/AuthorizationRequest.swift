// SPDX-License-Identifier: Apache-2.0

/// A question: may this principal do this action on this resource, in this context.
public struct AuthorizationRequest: Hashable, Sendable {
  /// The entity that wants to act.
  public var principal: EntityUID
  /// The action that the principal wants to perform.
  public var action: EntityUID
  /// On what.
  public var resource: EntityUID
  /// Further facts about the request.
  public var context: RecordValue

  /// A request.
  ///
  /// The entities need not exist.
  public init(principal: EntityUID, action: EntityUID, resource: EntityUID, context: RecordValue = .empty) {
    self.principal = principal
    self.action = action
    self.resource = resource
    self.context = context
  }
}
