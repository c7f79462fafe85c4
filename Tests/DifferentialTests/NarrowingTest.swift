// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// A test that narrows, with a constant that changes from policy to policy.
struct NarrowingTest {
  private enum Form: CaseIterable {
    case equal, constantFirst, isOneOf, contains, containsAny, anyContains, containsAll
    case isIn, isInAny, isTypeIn, network, range, truth, either
  }

  private static let kinds: [Kind] = [.long, .string, .entity, .decimal, .datetime, .duration, .bool]

  private let form: Form
  private let path: String
  private let kind: Kind
  private let other: String
  /// The only constants there are; empty for any.
  private var constants: [String] = []

  /// Chooses the form, and the attribute that all policies of the batch look at.
  ///
  /// - Parameter constants: how many constants there are, `nil` for any number.
  init(_ maker: inout ExpressionMaker, constants count: Int? = nil) {
    form = maker.random.pick(Form.allCases)
    let kinds: [Kind] = form == .range ? [.long, .decimal, .datetime, .duration] : Self.kinds
    kind = maker.random.pick(kinds)
    let named: Kind =
      switch form {
      case .equal, .constantFirst, .isOneOf, .range, .either: kind
      case .contains, .containsAny, .anyContains, .containsAll: .set
      case .isIn, .isInAny, .isTypeIn: .entity
      case .network: .ip
      case .truth: .bool
      }
    path = maker.path(named)
    other = maker.path(named)
    let element: Kind = maker.random.pick([.string, .long, .entity])
    for _ in 0..<(count ?? 0) {
      switch form {
      case .equal, .constantFirst, .isOneOf, .range, .either: constants.append(maker.constant(kind))
      case .contains, .containsAny, .anyContains, .containsAll: constants.append(maker.constant(element))
      case .isIn, .isInAny, .isTypeIn: constants.append(maker.group())
      case .network: constants.append("ip(\"\(maker.random.pick(ValueMaker.networks))\")")
      case .truth: break
      }
    }
  }

  /// The condition with a new constant.
  func condition(_ maker: inout ExpressionMaker) -> String {
    switch form {
    case .equal: return when("\(path) == \(constant(&maker))")
    case .constantFirst: return when("\(constant(&maker)) == \(path)")
    case .isOneOf: return when("[\(list(&maker))].contains(\(path))")
    case .contains: return when("\(path).contains(\(element(&maker)))")
    case .containsAny: return when("\(path).containsAny([\(elements(&maker))])")
    case .anyContains: return when("[\(elements(&maker))].containsAny(\(path))")
    case .containsAll: return when("\(path).containsAll([\(elements(&maker))])")
    case .isIn: return when("\(path) in \(group(&maker))")
    case .isInAny: return when("\(path) in [\(group(&maker)), \(group(&maker))]")
    case .isTypeIn: return when("\(path) is \(maker.type()) in \(group(&maker))")
    case .network: return when("\(path).isInRange(\(network(&maker)))")
    case .range: return range(&maker)
    case .truth:
      // Mixed, for a test that all policies share narrows nothing.
      let word = maker.random.chance(60) ? "when" : "unless"
      return "\(word) { \(maker.random.pick(["", "!", "!!"]))\(path) }"
    case .either:
      // Where the third test does not narrow, none of the alternatives does.
      let third = maker.random.chance(80) ? "" : " || \(maker.test(0))"
      return when("\(path) == \(constant(&maker)) || \(other) == \(constant(&maker))\(third)")
    }
  }

  /// Two bounds, or the same twice, so that most numbers lie outside; each as it is, exchanged or denied.
  private func range(_ maker: inout ExpressionMaker) -> String {
    let low = constant(&maker)
    let high = maker.random.chance(40) ? low : constant(&maker)
    let lower = comparison(low, isLower: true, &maker)
    let upper = comparison(high, isLower: false, &maker)
    if maker.random.chance(20) { return "when { \(lower) } unless { !(\(upper)) }" }
    return when(maker.random.chance(10) ? lower : "\(lower) && \(upper)")
  }

  private func comparison(_ bound: String, isLower: Bool, _ maker: inout ExpressionMaker) -> String {
    let isStrict = maker.random.chance(25)
    let isDenied = maker.random.chance(25)
    let isExchanged = maker.random.chance(25)
    // What is denied is the opposite; what is exchanged points the other way.
    let isGreater = (isLower != isDenied) != isExchanged
    let excludes = isStrict != isDenied
    let (left, right) = isExchanged ? (bound, path) : (path, bound)
    let test: String
    if kind == .decimal {
      let method = (isGreater ? "greaterThan" : "lessThan") + (excludes ? "" : "OrEqual")
      test = "\(left).\(method)(\(right))"
    } else {
      test = "\(left) \(isGreater ? ">" : "<")\(excludes ? "" : "=") \(right)"
    }
    return isDenied ? "!(\(test))" : test
  }

  private func when(_ test: String) -> String { "when { \(test) }" }

  private func constant(_ maker: inout ExpressionMaker) -> String {
    constants.isEmpty ? maker.constant(kind) : maker.random.pick(constants)
  }

  private func group(_ maker: inout ExpressionMaker) -> String {
    constants.isEmpty ? maker.group() : maker.random.pick(constants)
  }

  private func network(_ maker: inout ExpressionMaker) -> String {
    constants.isEmpty ? "ip(\"\(maker.random.pick(ValueMaker.networks))\")" : maker.random.pick(constants)
  }

  private func list(_ maker: inout ExpressionMaker) -> String {
    (0..<maker.random.number(in: 0...4)).map { _ in constant(&maker) }.joined(separator: ", ")
  }

  private func element(_ maker: inout ExpressionMaker) -> String {
    guard constants.isEmpty else { return maker.random.pick(constants) }
    return maker.constant(maker.random.chance(90) ? maker.random.pick([.string, .long, .entity]) : .ip)
  }

  private func elements(_ maker: inout ExpressionMaker) -> String {
    (0..<maker.random.number(in: 0...3)).map { _ in element(&maker) }.joined(separator: ", ")
  }
}
