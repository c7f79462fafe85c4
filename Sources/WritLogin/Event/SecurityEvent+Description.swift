// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

extension SecurityEvent: CustomStringConvertible {
  /// One line for a log: the event, and what it holds; whatever is in a name cannot look like another line.
  ///
  ///     sessionBegan account="ines" session=tCw6lePM5PHAH6tMsjUFAg
  public var description: String {
    // Events are rare, and this says what they hold without a list beside theirs.
    guard let event = Mirror(reflecting: self).children.first else { return "" }
    let parts = Mirror(reflecting: event.value).children.map { "\($0.label ?? "")=\(Self.shown($0.value))" }
    return ([event.label ?? ""] + parts).joined(separator: " ")
  }

  private static func shown(_ value: Any) -> String {
    switch value {
    case let name as String: quoted(name)
    case let handle as SessionHandle: handle.description
    case let handle as RefreshFamilyHandle: handle.description
    case let number as any FixedWidthInteger: "\(number)"
    case let factor as AuthenticationFactor: "\(factor)"
    case let reach as StoreReach: "\(reach)"
    default: "none"
    }
  }

  /// The text in quotation marks, as JSON has it.
  private static func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return writer.text
  }
}
