// SPDX-License-Identifier: Apache-2.0

public import WritCedar

/// Deciding with a source of attributes.
extension PolicyEngine {
  /// The name that a source compares with; `nil` when no policy and no stored value has this text, so that no policy
  /// asks for an attribute of this name.
  ///
  /// Policies that replace these may name it: then ask again, or compare by `isNamed(_:)` with the text.
  public func attributeName(for name: String) -> AttributeName? {
    unsafe gate.read { unsafe $0.pointee.directory.strings.find(name) }.map { AttributeName(engine: tag, number: $0) }
  }

  /// Whether the request is allowed, with attributes on demand, by a decider from a pool.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - overlay: entities that the request brings, built by this engine.
  ///   - attributes: is asked for attributes that an entity does not have.
  public func isAuthorized(
    _ request: AuthorizationRequest,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> Bool {
    withDecider { $0.decide(request, overlay: overlay, attributes: attributes).isAllowed }
  }

  /// Whether the request is allowed, with the policies that determine it and attributes on demand, by a decider from a
  /// pool: ``Decider/authorize(_:overlay:attributes:)`` says the rest.
  public func authorize(
    _ request: AuthorizationRequest,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> EngineResponse {
    withDecider { $0.authorize(request, overlay: overlay, attributes: attributes) }
  }

  /// Explains how the policies came to the answer, with attributes on demand: ``explain(_:overlay:)`` says the rest.
  public func explain(
    _ request: AuthorizationRequest,
    overlay: EntityOverlay? = nil,
    attributes: borrowing some AttributeSource & ~Copyable
  ) -> [Explanation] {
    let version = gate.version
    return unsafe withUnsafePointer(to: attributes) { source in
      let literal = unsafe LiteralAsker(source, request, version)
      let entities = SuppliedEntities(StoredEntities(version: version, overlay: overlay)) { literal.value($0) }
      return Evaluator(request: request, entities: entities).explain(version.livePolicies)
    }
  }
}

/// Asks a source for what the literal evaluator wants to know, each attribute once.
@safe
private final class LiteralAsker {
  // Stays for as long as the call that makes the asker.
  private let source: UnsafeRawPointer
  private let asker: SourceAsker.Type
  private let request: AuthorizationRequest
  private let version: Version
  private let texts: UnsafeMutablePointer<RequestTexts>
  private var answers: [AttributePlace: Value?] = [:]

  init<Source: AttributeSource & ~Copyable>(
    _ source: UnsafePointer<Source>,
    _ request: AuthorizationRequest,
    _ version: Version
  ) {
    unsafe self.source = UnsafeRawPointer(source)
    asker = TypedAsker<Source>.self
    self.request = request
    self.version = version
    unsafe texts = UnsafeMutablePointer<RequestTexts>.allocate(capacity: 1)
    unsafe texts.initialize(to: RequestTexts())
    unsafe texts.pointee.begin(version.tables.directory, brought: nil, named: nil)
  }

  deinit {
    unsafe texts.pointee.deallocate()
    unsafe texts.deinitialize(count: 1)
    unsafe texts.deallocate()
  }

  func value(_ place: AttributePlace) -> Value? {
    if let known = answers[place] { return known }
    func number(_ uid: EntityUID) -> UInt32 { unsafe texts.pointee.number(of: uid) }
    let asked = unsafe AskedAttribute(
      texts.pointee.number(of: place.name.string),
      of: number(place.uid),
      engine: version.engine,
      UnsafePointer(texts),
      principal: number(request.principal),
      action: number(request.action),
      resource: number(request.resource)
    )
    let value = unsafe asker.value(of: asked, from: source)
    answers[place] = .some(value)
    return value
  }
}
