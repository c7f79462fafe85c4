// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Decides requests, one after the other, for one thread, event loop or connection.
///
/// It owns the scratch memory that deciding needs, and is cheap to make; ``PolicyEngine/decider()`` makes one. Deciding
/// never waits, never throws and does not allocate.
@safe
public final class Decider {
  // Not the engine, whose pool keeps deciders.
  private let version: Version
  private let tag: UInt32
  // A pointer, and not a property, whose every use would be checked for exclusive access.
  private let machine: UnsafeMutablePointer<Machine>

  /// What another engine built, built anew for this one; the machine refers to their memory.
  private var rebuilt: (context: RequestContext?, overlay: EntityOverlay?)
  private var builder = OverlayBuilder()

  init(_ version: Version) {
    self.version = version
    tag = version.engine
    unsafe machine = UnsafeMutablePointer<Machine>.allocate(capacity: 1)
    unsafe machine.initialize(to: Machine(version.tables.pointee))
  }

  deinit {
    builder.deallocate()
    unsafe machine.deinitialize(count: 1)
    unsafe machine.deallocate()
  }

  // MARK: Deciding

  /// Whether the principal may do the action on the resource.
  ///
  /// - Parameters:
  ///   - context: a context built by this engine, `nil` for the empty one; with an overlay one that is built over it, or
  ///     it may have to be built anew.
  ///   - overlay: entities that the request brings, built by this engine.
  public func decide(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil
  ) -> Decision {
    begin(principal, action, resource, context, overlay)
    return unsafe machine.pointee.decide()
  }

  /// Whether the principal may do the action on the resource: costs a look-up for each UID more than with handles.
  ///
  /// - Parameters:
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  public func decide(
    principal: EntityUID,
    action: EntityUID,
    resource: EntityUID,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil
  ) -> Decision {
    begin(principal, action, resource, context, overlay)
    return unsafe machine.pointee.decide()
  }

  /// Whether the request is allowed: costs building the context as well.
  public func decide(_ request: Request, overlay: EntityOverlay? = nil) -> Decision {
    begin(request, overlay)
    return unsafe machine.pointee.decide()
  }

  /// Whether the principal may do the action on the resource, with the policies that determine it.
  ///
  /// - Parameters:
  ///   - context: a context built by this engine, `nil` for the empty one.
  ///   - overlay: entities that the request brings, built by this engine.
  public func authorize(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil,
    overlay: EntityOverlay? = nil
  ) -> Answer {
    begin(principal, action, resource, context, overlay)
    let found = unsafe machine.pointee.authorize()
    return Answer(found, .handles(principal, action, resource, context), overlay, version)
  }

  /// Whether the request is allowed, with the policies that determine it.
  public func authorize(_ request: Request, overlay: EntityOverlay? = nil) -> Answer {
    begin(request, overlay)
    let found = unsafe machine.pointee.authorize()
    return Answer(found, .texts(request), overlay, version)
  }

  /// What gave candidates for a request.
  func tableUse(of request: Request, overlay: EntityOverlay? = nil) -> [String: Int] {
    begin(request, overlay)
    return unsafe machine.pointee.tableUse()
  }

  /// The policies that err.
  func errors(of request: Request, overlay: EntityOverlay?) -> [PolicyError] {
    begin(request, overlay)
    return unsafe version.errors(of: &machine.pointee, request, overlay)
  }

  /// How many requests brought an entity that stored ones have for an ancestor, so that ancestors were walked for.
  public var changedHierarchies: Int { unsafe machine.pointee.changedHierarchies }

  // MARK: Overlays

  /// Builds entities that a request brings, in memory of the decider's: ``PolicyEngine/overlay(_:)`` says the rest.
  public func overlay(_ entities: [Entity]) throws(PolicyEngineError) -> EntityOverlay {
    try builder.build(entities, over: version)
  }

  // MARK: Beginning

  @inline(__always)
  private func begin(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?
  ) {
    guard principal.engine == tag, action.engine == tag, resource.engine == tag,
      context == nil || context?.engine == tag, context == nil || context?.isBuilt(over: overlay) == true,
      overlay == nil || overlay?.engine == tag
    else { return beginForeign(principal, action, resource, context, overlay) }
    unsafe machine.pointee.begin(principal.number, action.number, resource.number, context, overlay)
  }

