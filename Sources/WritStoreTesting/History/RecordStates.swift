// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

/// The states that one record may be in after some calls: several where calls failed and may have been done or not.
struct RecordStates: Hashable {
  enum State: Hashable {
    case absent
    /// The version is `nil` after a write whose answer was lost.
    case present(RecordVersion?, bytes: [UInt8])
  }

  private(set) var states: Set<State> = [.absent]

  /// Whether no order of the calls leads here.
  var isImpossible: Bool { states.isEmpty }

  /// The states after a call that had this answer; none when it cannot have had it.
  func after(_ call: RecordedCall) -> RecordStates {
    var next = RecordStates()
    next.states = []
    for state in states {
      if call.answer == .failed {
        next.states.insert(state)
        if let done = Self.done(call.operation, in: state) { next.states.insert(done) }
      } else if let answered = Self.answered(call.operation, call.answer, in: state) {
        next.states.insert(answered)
      }
    }
    return next
  }

  /// The state after a call whose answer is not known, if it changes anything.
  private static func done(_ operation: RecordedCall.Operation, in state: State) -> State? {
    switch (operation, state) {
    case (.insert(let content), .absent): .present(nil, bytes: Array(content.storage))
    case (.replace(let version, let content), .present(let present, _)) where present == version:
      .present(nil, bytes: Array(content.storage))
    case (.remove(let version), .present(let present, _)) where present == version: .absent
    case (.removeAll, .present): .absent
    default: nil
    }
  }

  /// The state after a call with its answer, `nil` when a record in this state answers otherwise.
  private static func answered(
    _ operation: RecordedCall.Operation,
    _ answer: RecordedCall.Answer,
    in state: State
  ) -> State? {
    switch (operation, answer, state) {
    case (.read, .absent, .absent): state
    case (.read, .record(let version, let content), .present(let present, let bytes)):
      // A version that no answer has told yet is the one that is read first.
      (present == nil || present == version) && bytes == content.storage ? .present(version, bytes: bytes) : nil
    case (.insert(let content), .written(let version), .absent): .present(version, bytes: content.storage)
    case (.insert, .refused, .present): state
    case (.replace(let seen, let content), .written(let version), .present(let present, _)) where present == seen:
      .present(version, bytes: content.storage)
    case (.replace(let seen, _), .refused, .present(let present, _)) where present != seen: state
    case (.replace, .refused, .absent): state
    case (.remove(let seen), .removed, .present(let present, _)) where present == seen: .absent
    case (.remove(let seen), .refused, .present(let present, _)) where present != seen: state
    case (.remove, .refused, .absent): state
    case (.removeAll, .removed, _): .absent
    default: nil
    }
  }
}
