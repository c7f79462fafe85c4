// SPDX-License-Identifier: Apache-2.0

/// Functions and methods of other languages, and what to write instead.
enum ForeignCall {
  /// The advice on a method that does not exist.
  ///
  /// - Parameters:
  ///   - receiver: the text before the `.`, or what stands for it.
  ///   - argument: the content of the only argument, where that is a string.
  static func method(_ name: String, receiver: String, argument: String?) -> String {
    guard let word = ForeignWord.folded(name) else { return listOfMethods }
    let text = argument ?? "text"
    switch word {
    case "startswith", "beginswith", "hasprefix", "starts_with":
      return "write `\(receiver) like \(CedarText.quoted(text + "*"))`"
    case "endswith", "hassuffix", "ends_with":
      return "write `\(receiver) like \(CedarText.quoted("*" + text))`"
    case "matches", "match", "test", "regex", "search", "fullmatch":
      return "write `\(receiver) like \"…\"`: in the pattern `*` stands for any text; there are no regular expressions"
    case "includes", "has", "some", "any", "exists", "indexof", "find", "contain", "member", "haselement":
      return "ask a set with `\(receiver).contains(…)`, and a string with `\(receiver) like \"*…*\"`"
    case "equals", "eq", "isequal", "isequalto", "compareto": return "write `\(receiver) == …`"
    case "memberof", "ismemberof", "isin", "within", "isdescendantof", "belongsto": return "write `\(receiver) in …`"
    case "hasattr", "hasattribute", "haskey", "has_key", "hasownproperty", "containskey", "hasproperty":
      return "write `\(receiver) has \(argument.map(CedarText.key) ?? "name")`"
    case "get", "getattr", "getattribute", "getproperty":
      return "write `\(receiver)[\(CedarText.quoted(argument ?? "name"))]`"
    case "length", "len", "size", "count":
      return "Cedar measures neither strings nor sets; whether a set is empty is `.isEmpty()`"
    case "empty", "isblank", "isnullorempty": return "a set has `.isEmpty()`; compare a string with `== \"\"`"
    case "tolowercase", "touppercase", "lower", "upper", "tolower", "toupper", "lowercased", "uppercased", "trim",
      "strip", "split", "replace", "substring", "substr", "slice", "concat", "tostring", "join", "format":
      return "Cedar does not change text; prepare it before the request"
    case "before", "isbefore": return "write `\(receiver) < …`"
    case "after", "isafter": return "write `\(receiver) > …`"
    case "plus", "add", "adddays", "addhours", "minus": return "write `\(receiver).offset(duration(\"1d\"))`"
    case "gethours", "hour", "hours": return "write `\(receiver).toTime().toHours()`"
    case "map", "filter", "all", "every", "foreach", "reduce", "allsatisfy":
      return "Cedar has no loops; compare whole sets with `.containsAll(…)` or `.containsAny(…)`"
    case "union", "intersection", "intersect", "intersects", "overlaps":
      return "whether two sets share an element is `.containsAny(…)`"
    case "issubsetof", "issubset": return "turn it round: `other.containsAll(\(receiver))`"
    case "issuperset", "issupersetof", "hasall": return "write `\(receiver).containsAll(…)`"
    case "id", "gettype", "type":
      return "ids and types are not attributes: compare the entity, `== User::\"id\"`, or test its type with `is`"
    default: break
    }
    let known = Method.builtinNames + ExtensionFunction.allCases.lazy.filter { !$0.isConstructor }.map(\.name)
    return Suggestion.nearest(to: name, among: known).map { "did you mean `\($0)`?" } ?? listOfMethods
  }

  private static let listOfMethods =
    "the methods are contains, containsAll, containsAny, isEmpty, hasTag, getTag and those of extension values"
  private static let listOfFunctions = "the functions are ip, decimal, datetime and duration"

  /// The advice on a function that does not exist.
  static func function(_ name: String, argument: String?) -> String {
    guard let word = ForeignWord.folded(name) else { return listOfFunctions }
    switch word {
    case "now", "today", "currenttime", "current_time", "current_date", "time", "getdate":
      return "a policy has no clock; put the time into the context and write `context.now`"
    case "date", "timestamp", "parsedate", "todate", "to_date", "time_parse":
      return "write `datetime(\(CedarText.quoted(argument ?? "2024-01-31")))`"
    case "ipaddr", "ipaddress", "ip_address", "inet", "cidr", "ipv4", "ipv6":
      return "write `ip(\(CedarText.quoted(argument ?? "10.0.0.0/8")))`"
    case "float", "double", "number", "parsefloat", "tonumber": return "write `decimal(\"1.5\")`"
    case "int", "integer", "long", "parseint", "str", "string", "tostring", "bool", "boolean":
      return "Cedar does not convert values; write or send one of the right type"
    case "len", "length", "size", "count":
      return "Cedar measures neither strings nor sets; whether a set is empty is `.isEmpty()`"
    case "lower", "upper", "tolower", "toupper", "trim", "concat", "substring", "format", "sprintf", "replace", "split":
      return "Cedar does not change text; prepare it before the request"
    case "startswith", "endswith", "matches", "regex", "regexp", "match", "strcontains":
      return "write `value like \"…\"`: in the pattern `*` stands for any text"
    case "exists", "defined", "isset", "is_set", "is_defined", "isdefined", "hasattr", "coalesce", "is_null", "isnull":
      return "test whether an attribute exists with `has`, as in `context has name`"
    case "any", "all", "some", "every", "forall", "filter", "map":
      return "Cedar has no loops; test a set with `.contains(…)`, `.containsAll(…)` or `.containsAny(…)`"
    case "equals", "eq": return "write `a == b`"
    case "not": return "write `!(…)`"
    case "and": return "write `a && b`"
    case "or": return "write `a || b`"
    case "set", "list", "array": return "a set is written `[\"a\", \"b\"]`"
    case "record", "object", "dict", "map_of": return "a record is written `{name: \"value\"}`"
    case "typeof", "instanceof", "type": return "the type of an entity is tested with `is`, as in `principal is User`"
    case "memberof", "isin", "ingroup": return "write `principal in Group::\"staff\"`"
    case "entity", "uid": return "an entity is written `User::\"id\"`"
    default: break
    }
    // `User("alice")`
    if let argument, let first = name.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first {
      return "an entity is written `\(name)::\(CedarText.quoted(argument))`"
    }
    let known = ["ip", "decimal", "datetime", "duration"]
    return Suggestion.nearest(to: name, among: known).map { "did you mean `\($0)`?" } ?? listOfFunctions
  }
}
