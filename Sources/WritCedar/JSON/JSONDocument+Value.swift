// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// JSON that is no Cedar value, in entities, contexts and policies alike.
extension JSONDocument {
  /// Whether the value is `{"__expr": "…"}`, which once stood for an expression.
  func isExpressionEscape(_ index: Index) -> Bool {
    guard count(of: index) == 1, let text = member("__expr", of: index) else { return false }
    return kind(of: text) == .string
  }

  /// Refuses an object that names an entity or a call in a short form and has `__expr` beside it, as Cedar does.
  func refuseExpression(_ index: Index) throws(JSONFailure) {
    guard kind(of: index) == .object, count(of: index) > 2, let text = member("__expr", of: index),
      kind(of: text) == .string
    else { return }
    throw JSONFailure.expressionEscape(at: offset(of: text))
  }

  /// A number in a value that is no integer of 64 bits.
  func foreignNumber(in index: Index) -> Index? {
    var pending = [index]
    while let next = pending.popLast() {
      switch kind(of: next) {
      case .number: if integer(at: next) == nil { return next }
      case .array: pending += elements(of: next)
      case .object: pending += members(of: next).map(\.value)
      default: break
      }
    }
    return nil
  }
}

extension JSONFailure {
  static func noNull(at offset: Int) -> JSONFailure {
    JSONFailure(.value, "Cedar has no null", help: "leave the member out", at: offset)
  }

  static func expressionEscape(at offset: Int) -> JSONFailure {
    let help = "write `{\"__entity\": {\"type\", \"id\"}}` or `{\"__extn\": {\"fn\", \"arg\"}}`"
    return JSONFailure(.value, "`__expr` is no longer part of the format", help: help, at: offset)
  }

  /// The failure of a number that is no integer of 64 bits.
  static func notAnInteger(_ text: String, at offset: Int) -> JSONFailure {
    let help = ForeignMember.help(forNumber: text)
    return JSONFailure(.value, "`\(text.prefix(40))` is not a 64-bit integer", help: help, at: offset)
  }
}
