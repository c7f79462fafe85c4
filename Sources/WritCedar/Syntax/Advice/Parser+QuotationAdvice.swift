// SPDX-License-Identifier: Apache-2.0

extension Parser {
  /// Advises what to write where a name follows a string without a space: the string began as the end of another one,
  /// because a `"` is missing before.
  func quotationAdvice() -> String? {
    let end = Int(previousEnd)
    guard token.kind == .identifier || token.kind == .integer, token.start == previousEnd, end > 1,
      source.bytes[end - 1] == UInt8(ascii: "\"")
    else { return nil }
    var start = end - 2
    while start > 0, source.bytes[start] != UInt8(ascii: "\"") || source.bytes[start - 1] == UInt8(ascii: "\\") {
      start -= 1
    }
    let place = source.location(of: start)
    return "a `\"` is missing: the string before it begins at \(place.line):\(place.column)"
  }
}
