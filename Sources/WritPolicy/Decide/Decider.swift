// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Decides requests, one after the other, for one thread, event loop or connection.
///
/// It owns the scratch memory that deciding needs, and is cheap to make; ``PolicyEngine/decider()`` makes one. Deciding
/// never waits and never throws, and allocates only when policies or entities have been replaced since the last time.
/// A decider keeps no version of them, except while it decides, and may outlive its engine.
@safe
public final class Decider {
  // Not of the engine, whose pool keeps deciders.
  private let gate: VersionGate
  private let pin: Pin
  private let tag: UInt32
  // A pointer, and not a property, whose every use would be checked for exclusive access.
  private let machine: UnsafeMutablePointer<Machine>

  private var rebuilt: RebuiltContext?

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
    unsafe machine.deinitialize(count: 1)
    unsafe machine.deallocate()
  }

  // MARK: Deciding

  /// Whether the principal may do the action on the resource.
  ///
  /// - Parameter context: a context built by this engine, `nil` for the empty one.
  public func decide(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil
  ) -> Decision {
    unsafe pinned { tables in
      unsafe begin(principal, action, resource, context, tables)
      return unsafe machine.pointee.decide()
    }
  }

  /// Whether the principal may do the action on the resource: costs a look-up for each UID more than with handles.
  ///
  /// - Parameter context: a context built by this engine, `nil` for the empty one.
  public func decide(
    principal: EntityUID,
    action: EntityUID,
    resource: EntityUID,
    context: RequestContext? = nil
  ) -> Decision {
    unsafe pinned { tables in
      let context = unsafe own(context, tables)
      unsafe begin(principal, action, resource, context, tables)
      // The machine refers to the context's memory.
      return withExtendedLifetime(context) { unsafe machine.pointee.decide() }
    }
  }

  /// Whether the request is allowed: costs building the context as well.
  public func decide(_ request: Request) -> Decision {
    unsafe pinned { tables in
      let context = unsafe context(of: request, tables)
      unsafe begin(request.principal, request.action, request.resource, context, tables)
      return withExtendedLifetime(context) { unsafe machine.pointee.decide() }
    }
  }

  /// Whether the principal may do the action on the resource, with the policies that determine it.
  ///
  /// - Parameter context: a context built by this engine, `nil` for the empty one.
  public func authorize(
    principal: EntityHandle,
    action: EntityHandle,
    resource: EntityHandle,
    context: RequestContext? = nil
  ) -> Answer {
    unsafe pinned { tables in
      unsafe begin(principal, action, resource, context, tables)
      let found = unsafe machine.pointee.authorize()
      return unsafe Answer(found, .handles(principal, action, resource, context), tables.pointee.version)
    }
  }

  /// Whether the request is allowed, with the policies that determine it.
  public func authorize(_ request: Request) -> Answer {
    unsafe pinned { tables in
      let context = unsafe context(of: request, tables)
      unsafe begin(request.principal, request.action, request.resource, context, tables)
      let found = withExtendedLifetime(context) { unsafe machine.pointee.authorize() }
      return unsafe Answer(found, .texts(request), tables.pointee.version)
    }
  }

  /// What gave candidates for a request.
  func tableUse(of request: Request) -> [String: Int] {
    unsafe pinned { tables in
      let context = unsafe context(of: request, tables)
      unsafe begin(request.principal, request.action, request.resource, context, tables)
      return withExtendedLifetime(context) { unsafe machine.pointee.tableUse() }
    }
  }

  /// The policies that err.
  func errors(of request: Request) -> [PolicyError] {
    unsafe pinned { tables in
      let context = unsafe context(of: request, tables)
      unsafe begin(request.principal, request.action, request.resource, context, tables)
      return withExtendedLifetime(context) {
        unsafe tables.pointee.version.errors(of: &machine.pointee, request)
      }
    }
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
    _ tables: UnsafePointer<VersionTables>
  ) {
    guard principal.engine == tag, action.engine == tag, resource.engine == tag, isOwn(context) else {
      return unsafe beginForeign(principal, action, resource, context, tables)
    }
    unsafe machine.pointee.begin(principal.number, action.number, resource.number, context)
  }

  /// Handles of another engine, which are absent here, each one equal to itself only, and contexts of another engine or
  /// version.
  private func beginForeign(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    var foreign: [EntityHandle] = []
    let context = unsafe own(context, tables)
    let first = UInt32(truncatingIfNeeded: context?.unknown.uidCount ?? 0)
    func subject(_ handle: EntityHandle) -> Machine.Subject {
      if handle.engine == tag { return unsafe machine.pointee.subject(handle.number) }
      if !foreign.contains(handle) { foreign.append(handle) }
      let place = UInt32(truncatingIfNeeded: foreign.firstIndex(of: handle) ?? 0)
      return Machine.Subject(uid: Directory.local | (first + place), type: Directory.unknownType)
    }
    unsafe machine.pointee.reset()
    let subjects = (subject(principal), subject(action), subject(resource))
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }

  @inline(__always)
  private func context(of request: Request, _ tables: UnsafePointer<VersionTables>) -> RequestContext? {
    request.context.isEmpty ? nil : unsafe RequestContext(request.context, engine: tag, tables)
  }

  /// Whether a context is for this engine and version.
  @inline(__always)
  private func isOwn(_ context: RequestContext?) -> Bool {
    guard let context else { return true }
    return unsafe context.isValid(engine: tag, version: machine.pointee.version)
  }

  /// The context for this engine and version, which stays until the next call.
  @inline(__always)
  private func own(_ context: RequestContext?, _ tables: UnsafePointer<VersionTables>) -> RequestContext? {
    guard let context, !isOwn(context) else { return context }
    return unsafe rebuild(context, tables)
  }

  @inline(never)
  private func rebuild(_ context: RequestContext, _ tables: UnsafePointer<VersionTables>) -> RequestContext {
    if let rebuilt, rebuilt.given === context, isOwn(rebuilt.built) { return rebuilt.built }
    let built = unsafe RequestContext(context.record, engine: tag, tables)
    rebuilt = RebuiltContext(given: context, built: built)
    return built
  }

  @inline(__always)
  private func begin(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    // In place: a copy of the directory would cost as much as a look-up.
    if let (first, second, third) = unsafe tables.pointee.directory.guess(principal, action, resource) {
      return unsafe machine.pointee.begin(first, second, third, context)
    }
    if let first = unsafe tables.pointee.directory.find(principal),
      let second = unsafe tables.pointee.directory.find(action),
      let third = unsafe tables.pointee.directory.find(resource)
    {
      return unsafe machine.pointee.begin(first, second, third, context)
    }
    unsafe beginUnknown(principal, action, resource, context, tables)
  }

  /// UIDs that the engine never heard of live for this request.
  private func beginUnknown(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    let directory = unsafe tables.pointee.directory
    var unknown: [EntityUID] = []
    func subject(_ uid: EntityUID) -> Machine.Subject {
      if let number = directory.find(uid) { return unsafe machine.pointee.subject(number) }
      let name = uid.type.text.string
      let type = directory.types.find(name) ?? context?.unknown.findUnknownType(name) ?? Directory.unknownType
      if let number = context?.unknown.find(uid, type: type) { return Machine.Subject(uid: number, type: type) }
      if !unknown.contains(uid) { unknown.append(uid) }
      let place = (context?.unknown.uidCount ?? 0) + (unknown.firstIndex(of: uid) ?? 0)
      return Machine.Subject(uid: Directory.local | UInt32(truncatingIfNeeded: place), type: type)
    }
    unsafe machine.pointee.reset()
    let subjects = (subject(principal), subject(action), subject(resource))
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }
}
