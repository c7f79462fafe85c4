// SPDX-License-Identifier: Apache-2.0

extension Value: CustomStringConvertible {
  /// The value as a Cedar expression that evaluates to it.
  public var description: String {
    switch self {
    case .bool(let bool): bool ? "true" : "false"
    case .long(let long): String(long)
    case .string(let string): CedarText.quoted(string)
    case .entity(let uid): uid.description
    case .set(let set): set.description
    case .record(let record): record.description
    case .ip(let address): "ip(\"\(address)\")"
    case .decimal(let decimal): "decimal(\"\(decimal)\")"
    case .datetime(let datetime):
      if let text = datetime.canonicalText {
        "datetime(\"\(text)\")"
      } else {
        // No literal reaches beyond the years 0 to 9999.
        "datetime(\"1970-01-01\").offset(duration(\"\(DurationValue(milliseconds: datetime.milliseconds))\"))"
      }
    case .duration(let duration): "duration(\"\(duration)\")"
    }
  }
}

extension SetValue: CustomStringConvertible {
  /// The set literal, its elements in a fixed order.
  public var description: String {
    // Loops, here and below: the frames of `map` would make the deepest value too much for a small stack.
    var out = "["
    for element in elements {
      if out.utf8.count > 1 { out += ", " }
      out += element.description
    }
    return out + "]"
  }
}

extension RecordValue: CustomStringConvertible {
  /// The record literal, its attributes in the order of their names.
  public var description: String {
    var out = "{"
    for attribute in attributes {
      if out.utf8.count > 1 { out += ", " }
      out += CedarText.key(attribute.name)
      out += ": "
      out += attribute.value.description
    }
    return out + "}"
  }
}
