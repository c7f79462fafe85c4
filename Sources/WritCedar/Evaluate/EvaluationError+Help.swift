// SPDX-License-Identifier: Apache-2.0

extension EvaluationError {
  /// Advice on what to write instead, for expressions that can be read but never have the value that was meant.
  ///
  /// Found out from the text of the part that failed, each time it is asked for; `nil` where there is no advice, and
  /// for policies in JSON.
  public var help: String? {
    let text = source.text(of: span)
    guard text.utf8.count <= Self.longest, let expression = try? Expression(parsing: text) else { return nil }
    let tree = expression.tree
    guard let root = tree.nodes.last(where: { !$0.isGuard }) else { return nil }
    switch (code, root.operation) {
    case (.type, .in), (.type, .isTypeIn): return membershipHelp(tree)
    case (.type, .not): return negationHelp(text)
    case (.type, .add):
      if tree.nodes.contains(where: { $0.operation == .string }) {
        return "`+` adds longs; text is not joined, but compared with `like`"
      }
      return message.contains("datetime") || message.contains("duration") ? Self.timeHelp : nil
    case (.type, .subtract): return message.contains("datetime") ? Self.timeHelp : nil
    case (.type, .less), (.type, .lessOrEqual), (.type, .greater), (.type, .greaterOrEqual):
      return message.contains("decimal") ? "decimals are compared with `.lessThan(…)` and `.greaterThan(…)`" : nil
    case (.type, .getAttribute): return attributeHelp(tree.strings[Int(root.operand)])
    case (.type, .call): return callHelp(root)
    case (.type, .isType): return "`is` tests the type of an entity; values of other kinds have no type to ask for"
    case (.type, .contains), (.type, .containsAll), (.type, .containsAny): return containsHelp(root.operation)
    case (.type, .like): return message.contains("entity") ? "`like` compares strings, not entities" : nil
    case (.attributeMissing, .getAttribute):
      return missingHelp(tree.strings[Int(root.operand)])
    case (.entityMissing, .getAttribute):
      return ["id", "type", "uid"].contains(tree.strings[Int(root.operand)]) ? Self.identityHelp : nil
    default: return nil
    }
  }

  private static let identityHelp =
    "ids and types are not attributes: compare the entity, `== User::\"id\"`, or test its type with `is`"
  private static let longest = 4096
  private static let timeHelp = "write `a.durationSince(b)`, or `a.offset(duration(\"1d\"))`"

  private func membershipHelp(_ tree: SyntaxTree) -> String? {
    guard message.contains("found string") || message.contains("found long") || message.contains("found set") else {
      return nil
    }
    let isList = tree.nodes.contains { $0.operation == .set }
    return isList
      ? "`in` is for entities; whether a set holds a value is `[ … ].contains(value)`"
      : "`in` is for entities; whether a set holds a value is `set.contains(value)`"
  }

  /// `!principal in Group::"a"` is read as `(!principal) in …`.
  private func negationHelp(_ text: String) -> String? {
    let rest = source.text(of: SourceSpan(span.end, span.end + 16)).drop(while: \.isWhitespace)
    for operation in ["in", "has", "like", "is", "==", "!=", "<", ">"] where rest.hasPrefix(operation) {
      return "`!` binds closer than `\(operation)`: write `!(\(text.dropFirst()) \(operation) …)`"
    }
    return nil
  }

  private func attributeHelp(_ name: String) -> String? {
    switch ForeignWord.folded(name) {
    case "isempty": return "a method is called with parentheses: `.isEmpty()`"
    case "contains", "containsall", "containsany", "hastag", "gettag":
      return "a method is called with parentheses: `.\(name)(…)`"
    case "length", "count", "size", "len":
      return "Cedar measures neither strings nor sets; whether a set is empty is `.isEmpty()`"
    default:
      return ExtensionFunction(name: name).map {
        "a method is called with parentheses: `.\($0.name)(\($0.arity > 1 ? "…" : ""))`"
      }
    }
  }

  private func missingHelp(_ name: String) -> String? {
    ["id", "type", "uid"].contains(name) ? Self.identityHelp : "test first whether it exists, with `has`"
  }

  private func callHelp(_ root: Node) -> String? {
    guard let function = root.calledFunction, message.contains("found string") else { return nil }
    switch function.signature.second ?? function.signature.first {
    case .ip: return "write the address as `ip(\"10.0.0.0/8\")`"
    case .decimal: return "write the number as `decimal(\"1.5\")`"
    case .duration where function.signature.second != nil: return "write the argument as `duration(\"1d\")`"
    case .datetime: return "write the moment as `datetime(\"2024-01-31\")`"
    case .duration, .string, .bool, .long: return nil
    }
  }

  private func containsHelp(_ operation: Node.Operation) -> String? {
    if message.contains("found string") { return "whether a string has a part is `like \"*part*\"`" }
    return operation == .contains ? nil : "the argument is a set, `[ … ]`; for one element write `.contains(…)`"
  }
}
