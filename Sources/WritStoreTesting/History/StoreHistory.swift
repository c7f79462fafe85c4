// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

/// Calls that concurrent clients made to a store.
///
/// Records are looked at one by one: a store promises nothing about two of them.
public struct StoreHistory: Sendable {
  /// The calls, in any order.
  public var calls: [RecordedCall]

  /// - Parameter calls: the calls, in any order.
  public init(_ calls: [RecordedCall] = []) { self.calls = calls }

  /// Checks that for each record some order of its calls explains all answers, and that no version came twice.
  ///
  /// - Throws: ``StoreCaseFailure`` with the answer that no order explains, and the calls for its record.
  public func check() throws(StoreCaseFailure) {
    for (_, calls) in Dictionary(grouping: calls, by: \.key) {
      try checkVersions(calls)
      var order = CallOrder(calls)
      guard let call = order.contradiction() else { continue }
      let lines = calls.sorted { $0.began < $1.began }.map { "  \($0)" }.joined(separator: "\n")
      throw StoreCaseFailure(
        description: "no order of the calls for one record explains `\(call)`; the calls:\n\(lines)"
      )
    }
  }

  private func checkVersions(_ calls: [RecordedCall]) throws(StoreCaseFailure) {
    var seen: Set<RecordVersion> = []
    for call in calls {
      guard case .written(let version) = call.answer else { continue }
      guard seen.insert(version).inserted else {
        throw StoreCaseFailure(description: "a record had the version \(version.number) twice: `\(call)`")
      }
    }
  }
}
