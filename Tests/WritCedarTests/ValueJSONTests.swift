// SPDX-License-Identifier: Apache-2.0

import StrictJSON
import Testing
import WritCedar

@Suite("Values as JSON")
struct ValueJSONTests {
  @Test(
    "a value that is written reads back equal",
    arguments: [
      "true", "-9223372036854775808", "\"a\\\"\\0é\"", "User::\"a\\\"b\"", "[1, [\"x\"], {}]",
      "{\"a b\": {c: [User::\"x\"]}}",
      "ip(\"10.0.0.1/8\")", "decimal(\"-1.5\")", "datetime(\"2024-02-29T12:34:56.789Z\")", "duration(\"-1d2h3m4s5ms\")",
      "datetime(\"9999-12-31\").offset(duration(\"1000d\"))",
    ]
  )
  func roundTrip(text: String) throws {
    let value = try Expression(parsing: text).value(for: request(), entities: EntityStore())
    var json = JSONWriter()
    json.value(.record(try RecordValue([("v", value)])))
    #expect(try RecordValue(json: json.bytes)["v"] == value, "\(json.text)")
  }

  @Test("entities and extension values are written in their explicit forms")
  func forms() throws {
    let value = try Expression(parsing: "[User::\"a\", ip(\"::1\")]").value(for: request(), entities: EntityStore())
    var json = JSONWriter()
    json.value(value)
    #expect(
      json.text == #"[{"__entity":{"type":"User","id":"a"}},{"__extn":{"fn":"ip","arg":"::1"}}]"#
    )
  }

  @Test("values of all kinds have one order, the same for equal values")
  func order() throws {
    let texts = [
      "false", "true", "-1", "2", "\"a\"", "\"b\"", "A::\"z\"", "B::\"a\"", "[]", "[1]", "[1, 2]", "[2]", "{}",
      "{a: 1}", "{a: 2}",
      "{b: 0}", "ip(\"1.1.1.1\")", "ip(\"::1\")", "decimal(\"1.0\")", "decimal(\"2.0\")", "datetime(\"2024-01-01\")",
      "datetime(\"2024-01-02\")", "duration(\"1s\")", "duration(\"2s\")",
    ]
    let values = try texts.map { try Expression(parsing: $0).value(for: request(), entities: EntityStore()) }
    for (index, value) in values.enumerated() {
      for (other, against) in values.enumerated() {
        let order = value.order(comparedTo: against)
        #expect(order.signum() == (index - other).signum(), "\(value) and \(against)")
      }
    }
    #expect(Set(values + values).count == values.count)
    #expect(try SetValue(values.reversed()).elements == values)
  }
}
