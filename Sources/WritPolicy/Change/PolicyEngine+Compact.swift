// SPDX-License-Identifier: Apache-2.0

import WritCedar

extension PolicyEngine {
  /// A new engine with the policies and entities of this one's current version, without what they no longer name.
  ///
  /// An engine never gives the number of a UID or a text away again, for handles refer to them. So what replacements
  /// have forgotten stays: 70 to 85 bytes for a UID with an id of at most 16 bytes. Contexts and overlays of this
  /// engine serve the new one as well. Handles and ``AttributeName``s do not: ask the new engine for its own, for a
  /// request by an old handle is refused (``EntityHandle``). Linear in policies and entities, which are compiled again.
  ///
  /// - Throws: ``PolicyEngineError/Code/tooLarge``.
  public func compact() throws(PolicyEngineError) -> PolicyEngine {
    let version = gate.version
    let entities: EntityStore
    do {
      entities = try EntityStore(StoredEntities(version: version, overlay: nil).all)
    } catch {
      // What is stored once has each UID once, and no circle.
      throw PolicyEngineError(code: .cycle, description: error.description, underlyingError: error)
    }
    return try PolicyEngine(
      version.livePolicies,
      schema,
      entities,
      erringForbids: version.isStrict ? .deny : .skip,
      templates: locked { $0.templates },
      validator: validator
    )
  }
}
