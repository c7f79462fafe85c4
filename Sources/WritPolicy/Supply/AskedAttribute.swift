// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// An attribute that a decision looks for: which one, and of which entity.
///
/// It refers to the running request and makes texts only when told to. A source borrows it and cannot keep it.
@safe
public struct AskedAttribute: ~Copyable {
  // Not copyable and only ever lent: what the pointer leads to stays for as long.
  private let texts: UnsafePointer<RequestTexts>
  private let engine: UInt32
  private let uid: UInt32
  private let number: UInt32
  /// Whether the entity is the request's principal.
  public let isOfPrincipal: Bool
  /// Whether the entity is the request's action.
  public let isOfAction: Bool
  /// Whether the entity is the request's resource.
  public let isOfResource: Bool

  init(
    _ number: UInt32,
    of uid: UInt32,
    engine: UInt32,
    _ texts: UnsafePointer<RequestTexts>,
    principal: UInt32,
    action: UInt32,
    resource: UInt32
  ) {
    unsafe self.texts = texts
    self.engine = engine
    self.uid = uid
    self.number = number
    isOfPrincipal = uid == principal
    isOfAction = uid == action
    isOfResource = uid == resource
  }

  /// The entity's handle; `nil` when neither policies nor stored entities name it.
  public var handle: EntityHandle? {
    uid & Directory.local == 0 ? EntityHandle(engine: engine, number: uid) : nil
  }

  /// The entity's UID, made when it is asked for.
  public var entity: EntityUID { unsafe texts.pointee.uid(uid) }

  /// The attribute's name, made when it is asked for; `isNamed(_:)` compares without.
  public var name: String { unsafe texts.pointee.string(number) }

  /// Whether the attribute has this name: two numbers are compared.
  ///
  /// - Parameter name: of the engine that decides; `nil` is none. With a name of another engine, also of one before
  ///   ``PolicyEngine/compact()``, the request is refused: a debug build stops with an assertion, otherwise the
  ///   decision is deny (``EngineResponse/refusal``).
  @inline(__always)
  public func isNamed(_ name: AttributeName?) -> Bool {
    guard let name else { return false }
    guard name.engine == engine else { return refuse() }
    return name.number == number
  }

  @inline(never)
  private func refuse() -> Bool {
    assertionFailure(PolicyEngineError.foreignName.description)
    // No access to the request's texts is open while the source is asked.
    unsafe UnsafeMutablePointer(mutating: texts).pointee.hasForeignName = true
    return false
  }

  /// Whether the attribute has this name: its scalars are compared, without making a string.
  public func isNamed(_ name: String) -> Bool { unsafe texts.pointee.isText(number, name) }
}
