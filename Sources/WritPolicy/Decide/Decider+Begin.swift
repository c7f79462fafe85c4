// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// How a request begins: whom its handles, UIDs, context and overlay stand for in the version that decides.
extension Decider {
  @inline(__always)
  func begin(
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
  func begin(_ request: Request, _ overlay: EntityOverlay?, _ tables: UnsafePointer<VersionTables>) {
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
  func begin(
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
