// SPDX-License-Identifier: Apache-2.0

package import StrictJSON

extension JSONWriter {
  /// Writes a value in Cedar's JSON, with the explicit forms of entities and extension values.
  ///
  /// Nesting is bounded by ``Nesting/limit``.
  package mutating func value(_ value: Value) {
    switch value {
    case .bool(let bool): boolean(bool)
    case .long(let long): integer(long)
    case .string(let text): string(text)
    case .entity(let uid):
      beginObject()
      key("__entity")
      self.uid(uid)
      endObject()
    case .set(let set):
      beginArray()
      for element in set { self.value(element) }
      endArray()
    case .record(let record):
      beginObject()
      for attribute in record {
        key(attribute.name)
        self.value(attribute.value)
      }
      endObject()
    case .ip(let address): call(.ip, address.description)
    case .decimal(let decimal): call(.decimal, decimal.description)
    case .duration(let duration): call(.duration, duration.description)
    case .datetime(let datetime):
      if let text = datetime.canonicalText {
        call(.datetime, text)
      } else {
        distantDatetime(datetime)
      }
    }
  }

  package mutating func uid(_ uid: EntityUID) {
    beginObject()
    key("type")
    string(uid.type.description)
    key("id")
    string(uid.id)
    endObject()
  }

  private mutating func call(_ function: ExtensionFunction, _ argument: String) {
    beginObject()
    key("__extn")
    beginObject()
    key("fn")
    string(function.name)
    key("arg")
    string(argument)
    endObject()
    endObject()
  }

  /// A moment outside the years 0 to 9999, which no literal expresses.
  private mutating func distantDatetime(_ datetime: DatetimeValue) {
    beginObject()
    key("__extn")
    beginObject()
    key("fn")
    string(ExtensionFunction.offset.name)
    key("args")
    beginArray()
    value(.datetime(DatetimeValue(milliseconds: 0)))
    value(.duration(DurationValue(milliseconds: datetime.milliseconds)))
    endArray()
    endObject()
    endObject()
  }
}
