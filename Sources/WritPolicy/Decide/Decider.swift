// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Decides requests, one after the other, for one thread, event loop or connection.
///
/// It owns the scratch memory that deciding needs, and is cheap to make; ``PolicyEngine/decider()`` makes one. Deciding
/// never waits and never throws, and allocates only when policies or entities have been replaced since the last time.
/// A decider keeps no version of them, except while it decides, and may outlive its engine.
@safe
public final class Decider {
  // Not the engine, whose pool keeps deciders.
  private let gate: VersionGate
  private let pin: Pin
  private let tag: UInt32
  // A pointer, and not a property, whose every use would be checked for exclusive access.
  private let machine: UnsafeMutablePointer<Machine>

  private var builder = OverlayBuilder()
  private var rebuilt: Rebuilt?
  /// The context of the running request, to which the machine refers.
  private var context: RequestContext?

  /// What another engine or version built, built anew, for those who bring it again.
  private struct Rebuilt {
    let given: (context: RequestContext?, overlay: EntityOverlay?)
    let built: (context: RequestContext?, overlay: EntityOverlay?)
  }

  init(_ gate: VersionGate, engine: UInt32) {
    self.gate = gate
    pin = gate.pin()
    tag = engine
    let tables = unsafe pin.enter()
    unsafe machine = UnsafeMutablePointer<Machine>.allocate(capacity: 1)
    unsafe machine.initialize(to: Machine(tables.pointee))
    unsafe pin.leave(tables)
  }

  deinit {
    pin.remove()
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
    unsafe pinned { tables in
      unsafe begin(principal, action, resource, context, overlay, tables)
      return unsafe machine.pointee.decide()
    }
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
    unsafe pinned { tables in
      unsafe begin(principal, action, resource, context, overlay, tables)
      return unsafe machine.pointee.decide()
    }
  }

