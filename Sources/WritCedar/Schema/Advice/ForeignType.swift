// SPDX-License-Identifier: Apache-2.0

/// Types of other languages, and of Cedar's JSON, and what a schema calls them.
enum ForeignType {
  /// Advises what to write for the name of a type that is not declared.
  static func help(for name: String) -> String? {
    guard let word = ForeignWord.folded(name) else { return nil }
    if let type = names[word] { return "did you mean `\(type)`?" }
    return advice[word]
  }

  /// Advises what to write for a type with parameters that is not `Set<T>`.
  static func help(forParameterized name: String) -> String {
    switch ForeignWord.folded(name) {
    case "set", "list", "array", "vector", "sequence", "collection", "iterable", "bag":
      "did you mean `Set<…>`?"
    case "map", "dictionary", "dict", "record", "object", "hashmap": "a record is written `{name: Type}`"
    case "optional", "option", "maybe", "nullable": "an optional attribute is written `name?: Type`"
    case "entity", "ref", "reference", "uid": "an attribute that holds an entity has its type: `owner: User`"
    default: "only `Set<T>` does"
    }
  }

  private static let names: [String: String] = [
    "boolean": "Bool", "bool": "Bool", "int": "Long", "integer": "Long", "int64": "Long", "int32": "Long",
    "number": "Long", "long": "Long", "uint": "Long", "bigint": "Long",
    "text": "String", "str": "String", "string": "String", "varchar": "String", "char": "String", "uuid": "String",
    "ip": "ipaddr", "ipaddr": "ipaddr", "ipaddress": "ipaddr", "inet": "ipaddr", "cidr": "ipaddr",
    "date": "datetime", "datetime": "datetime", "timestamp": "datetime", "time": "datetime", "instant": "datetime",
    "duration": "duration", "interval": "duration", "timespan": "duration",
    "float": "decimal", "double": "decimal", "decimal": "decimal", "float64": "decimal", "numeric": "decimal",
    "real": "decimal",
  ]

  private static let record = "a record is written `{name: Type}`"
  private static let set = "a set is written `Set<T>`"
  private static let entity = "an attribute that holds an entity has its type: `owner: User`"
  private static let none = "every attribute has one type; Cedar has no type for any value"

  private static let advice: [String: String] = [
    "set": set, "list": set, "array": set, "record": record, "object": record, "map": record, "dict": record,
    "struct": record, "json": record, "entity": entity, "ref": entity, "reference": entity, "any": none,
    "unknown": none, "null": none, "void": none,
  ]
}
