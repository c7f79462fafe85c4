// SPDX-License-Identifier: Apache-2.0

/// One kind of request that a schema allows: an action with the types of a principal and a resource it applies to (RFC
/// 19).
///
/// Policies are validated once for each.
public struct RequestEnvironment: Hashable, Sendable, CustomStringConvertible {
  /// The principal's type.
  public let principal: EntityTypeName
  /// The action.
  public let action: EntityUID
  /// The resource's type.
  public let resource: EntityTypeName

  /// An environment of these types.
  public init(principal: EntityTypeName, action: EntityUID, resource: EntityTypeName) {
    self.principal = principal
    self.action = action
    self.resource = resource
  }

  /// `principal User, action Action::"view", resource Photo`.
  public var description: String {
    "principal \(principal), action \(action.type)::\(CedarText.quoted(action.id)), resource \(resource)"
  }
}

/// Limits of validation.
public enum ValidationLimits {
  /// The most request environments that one policy is checked in; environments that a policy cannot tell apart count
  /// once.
  public static let environments = 1 << 18
}