  /// Whether the request is allowed: costs building the context as well.
  public func decide(_ request: Request, overlay: EntityOverlay? = nil) -> Decision {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe machine.pointee.decide()
    }
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
    unsafe pinned { tables in
      unsafe begin(principal, action, resource, context, overlay, tables)
      let found = unsafe machine.pointee.authorize()
      return unsafe Answer(found, .handles(principal, action, resource, context), overlay, tables.pointee.version)
    }
  }

  /// Whether the request is allowed, with the policies that determine it.
  public func authorize(_ request: Request, overlay: EntityOverlay? = nil) -> Answer {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      let found = unsafe machine.pointee.authorize()
      return unsafe Answer(found, .texts(request), overlay, tables.pointee.version)
    }
  }

  /// What gave candidates for a request.
  func tableUse(of request: Request, overlay: EntityOverlay? = nil) -> [String: Int] {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe machine.pointee.tableUse()
    }
  }

  /// The policies that err.
  func errors(of request: Request, overlay: EntityOverlay?) -> [PolicyError] {
    unsafe pinned { tables in
      unsafe begin(request, overlay, tables)
      return unsafe tables.pointee.version.errors(of: &machine.pointee, request, overlay)
    }
  }

  /// How many requests brought an entity that stored ones have for an ancestor, so that ancestors were walked for.
  public var changedHierarchies: Int { unsafe machine.pointee.changedHierarchies }

  // MARK: Overlays

  /// Builds entities that a request brings, in memory of the decider's: ``PolicyEngine/overlay(_:)`` says the rest.
  public func overlay(_ entities: [Entity]) throws(PolicyEngineError) -> EntityOverlay {
    let tables = unsafe pin.enter()
    defer { unsafe pin.leave(tables) }
    return unsafe try builder.build(entities, engine: tag, over: tables)
  }

  // MARK: Versions

  /// Does something with the current version, which stays for as long.
  @inline(__always)
  private func pinned<Result>(_ body: (UnsafePointer<VersionTables>) -> Result) -> Result {
    let tables = unsafe pin.enter()
    // The number and not the address, which comes again.
    if unsafe tables.pointee.number != machine.pointee.version { unsafe reload(tables) }
    let result = unsafe body(tables)
    unsafe pin.leave(tables)
    return result
  }

  @inline(never)
  private func reload(_ tables: UnsafePointer<VersionTables>) {
    unsafe machine.deinitialize(count: 1)
    unsafe machine.initialize(to: Machine(tables.pointee))
  }

  // MARK: Beginning

  @inline(__always)
  private func begin(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    guard principal.engine == tag, action.engine == tag, resource.engine == tag, isOwn(context, overlay) else {
      return unsafe beginForeign(principal, action, resource, context, overlay, tables)
    }
    unsafe machine.pointee.begin(principal.number, action.number, resource.number, context, overlay)
  }

  /// Handles of an overlay, or of another engine, whose UIDs are absent here, each one equal to itself only; contexts and
  /// overlays of another engine or version.
  private func beginForeign(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    let (context, own) = unsafe own(context, overlay, tables)
    var foreign: [EntityHandle] = []
    var unknown: [EntityUID] = []
    let first = Self.firstUnknown(context, own)
    func subject(_ handle: EntityHandle) -> Machine.Subject {
      if handle.engine == tag { return unsafe machine.pointee.subject(handle.number) }
      if let uid = overlay?.uid(of: handle) {
        if overlay === own { return unsafe machine.pointee.subject(uid) }
        // It names what the overlay named when it was built, here or elsewhere.
        if let entity = overlay?.entity(of: handle) {
          return unsafe self.subject(entity.uid, context, own, &unknown, tables)
        }
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
  private func begin(_ request: Request, _ overlay: EntityOverlay?, _ tables: UnsafePointer<VersionTables>) {
    context =
      request.context.isEmpty ? nil : unsafe RequestContext(request.context, engine: tag, tables, over: overlay)
    unsafe begin(request.principal, request.action, request.resource, context, overlay, tables)
  }

  /// Whether context and overlay are for this engine and version, and for each other.
  @inline(__always)
  private func isOwn(_ context: RequestContext?, _ overlay: EntityOverlay?) -> Bool {
    let version = unsafe machine.pointee.version
    if let overlay, !overlay.isBuilt(for: tag, version) { return false }
    return context?.isBuilt(for: tag, version, over: overlay) ?? true
  }

  /// Context and overlay for this engine and version; they stay until the next call.
  @inline(__always)
  private func own(
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) -> (RequestContext?, EntityOverlay?) {
    isOwn(context, overlay) ? (context, overlay) : unsafe rebuild(context, overlay, tables)
  }

  @inline(never)
  private func rebuild(
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) -> (RequestContext?, EntityOverlay?) {
    if let rebuilt, rebuilt.given.context === context, rebuilt.given.overlay === overlay,
      isOwn(rebuilt.built.context, rebuilt.built.overlay)
    {
      return rebuilt.built
    }
    let version = unsafe machine.pointee.version
    var built = (context: context, overlay: overlay)
    if let overlay, !overlay.isBuilt(for: tag, version) {
      // Without checks nothing is refused.
      built.overlay = unsafe try? builder.build(overlay.entities, engine: tag, over: tables, isChecked: false)
    }
    if let context, !context.isBuilt(for: tag, version, over: built.overlay) {
      built.context = unsafe RequestContext(context.record, engine: tag, tables, over: built.overlay)
    }
    rebuilt = Rebuilt(given: (context, overlay), built: built)
    return built
  }

  @inline(__always)
  private func begin(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    let (context, overlay) = unsafe own(context, overlay, tables)
    // In place: a copy of the directory would cost as much as a look-up.
    if let (first, second, third) = unsafe tables.pointee.directory.guess(principal, action, resource) {
      return unsafe machine.pointee.begin(first, second, third, context, overlay)
    }
    unsafe beginUnknown(principal, action, resource, context, overlay, tables)
  }

  /// UIDs that the engine never heard of live for this request.
  private func beginUnknown(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    var unknown: [EntityUID] = []
    unsafe machine.pointee.reset(overlay)
    let subjects = unsafe (
      subject(principal, context, overlay, &unknown, tables),
      subject(action, context, overlay, &unknown, tables),
      subject(resource, context, overlay, &unknown, tables)
    )
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }

  /// A UID that the directory knows, or the overlay, or the context, or nobody.
  private func subject(
    _ uid: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ unknown: inout [EntityUID],
    _ tables: UnsafePointer<VersionTables>
  ) -> Machine.Subject {
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
