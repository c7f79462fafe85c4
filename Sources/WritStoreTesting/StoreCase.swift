// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

/// One thing that every store must do, tried on a store: for those who write one.
///
///     @Test(arguments: StoreCase<MyStore>.recordStore)
///     func contract(_ storeCase: StoreCase<MyStore>) async throws { try await storeCase.run(on: myStore) }
///
/// Cases use keys and owners of their own, so that all of them may run on one store, also at once.
public struct StoreCase<Store: Sendable>: Sendable, CustomStringConvertible {
  /// The behaviour that the store must have.
  public let description: String
  private let body: @Sendable (Store, Int) async throws -> Void

  init(_ description: String, _ body: @escaping @Sendable (Store, Int) async throws -> Void) {
    self.description = description
    self.body = body
  }

  /// Runs the case.
  ///
  /// - Parameters:
  ///   - store: the store, which must be empty.
  ///   - rounds: how often tasks that run at once try again what only one of them may do.
  /// - Throws: ``StoreCaseFailure`` when the store does not, and whatever the store throws.
  public func run(on store: Store, rounds: Int = 20) async throws {
    try await body(store, rounds)
  }
}

/// A store's failure to behave as a case demands.
public struct StoreCaseFailure: Error, CustomStringConvertible {
  /// The expectation, and its place.
  public let description: String
}

/// Throws unless something is as it must be.
func require(_ isMet: Bool, _ expectation: String, line: Int = #line, file: String = #fileID) throws(StoreCaseFailure) {
  guard isMet else { throw StoreCaseFailure(description: "\(file):\(line): \(expectation)") }
}

/// A time that the cases are in, far from now so that a mix-up shows.
let start: Int64 = 1_900_000_000

extension RecordContent {
  /// Short content, for those cases that only tell one from another.
  static func sample(
    _ byte: UInt8 = 1,
    owner: [UInt8] = [],
    expires: Int64 = RecordContent.never
  ) throws(StoreError) -> RecordContent {
    let bytes = [byte]
    return try RecordContent(bytes.span, format: 1, owner: owner, expires: expires)
  }
}

/// A key that no other case has.
func newKey(_ kind: RecordKind = RecordKind(40_000)) throws(StoreError) -> RecordKey { RecordKey(kind, try .random()) }

/// An owner that no other case has.
func newOwner() throws(StoreError) -> [UInt8] { Array("owner ".utf8) + (try RecordID.random().bytes) }
