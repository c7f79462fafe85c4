// SPDX-License-Identifier: Apache-2.0

/// Writes an expression back as text, with the parentheses it needs and no others.
///
/// One pass over the post-order nodes with a stack of texts: an operator appends to its left operand's text, so chains
/// cost what they are long.
struct ExpressionPrinter {
  private struct Piece {
    var text: String
    var precedence: Precedence

    func atLeast(_ precedence: Precedence) -> String {
      self.precedence >= precedence ? text : "(\(text))"
    }
  }

  private let tree: SyntaxTree
  private var pieces: [Piece] = []

  static func text(of nodes: Range<UInt32>, in tree: SyntaxTree) -> String {
    var printer = ExpressionPrinter(tree: tree)
    for index in nodes { printer.append(tree.nodes[Int(index)]) }
    return printer.pop().text
  }

  private init(tree: SyntaxTree) {
    self.tree = tree
  }

  private mutating func pop() -> Piece { pieces.popLast() ?? Piece(text: "", precedence: .primary) }

  private mutating func pop(count: Int) -> [Piece] {
    let popped = Array(pieces.suffix(count))
    pieces.removeLast(popped.count)
    return popped
  }

  private mutating func push(_ text: String, _ precedence: Precedence = .primary) {
    pieces.append(Piece(text: text, precedence: precedence))
  }

  private mutating func append(_ node: Node) {
    switch node.operation {
    case .bool: push(node.operand == 0 ? "false" : "true")
    case .long:
      let long = tree.longs[Int(node.operand)]
      push(String(long), long < 0 ? .unary : .primary)
    case .string: push(CedarText.quoted(tree.strings[Int(node.operand)]))
    case .entity: push(tree.entity(at: node.operand).description)
    case .principal, .action, .resource, .context: push("\(node.operation)")
    case .not: push("!\(pop().atLeast(.primary))", .unary)
    case .negate:
      let operand = pop()
      // A `-` next to a literal would become part of it.
      let isLiteral = operand.text.utf8.first.map(Identifier.isDigit) ?? false
      push("-\(isLiteral ? "(\(operand.text))" : operand.atLeast(.primary))", .unary)
    case .getAttribute:
      let name = tree.strings[Int(node.operand)]
      suffix(CedarText.isPlain(name) ? ".\(name)" : "[\(CedarText.quoted(name))]")
    case .isEmpty: suffix(".isEmpty()")
    case .contains, .containsAll, .containsAny, .hasTag, .getTag:
      let argument = pop().text
      suffix(".\(node.operation)(\(argument))")
    case .hasAttribute:
      let path = tree.list(at: node.operand).map { CedarText.key(tree.strings[Int($0)]) }
      relation("has \(path.joined(separator: "."))")
    case .like: relation("like \(tree.patterns[Int(node.operand)])")
    case .isType: relation("is \(tree.typeName(at: node.operand))")
    case .isTypeIn:
      let group = pop().atLeast(.sum)
      relation("is \(tree.typeName(at: node.operand)) in \(group)")
    case .or: chain("||", .or)
    case .and: chain("&&", .and)
    case .add: chain("+", .sum)
    case .subtract: chain("-", .sum)
    case .multiply: chain("*", .product)
    case .equal: relation("== \(pop().atLeast(.sum))")
    case .notEqual: relation("!= \(pop().atLeast(.sum))")
    case .less: relation("< \(pop().atLeast(.sum))")
    case .lessOrEqual: relation("<= \(pop().atLeast(.sum))")
    case .greater: relation("> \(pop().atLeast(.sum))")
    case .greaterOrEqual: relation(">= \(pop().atLeast(.sum))")
    case .in: relation("in \(pop().atLeast(.sum))")
    case .conditional:
      let otherwise = pop().text
      let then = pop().text
      push("if \(pop().text) then \(then) else \(otherwise)", .conditional)
    case .set:
      push("[\(pop(count: Int(node.operand)).map(\.text).joined(separator: ", "))]")
    case .record:
      let keys = tree.list(at: node.operand)
      let values = pop(count: keys.count)
      let attributes = zip(keys, values).map { "\(CedarText.key(tree.strings[Int($0)])): \($1.text)" }
      push("{\(attributes.joined(separator: ", "))}")
    case .call: call(node)
    case .andGuard, .orGuard, .ifGuard, .elseGuard, .isTypeInGuard: break
    }
  }

  private mutating func call(_ node: Node) {
    guard let function = node.calledFunction else { return }
    let arguments = pop(count: node.argumentCount)
    if function.isConstructor {
      push("\(function.name)(\(arguments.map(\.text).joined(separator: ", ")))")
    } else {
      pieces.append(contentsOf: arguments.prefix(1))
      suffix(".\(function.name)(\(arguments.dropFirst().map(\.text).joined(separator: ", ")))")
    }
  }

  /// An access or method behind the operand.
  private mutating func suffix(_ text: String) {
    attach(text, operand: .primary, result: .primary)
  }

  private mutating func relation(_ text: String) {
    attach(" \(text)", operand: .sum, result: .relation)
  }

  private mutating func chain(_ sign: String, _ precedence: Precedence) {
    let right = pop().atLeast(precedence.next)
    attach(" \(sign) \(right)", operand: precedence, result: precedence)
  }

  private mutating func attach(_ text: String, operand: Precedence, result: Precedence) {
    var piece = pop()
    if piece.precedence < operand { piece.text = "(\(piece.text))" }
    piece.text += text
    piece.precedence = result
    pieces.append(piece)
  }
}
