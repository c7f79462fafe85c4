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

  /// A context of another engine, built anew for this one.
  private var rebuilt: RequestContext?

  init(_ version: Version) {
    self.version = version
    tag = version.engine
    unsafe machine = UnsafeMutablePointer<Machine>.allocate(capacity: 1)
    unsafe machine.initialize(to: Machine(version.tables.pointee))
  }

  deinit {
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
    begin(principal, action, resource, context)
    return unsafe machine.pointee.decide()
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
    let context = own(context)
    begin(principal, action, resource, context)
    // The machine refers to the context's memory.
    return withExtendedLifetime(context) { unsafe machine.pointee.decide() }
  }

  /// Whether the request is allowed: costs building the context as well.
  public func decide(_ request: Request) -> Decision {
    decide(
      principal: request.principal,
      action: request.action,
      resource: request.resource,
      context: context(of: request)
    )
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
    begin(principal, action, resource, context)
    let found = unsafe machine.pointee.authorize()
    return Answer(found, .handles(principal, action, resource, context), version)
  }

  /// Whether the request is allowed, with the policies that determine it.
  public func authorize(_ request: Request) -> Answer {
    let context = context(of: request)
    begin(request.principal, request.action, request.resource, context)
    let found = withExtendedLifetime(context) { unsafe machine.pointee.authorize() }
    return Answer(found, .texts(request), version)
  }

  /// What gave candidates for a request.
  func tableUse(of request: Request) -> [String: Int] {
    let context = context(of: request)
    begin(request.principal, request.action, request.resource, context)
    return withExtendedLifetime(context) { unsafe machine.pointee.tableUse() }
  }

  /// The policies that err.
  func errors(of request: Request) -> [PolicyError] {
    let context = context(of: request)
    begin(request.principal, request.action, request.resource, context)
    return withExtendedLifetime(context) { unsafe version.errors(of: &machine.pointee, request) }
  }

  // MARK: Beginning

  @inline(__always)
  private func begin(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?
  ) {
    guard principal.engine == tag, action.engine == tag, resource.engine == tag,
      context == nil || context?.engine == tag
    else { return beginForeign(principal, action, resource, context) }
    unsafe machine.pointee.begin(principal.number, action.number, resource.number, context)
  }

  /// Handles and contexts of another engine: its UIDs are absent here, each one equal to itself only.
  private func beginForeign(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?
  ) {
    var foreign: [EntityHandle] = []
    let context = own(context)
    let first = UInt32(truncatingIfNeeded: context?.unknown.uidCount ?? 0)
    func subject(_ handle: EntityHandle) -> Machine.Subject {
      if handle.engine == tag { return unsafe machine.pointee.subject(handle.number) }
      if !foreign.contains(handle) { foreign.append(handle) }
      let place = UInt32(truncatingIfNeeded: foreign.firstIndex(of: handle) ?? 0)
      return Machine.Subject(uid: Directory.local | (first + place), type: Directory.unknownType)
    }
    unsafe machine.pointee.reset()
    let subjects = (subject(principal), subject(action), subject(resource))
    rebuilt = context
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }

  @inline(__always)
  private func context(of request: Request) -> RequestContext? {
    request.context.isEmpty ? nil : version.context(request.context)
  }

  /// The context for this engine.
  @inline(__always)
  private func own(_ context: RequestContext?) -> RequestContext? {
    guard let context, context.engine != tag else { return context }
    return version.context(context.record)
  }

  @inline(__always)
  private func begin(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?
  ) {
    // In place: a copy of the directory would cost as much as a look-up.
    let tables = unsafe version.tables
    if let (first, second, third) = unsafe tables.pointee.directory.guess(principal, action, resource) {
      return unsafe machine.pointee.begin(first, second, third, context)
    }
    if let first = unsafe tables.pointee.directory.find(principal),
      let second = unsafe tables.pointee.directory.find(action),
      let third = unsafe tables.pointee.directory.find(resource)
    {
      return unsafe machine.pointee.begin(first, second, third, context)
    }
    beginUnknown(principal, action, resource, context)
  }

  /// UIDs that the engine never heard of live for this request.
  private func beginUnknown(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?
  ) {
    let directory = unsafe version.tables.pointee.directory
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
