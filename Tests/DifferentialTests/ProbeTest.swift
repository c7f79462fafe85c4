// SPDX-License-Identifier: Apache-2.0

import WritCedar

/// A condition that an index may find policies by, with constants that change from policy to policy.
///
/// Policies made of it have an annotation `probe` with its form, so that ``Counters`` tell how often each form held,
/// failed and erred.
struct ProbeTest {
  enum Form: String, CaseIterable {
    /// Equality of a tag, behind `hasTag` or not.
    case tag
    /// `||` of tests of different attributes, and `||` over `&&`.
    case alternatives
    /// `&&` over `||`.
    case factored
    /// `unless`, `!`, `!=` and De Morgan.
    case negation
    /// `if` on constants.
    case conditional
    /// `like "abc*"`.
    case prefix
    /// One bound.
    case bound
    /// `has`.
    case presence
    /// `has f && f`, of several attributes.
    case flag
    /// `!=` beside a test that tells policies apart.
    case inequality
    /// More than 16 alternatives.
    case many
    /// A set of up to 300 constants.
    case largeSet
    /// Two attributes, or an attribute and a side of the request.
    case join
    /// A group, a value and an entity, of which the group may stand in the scope.
    case hospital

    /// Whether the test may err.
    var mayErr: Bool { self != .presence }
  }

  private static let prefixes = ["v*", "a*", "aa*", "aab*", "10.*", "\u{E9}*", "e\u{301}*", "20*", "*"]

  let form: Form
  private let base: String
  private let kind: Kind
  private let path: String
  private let other: String

  init(_ maker: inout ExpressionMaker) {
    form = maker.random.pick(Form.allCases)
    base = maker.random.pick(["principal", "principal", "resource", "resource", "context"])
    let ordered: [Kind] = [.long, .long, .decimal, .datetime, .duration]
    kind = maker.random.pick(form == .bound ? ordered : [.long, .long, .string, .entity, .decimal])
    path = maker.path(form == .prefix ? .string : form == .many || form == .largeSet ? .long : kind)
    other = maker.path(kind)
  }

  /// The conditions with new constants.
  func condition(_ maker: inout ExpressionMaker) -> String {
    let equal = "\(path) == \(maker.constant(kind))"
    let second = "\(other) == \(maker.constant(kind))"
    switch form {
    case .tag: return tag(&maker)
    case .alternatives:
      return maker.random.pick([
        when("\(equal) || \(second)"), when("(\(equal) && \(maker.bool(0))) || (\(second) && \(maker.test(0)))"),
        when("\(equal) || (\(second) && \(path) != \(maker.constant(kind)))"),
      ])
    case .factored:
      return maker.random.pick([
        when("(\(equal) || \(second)) && \(maker.test(0))"),
        when("(\(equal) || \(second)) && \(other) == \(maker.constant(kind))"),
      ])
    case .negation: return negation(equal, second, &maker)
    case .conditional:
      return maker.random.pick([
        when("if \(equal) then true else false"), when("if \(equal) then \(second) else false"),
        when("if \(path) != \(maker.constant(kind)) then false else true"),
        when("if \(equal) then true else \(second)"),
      ])
    case .prefix: return when("\(path) like \"\(maker.random.pick(Self.prefixes))\"")
    case .bound: return when(bound(&maker))
    case .presence:
      let name = Names.tested(maker.random.pick(Names.attributes).name)
      return maker.random.pick([when("\(base) has \(name)"), unless("\(base) has \(name)")])
    case .flag:
      let name = maker.random.pick(Names.attributes(of: .bool))
      return when("\(base) has \(name) && \(base).\(name)")
    case .inequality:
      return maker.random.pick([
        when("\(other) != \(maker.constant(kind)) && \(equal)"),
        when("\(equal) && \(other) != \(maker.constant(kind))"),
      ])
    case .many:
      let start = maker.random.number(in: -20...5)
      let count = maker.random.number(in: 17...24)
      return when((start..<(start + count)).map { "\(path) == (\($0))" }.joined(separator: " || "))
    case .largeSet:
      let start = maker.random.number(in: -200...5)
      let count = maker.random.number(in: 17...300)
      return when("[\((start..<(start + count)).map { "(\($0))" }.joined(separator: ", "))].contains(\(path))")
    case .join: return join(&maker)
    case .hospital:
      return when(
        "principal.s == \(string(&maker)) && resource.t == \(string(&maker)) && \(base).e in \(maker.group())"
      )
    }
  }

  private func string(_ maker: inout ExpressionMaker) -> String { "\"v\(maker.random.below(4))\"" }

  private func tag(_ maker: inout ExpressionMaker) -> String {
    let subject = base == "context" ? "resource" : base
    let key = CedarText.quoted(maker.random.pick(Names.tags))
    let test = "\(subject).getTag(\(key)) == \(string(&maker))"
    return when(maker.random.chance(70) ? "\(subject).hasTag(\(key)) && \(test)" : test)
  }

  private func negation(_ equal: String, _ second: String, _ maker: inout ExpressionMaker) -> String {
    let different = "\(path) != \(maker.constant(kind))"
    return maker.random.pick([
      unless(different), unless("\(different) || !(\(second))"), when("!(\(different))"),
      when("!(!(\(equal)) || \(different))"), unless("!(\(equal) || \(second))"), when("!!(\(equal))"),
    ])
  }

  private func bound(_ maker: inout ExpressionMaker) -> String {
    let constant = maker.constant(kind)
    if kind == .decimal {
      let method = maker.random.pick(["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"])
      return "\(path).\(method)(\(constant))"
    }
    let sign = maker.random.pick(["<", "<=", ">", ">="])
    return maker.random.chance(75) ? "\(path) \(sign) \(constant)" : "\(constant) \(sign) \(path)"
  }

  private func join(_ maker: inout ExpressionMaker) -> String {
    maker.random.pick([
      when("resource.e == principal"), when("principal in resource.k"), when("principal.s == resource.s"),
      when("principal.k.contains(resource)"), when("principal.e == resource.o"), when("resource.o in principal"),
      when("resource in principal.e"), when("principal.n <= resource.m"),
      when("resource.e == principal && \(path) == \(maker.constant(kind))"),
    ])
  }

  private func when(_ test: String) -> String { "when { \(test) }" }
  private func unless(_ test: String) -> String { "unless { \(test) }" }
}

extension PolicyMaker {
  /// Policies of one scope that conditions of one form tell apart, as permits and as forbids.
  mutating func addProbes(_ count: Int) {
    let test = ProbeTest(&expressions)
    var scope = scope()
    if expressions.random.chance(60) { scope.principal = "" }
    if expressions.random.chance(60) { scope.resource = "" }
    scope.effect = expressions.random.chance(60) ? "permit" : "forbid"
    let isScoped = expressions.random.chance(50)
    for _ in 0..<count {
      var conditions = test.condition(&expressions)
      if test.form == .hospital {
        let group = expressions.random.pick(world.groups)
        if isScoped {
          scope.principal = " in \(group)"
        } else {
          conditions = "when { principal in \(group) } \(conditions)"
        }
      }
      if expressions.random.chance(15) {
        let more = anyConditions()
        conditions = expressions.random.chance(50) ? "\(more) \(conditions)" : "\(conditions) \(more)"
      }
      add(scope, conditions, probe: test.form)
    }
  }
}