  /// Handles of an overlay, and handles and contexts of another engine: its UIDs are absent here, each one equal to
  /// itself only.
  private func beginForeign(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?
  ) {
    let (context, own) = own(context, overlay)
    // Handles name what the overlay named when it was built, here or elsewhere.
    var foreign: [EntityHandle] = []
    var unknown: [EntityUID] = []
    let first = Self.firstUnknown(context, own)
    func subject(_ handle: EntityHandle) -> Machine.Subject {
      if handle.engine == tag { return unsafe machine.pointee.subject(handle.number) }
      if let uid = overlay?.uid(of: handle) {
        if overlay === own { return unsafe machine.pointee.subject(uid) }
        if let entity = overlay?.entity(of: handle) { return self.subject(entity.uid, context, own, &unknown) }
      }
      if !foreign.contains(handle) { foreign.append(handle) }
      let place = UInt32(truncatingIfNeeded: foreign.firstIndex(of: handle) ?? 0)
      return Machine.Subject(uid: Directory.local | (first + place), type: Directory.unknownType)
    }
    unsafe machine.pointee.reset(own)
    let subjects = (subject(principal), subject(action), subject(resource))
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }

  @inline(__always)
  private func begin(_ request: Request, _ overlay: EntityOverlay?) {
    var context: RequestContext?
    if !request.context.isEmpty {
      context = version.context(request.context, over: overlay?.engine == tag ? overlay : nil)
      // Until the next request, for the machine refers to it.
      rebuilt.context = context
    }
    begin(request.principal, request.action, request.resource, context, overlay)
  }

  /// Context and overlay for this engine.
  @inline(__always)
  private func own(_ context: RequestContext?, _ overlay: EntityOverlay?) -> (RequestContext?, EntityOverlay?) {
    guard overlay == nil || overlay?.engine == tag,
      context == nil || (context?.engine == tag && context?.isBuilt(over: overlay) == true)
    else { return rebuild(context, overlay) }
    return (context, overlay)
  }

  private func rebuild(_ context: RequestContext?, _ overlay: EntityOverlay?) -> (RequestContext?, EntityOverlay?) {
    var overlay = overlay
    if let other = overlay, other.engine != tag {
      // Without checks nothing is refused.
      overlay = try? builder.build(other.entities, over: version, isChecked: false)
    }
    var context = context
    if let other = context, other.engine != tag || !other.isBuilt(over: overlay) {
      context = version.context(other.record, over: overlay)
    }
    rebuilt = (context, overlay)
    return (context, overlay)
  }

  @inline(__always)
  private func begin(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?
  ) {
    let (context, overlay) = own(context, overlay)
    // In place: a copy of the directory would cost as much as a look-up.
    let tables = unsafe version.tables
    if let (first, second, third) = unsafe tables.pointee.directory.guess(principal, action, resource) {
      return unsafe machine.pointee.begin(first, second, third, context, overlay)
    }
    beginUnknown(principal, action, resource, context, overlay)
  }

  /// UIDs that the engine never heard of live for this request.
  private func beginUnknown(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?
  ) {
    var unknown: [EntityUID] = []
    unsafe machine.pointee.reset(overlay)
    let subjects = (
      subject(principal, context, overlay, &unknown),
      subject(action, context, overlay, &unknown),
      subject(resource, context, overlay, &unknown)
    )
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }

  /// A UID that the directory knows, or the overlay, or the context, or nobody.
  private func subject(
    _ uid: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ unknown: inout [EntityUID]
  ) -> Machine.Subject {
    let tables = unsafe version.tables
    if let number = unsafe tables.pointee.directory.find(uid) { return unsafe machine.pointee.subject(number) }
    let (brought, named) = unsafe (overlay?.texts, context?.texts)
    let name = uid.type.text.string
    let type =
      unsafe tables.pointee.directory.types.find(name) ?? brought?.pointee.findUnknownType(name)
      ?? named?.pointee.findUnknownType(name) ?? Directory.unknownType
    if let number = unsafe brought?.pointee.find(uid, type: type) ?? named?.pointee.find(uid, type: type) {
      return unsafe machine.pointee.subject(local: number, type: type)
    }
    if !unknown.contains(uid) { unknown.append(uid) }
    let place = UInt32(truncatingIfNeeded: unknown.firstIndex(of: uid) ?? 0)
    return Machine.Subject(uid: Directory.local | (Self.firstUnknown(context, overlay) + place), type: type)
  }

  /// The first local number of UIDs that neither context nor overlay names.
  private static func firstUnknown(_ context: RequestContext?, _ overlay: EntityOverlay?) -> UInt32 {
    unsafe Swift.max(context?.texts?.pointee.end.uids ?? 0, overlay?.texts?.pointee.end.uids ?? 0)
  }
}
