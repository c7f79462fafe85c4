// SPDX-License-Identifier: Apache-2.0

public import WritLogin

/// One call to a store for one record: its arguments, its answer, and the order in which calls began and ended.
///
/// Moments are numbers of one counter, so that of two calls either one ended before the other began, or they
/// overlapped.
public struct RecordedCall: Sendable {
  /// The call and its arguments.
  public enum Operation: Sendable, Equatable {
    /// `RecordStore.read(_:at:)`.
    case read
    /// `RecordStore.insert(_:as:at:)`.
    case insert(RecordContent)
    /// `RecordStore.replace(_:_:with:at:)`.
    case replace(RecordVersion, RecordContent)
    /// `RecordStore.remove(_:_:at:)`.
    case remove(RecordVersion)
    /// `RecordStore.removeAll(_:of:except:)`, for one of the records that it may have met.
    case removeAll
  }

  /// The answer of the store.
  public enum Answer: Sendable, Equatable {
    /// A record was read.
    case record(RecordVersion, RecordContent)
    /// No record was read.
    case absent
    /// A record was inserted or replaced, and has this version.
    case written(RecordVersion)
    /// A record was removed, or a call for all of an owner has ended.
    case removed
    /// Nothing was changed: the record was there already, has another version, or is absent.
    case refused
    /// The call failed, so the store may have done it or not, at any time after the call began.
    case failed
  }

  /// The record.
  public let key: RecordKey
  /// The call.
  public let operation: Operation
  /// The answer.
  public let answer: Answer
  /// The moment before the call.
  public let began: UInt64
  /// The moment after the answer.
  public let ended: UInt64

  /// - Parameters:
  ///   - key: the record.
  ///   - operation: the call.
  ///   - answer: the answer.
  ///   - began: the moment before the call.
  ///   - ended: the moment after the answer.
  public init(key: RecordKey, operation: Operation, answer: Answer, began: UInt64, ended: UInt64) {
    self.key = key
    self.operation = operation
    self.answer = answer
    self.began = began
    self.ended = ended
  }
}

extension RecordedCall: CustomStringConvertible {
  /// The call and its answer with versions only; never the content.
  public var description: String {
    let call =
      switch operation {
      case .read: "read"
      case .insert: "insert"
      case .replace(let version, _): "replace version \(version.number)"
      case .remove(let version): "remove version \(version.number)"
      case .removeAll: "remove all of the owner"
      }
    let result =
      switch answer {
      case .record(let version, _): "version \(version.number)"
      case .absent: "absent"
      case .written(let version): "written as version \(version.number)"
      case .removed: "removed"
      case .refused: "refused"
      case .failed: "failed"
      }
    return "\(began) to \(ended): \(call): \(result)"
  }
}
