// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// How a request begins: whom its handles, UIDs, context and overlay stand for in the version that decides.
extension Decider {
  /// - Returns: whether the request can be decided; otherwise a handle is foreign, and the request is refused.
  @inline(__always)
  func begin(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) -> Bool {
    guard principal.engine == tag, action.engine == tag, resource.engine == tag, isOwn(context, overlay) else {
      return unsafe beginForeign(principal, action, resource, context, overlay, tables)
    }
    unsafe machine.pointee.begin(principal.number, action.number, resource.number, context, overlay)
    return true
  }

  /// Handles of an overlay; contexts and overlays of another engine or version. A handle of another engine is refused.
  // Not inlined, so that the common path keeps its registers.
  @inline(never)
  private func beginForeign(
    _ principal: EntityHandle,
    _ action: EntityHandle,
    _ resource: EntityHandle,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) -> Bool {
    let (context, own) = unsafe own(context, overlay, tables)
    unsafe supplied.pointee.texts.begin(tables.directory, brought: own?.texts, named: UnsafePointer(context?.texts))
    func subject(_ handle: EntityHandle) -> Machine.Subject? {
      if handle.engine == tag { return unsafe machine.pointee.subject(handle.number) }
      if let uid = overlay?.uid(of: handle) {
        if overlay === own { return unsafe machine.pointee.subject(uid) }
        // It names what the overlay named when it was built, here or elsewhere.
        if let entity = overlay?.entity(of: handle) { return self.subject(entity.uid) }
      }
      return nil
    }
    unsafe machine.pointee.reset(own)
    guard let principal = subject(principal), let action = subject(action), let resource = subject(resource) else {
      assertionFailure(PolicyEngineError.foreignHandle.description)
      return false
    }
    unsafe machine.pointee.begin(principal, action, resource, context)
    return true
  }

  @inline(__always)
  func begin(_ request: AuthorizationRequest, _ overlay: EntityOverlay?, _ tables: UnsafePointer<VersionTables>) {
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
      built.overlay = unsafe try? builder.build(
        overlay.entities,
        merging: overlay.mergedCount,
        engine: tag,
        over: tables,
        isChecked: false
      )
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
  @inline(never)
  private func beginUnknown(
    _ principal: EntityUID,
    _ action: EntityUID,
    _ resource: EntityUID,
    _ context: RequestContext?,
    _ overlay: EntityOverlay?,
    _ tables: UnsafePointer<VersionTables>
  ) {
    unsafe supplied.pointee.texts.begin(tables.directory, brought: overlay?.texts, named: UnsafePointer(context?.texts))
    unsafe machine.pointee.reset(overlay)
    let subjects = (subject(principal), subject(action), subject(resource))
    unsafe machine.pointee.begin(subjects.0, subjects.1, subjects.2, context)
  }

  /// A UID that the directory knows, or the overlay, or the context, or nobody.
  private func subject(_ uid: EntityUID) -> Machine.Subject {
    let number = unsafe supplied.pointee.texts.number(of: uid)
    guard number & Directory.local != 0 else { return unsafe machine.pointee.subject(number) }
    return unsafe machine.pointee.subject(local: number, type: supplied.pointee.texts.type(ofLocal: number))
  }
}

extension EntityUID {
  /// What stands for a handle of another engine: like no UID that has a name.
  init(foreign handle: EntityHandle) {
    self.init(type: EntityTypeName(checked: "?"), id: "\(handle.engine)/\(handle.number)")
  }
}
