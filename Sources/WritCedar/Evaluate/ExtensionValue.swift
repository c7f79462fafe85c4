// SPDX-License-Identifier: Apache-2.0

/// The types of the parameters and results of extension functions.
enum ExtensionType {
  case string, ip, decimal, datetime, duration, bool, long
}

/// An operand or a result of an extension function, as both evaluators hand it over; it lies on no heap.
package enum ExtensionValue: Sendable {
  case ip(IPAddressValue)
  case decimal(DecimalValue)
  case datetime(DatetimeValue)
  case duration(DurationValue)
  case bool(Bool)
  case long(Int64)
}

extension ExtensionType {
  /// The name in error messages, as Cedar's reference has it.
  var shown: String {
    switch self {
    case .string: "string"
    case .ip: "ipaddr"
    case .decimal: "decimal"
    case .datetime: "datetime"
    case .duration: "duration"
    case .bool: "bool"
    case .long: "long"
    }
  }

  /// The type in a schema; `nil` for those that are no extension types.
  var schemaType: Schema.ValueType? {
    switch self {
    case .ip: .ip
    case .decimal: .decimal
    case .datetime: .datetime
    case .duration: .duration
    case .string, .bool, .long: nil
    }
  }
}

extension Value {
  /// The operand of an extension function; an error unless the value is of the type.
  func extensionValue(of type: ExtensionType) throws(EvaluationFailure) -> ExtensionValue {
    switch (self, type) {
    case (.ip(let address), .ip): .ip(address)
    case (.decimal(let decimal), .decimal): .decimal(decimal)
    case (.datetime(let datetime), .datetime): .datetime(datetime)
    case (.duration(let duration), .duration): .duration(duration)
    default: throw mismatch(type.shown)
    }
  }

  init(_ value: ExtensionValue) {
    self =
      switch value {
      case .ip(let address): .ip(address)
      case .decimal(let decimal): .decimal(decimal)
      case .datetime(let datetime): .datetime(datetime)
      case .duration(let duration): .duration(duration)
      case .bool(let bool): .bool(bool)
      case .long(let long): .long(long)
      }
  }
}
