// SPDX-License-Identifier: Apache-2.0

/// Words of other languages in a condition, and what to write instead.
///
/// The tables hold words in lower case, and are asked only after an error.
enum ForeignWord {
  /// The advice on a name that stands where an operand is expected and is not a variable.
  ///
  /// - Returns: a message where the name is not meant as a variable, and what to write.
  static func operand(_ name: String) -> (message: String?, help: String)? {
    guard let word = folded(name) else { return nil }
    if nothing.contains(word) {
      return ("Cedar has no `\(name)`", "test whether an attribute exists with `has`, as in `context has name`")
    }
    switch word {
    case "true", "yes", "on": return (nil, "write `true`")
    case "false", "no", "off": return (nil, "write `false`")
    case "not": return ("`\(name)` is not an operator", "write `!(…)`, as in `!(principal in Group::\"staff\")`")
    case "and": return ("`\(name)` is not an operator", "write `&&`")
    case "or": return ("`\(name)` is not an operator", "write `||`")
    case "xor": return ("`\(name)` is not an operator", "write `!=` between two conditions")
    default: break
    }
    if let help = statements[word] { return ("Cedar has no `\(name)`", help) }
    // `User` is a type before it is another language's name for the principal.
    return EntityAdvice.isType(name) ? nil : variables[word].map { (nil, $0) }
  }

  /// The advice on a name that stands where an operator is expected.
  static func `operator`(_ name: String) -> String? { folded(name).flatMap { operators[$0] } }

  /// The name in lower case, `nil` where it is longer than every word of a table.
  static func folded(_ name: String) -> String? {
    name.utf8.count <= 24 ? String(decoding: name.utf8.map(lowercased), as: UTF8.self) : nil
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }

  private static let nothing: Set = ["null", "nil", "none", "undefined", "nan", "void", "empty", "nothing"]

  private static let noLoops = "test a whole set with `.contains(…)`, `.containsAll(…)` or `.containsAny(…)`"
  private static let noNames = "a condition is one expression; write the value where it is used"

  private static let statements: [String: String] = [
    "return": "a condition is one expression; write it alone", "let": noNames, "var": noNames, "const": noNames,
    "def": noNames, "func": noNames, "function": noNames, "lambda": noNames, "with": noNames,
    "some": noLoops, "every": noLoops, "for": noLoops, "foreach": noLoops, "while": noLoops, "any": noLoops,
    "all": noLoops, "forall": noLoops,
    "typeof": "the type of an entity is tested with `is`, as in `principal is User`",
    "case": "write `if … then … else …`", "switch": "write `if … then … else …`", "match": "write `if … then … else …`",
    "exists": "test whether an attribute exists with `has`, as in `context has name`",
    "defined": "test whether an attribute exists with `has`, as in `context has name`",
    "isset": "test whether an attribute exists with `has`, as in `context has name`",
    "select": "conditions look at principal, action, resource and context only", "await": "remove it",
    "new": "an entity is written `User::\"id\"`",
    "permit": "a condition is an expression such as `principal == resource.owner`",
    "forbid": "a condition is an expression such as `principal == resource.owner`",
  ]

  private static let principal = "did you mean `principal`?"
  private static let action = "did you mean `action`?"
  private static let resource = "did you mean `resource`?"
  private static let context = "did you mean `context`? It holds the facts of the request"
  private static let request = "the parts of a request are the variables principal, action, resource and context"

  private static let variables: [String: String] = [
    "user": principal, "subject": principal, "sub": principal, "actor": principal, "caller": principal,
    "who": principal, "me": principal, "self": principal, "this": principal, "currentuser": principal,
    "current_user": principal, "identity": principal, "principals": principal,
    "actions": action, "method": action, "operation": action, "verb": action, "permission": action,
    "object": resource, "obj": resource, "target": resource, "res": resource, "resources": resource,
    "env": context, "environment": context, "ctx": context, "condition": context, "session": context,
    "input": request, "request": request, "req": request, "data": request, "r": request,
  ]

  private static let equal = "write `==`"
  private static let pattern = "write `like` and a pattern, as in `context.name like \"a*\"`"
  private static let conditional = "write `if … then … else …`"
  private static let exists = "test whether an attribute exists with `has`, as in `context has name`"
  private static let type = "the type of an entity is tested with `is`, as in `principal is User`"
  private static let member = "membership is written `in`, as in `principal in Group::\"staff\"`"
  private static let contains = "a set is asked with a method: `context.roles.contains(\"admin\")`"

  private static let operators: [String: String] = [
    "and": "write `&&`", "or": "write `||`", "xor": "write `!=` between two conditions",
    "not": "negate the whole comparison: `!(… in …)`",
    "eq": equal, "equals": equal, "equal": equal, "equalto": equal, "ne": "write `!=`", "neq": "write `!=`",
    "gt": "write `>`", "lt": "write `<`", "ge": "write `>=`", "gte": "write `>=`", "le": "write `<=`",
    "lte": "write `<=`", "plus": "write `+`", "minus": "write `-`", "times": "write `*`",
    "instanceof": type, "isa": type, "typeof": type, "as": type,
    "contains": contains, "includes": contains, "containsall": contains, "containsany": contains,
    "startswith": pattern, "endswith": pattern, "starts": pattern, "ends": pattern, "matches": pattern,
    "match": pattern, "regex": pattern, "rlike": pattern, "ilike": pattern, "similar": pattern, "glob": pattern,
    "between": "write `x >= 1 && x <= 2`", "exists": exists, "exist": exists, "defined": exists,
    "mod": "Cedar has no remainder", "div": "Cedar has no division", "memberof": member, "belongs": member,
    "within": member, "under": member, "of": member, "isin": member,
    "then": conditional, "else": conditional, "if": conditional,
    "where": "conditions are joined with `&&`", "when": "close the condition with `}` first",
    "unless": "close the condition with `}` first", "for": noLoops,
  ]
}
