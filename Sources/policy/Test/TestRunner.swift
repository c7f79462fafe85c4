// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Runs the tests of a scenario, literally and by decision tables, which are compiled once for all of them.
struct TestRunner {
  private let authorizer: Authorizer
  private let schema: Schema?
  private let source: SourceInput
  /// The policies over the entities of the scenario.
  private let decider: Decider
  /// The store that tests with entities of their own begin with: the actions of the schema.
  private let empty: EntityStore
  /// The policies over that store, once a test has entities of its own.
  private var emptyDecider: Decider?
  /// The conditions that tests have seen hold and not hold.
  private(set) var coverage: CoverageRecorder
  /// The number of engines compiled so far: one for all tests, one more for all tests that have entities of their own,
  /// and one for each test that has actions of its own.
  private(set) var engineCount = 0

  /// - Parameter source: the text of the tests, for errors.
  /// - Throws: a ``Failure`` when the scenario cannot be compiled.
  init(_ scenario: Scenario, source: SourceInput, erringForbids: ErringForbids) throws {
    authorizer = Authorizer(
      policies: scenario.policies,
      entities: scenario.entities,
      erringForbids: erringForbids
    )
    coverage = CoverageRecorder(scenario.policies)
    schema = scenario.schema
    self.source = source
    empty = scenario.schema.map { EntityStore(actionsOf: $0) } ?? EntityStore()
    decider = try PolicyEngine(authorizer).decider()
    engineCount = 1
  }

  /// Runs a test, and warns of forbids that erred.
  ///
  /// - Returns: what differs from the expectation; nothing when the test passes.
  mutating func differences(_ test: TestCase) -> [String] {
    do {
      let (entities, tables) = try answers(test)
      let response = authorizer.overlaid(entities: entities).authorize(test.request)
      coverage.record(test.request, entities)
      for warning in authorizer.erringForbids.warnings(about: response) {
        Output.error("warning: test `\(CedarText.shown(test.name))`: \(warning)")
      }
      return test.differences(from: response, tables: tables)
    } catch let failure as JSONFailure {
      return [failure.inputError(name: source.name, bytes: source.bytes).description]
    } catch {
      return [String(describing: error)]
    }
  }

  /// The entities that a test is about, and the answer of the tables.
  private mutating func answers(_ test: TestCase) throws -> (entities: EntityStore, tables: AuthorizationResponse) {
    guard let own = test.entities else {
      let brought = try test.brought.withoutActions(of: authorizer.entities)
      let entities = try brought.laid(over: authorizer.entities, fitting: schema)
      let overlay = try brought.overlay(by: decider)
      return (entities, decider.authorize(test.request, overlay: overlay).response)
    }
    var stored = empty
    try stored.upsert(replacing: own)
    let brought = try test.brought.withoutActions(of: stored)
    let entities = try brought.laid(over: stored, fitting: schema)
    if own.contains(where: { $0.uid.isAction && empty[$0.uid] == nil }) {
      // Tables are written for the actions there are.
      let engine = try compiled(over: entities)
      return (entities, engine.authorize(test.request).response)
    }
    let decider = try emptyDecider ?? compiled(over: empty).decider()
    emptyDecider = decider
    let overlay = try decider.overlay(entities.filter { !$0.uid.isAction })
    return (entities, decider.authorize(test.request, overlay: overlay).response)
  }

  private mutating func compiled(over entities: EntityStore) throws -> PolicyEngine {
    engineCount += 1
    return try PolicyEngine(authorizer.overlaid(entities: entities))
  }
}
