// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

@Suite("Nesting and size (attacks P01, P02, P04, P09, P10)")
struct NestingTests {
  /// An expression with `depth` levels of one construct.
  static let constructs: [(name: String, open: String, core: String, close: String)] = [
    ("parentheses", "(", "1", ")"), ("not", "!(", "true", ")"), ("negation", "-(", "1", ")"), ("set", "[", "1", "]"),
    ("record", "{a: ", "1", "}"), ("condition", "if ", "true", " then true else false"),
    ("then", "if true then ", "1", " else 2"), ("else", "if false then 2 else ", "1", ""),
    ("function argument", "ip(", "\"1.1.1.1\"", ")"), ("method argument", "[1].contains(", "1", ")"),
    ("operands", "1 + (2 * (", "1", "))"), ("relation", "1 == (", "1", ")"),
  ]

  @Test("each construct nests up to the limit and not further", arguments: constructs.indices)
  func limit(index: Int) throws {
    let (name, open, core, close) = Self.constructs[index]
    let levels = name == "operands" ? Nesting.limit / 2 : Nesting.limit
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
    }
    let expression = try Expression(parsing: nested(levels))
    _ = try? expression.value(for: request(), entities: EntityStore())
    _ = try Expression(parsing: expression.description)
    #expect(outcome(of: nested(levels + 1)) == "refused: the expression is nested deeper than 256 levels", "\(name)")
    #expect(outcome(of: nested(100_000)).hasPrefix("refused"), "\(name)")
    #expect(outcome(of: String(repeating: open, count: 100_000)).hasPrefix("refused"), "\(name)")
  }

  @Test("flat chains are not nesting: read, evaluated, printed and freed")
  func chains() throws {
    let count = 100_000
    func chain(_ element: String, _ separator: String) -> String {
      Array(repeating: element, count: count).joined(separator: separator)
    }
    #expect(outcome(of: chain("true", " && ")) == "true")
    #expect(outcome(of: chain("false", " || ")) == "false")
    #expect(outcome(of: chain("1", " + ")) == "\(count)")
    #expect(outcome(of: chain("1", " - ")) == "\(2 - count)")
    #expect(outcome(of: chain("1", " * ")) == "1")
    #expect(outcome(of: "context" + String(repeating: ".a", count: count)) == "error: attributeMissing")
    #expect(outcome(of: "context" + String(repeating: "[\"a\"]", count: count)) == "error: attributeMissing")
    #expect(outcome(of: "context has " + chain("a", ".")) == "false")
    #expect(outcome(of: "[\(chain("1", ", "))]") == "[1]")
    #expect(outcome(of: "[" + (0..<count).map(String.init).joined(separator: ",") + "].contains(77777)") == "true")
    #expect(try Expression(parsing: chain("true", " && ")).description.utf8.count == count * 8 - 4)
  }

  @Test("a value built while evaluating stays within the limit, or the expression errs")
  func valueDepth() throws {
    var value = Value.long(1)
    for _ in 0..<Nesting.limit { value = .set(try SetValue([value])) }
    #expect(throws: NestingLimitExceeded.self) { try SetValue([value]) }
    #expect(throws: NestingLimitExceeded.self) { try RecordValue([("a", value)]) }
    guard case .set(let outer) = value else { return }
    let context = try RecordValue([("x", outer.elements[0])])
    #expect(outcome(of: "[context.x] == [context.x]", context: context) == "true")
    #expect(outcome(of: "[[context.x]] == 1", context: context) == "error: recursionLimit")
    #expect(outcome(of: "{a: {a: context.x}} == 1", context: context) == "error: recursionLimit")
  }

  @Test("patterns with many stars match in linear time")
  func patterns() throws {
    let text = String(repeating: "a", count: 100_000)
    let context = try RecordValue([("t", .string(text))])
    let stars = String(repeating: "*a", count: 10_000)
    #expect(outcome(of: "context.t like \"\(stars)*b\"", context: context) == "false")
    #expect(outcome(of: "context.t like \"\(stars)*\"", context: context) == "true")
    let ladder = "*" + String(repeating: "a", count: 5_000) + "b*"
    #expect(outcome(of: "context.t like \"\(ladder)\"", context: context) == "false")
  }

  @Test("a chain of 100,000 ancestors and a cycle through it")
  func hierarchyDepth() throws {
    let count = 100_000
    let chain = (0..<count).map { Entity(uid: uid("G", "\($0)"), parents: [uid("G", "\($0 + 1)")]) }
    let store = try EntityStore(chain)
    #expect(store.isEntity(uid("G", "0"), inAnyOf: [uid("G", "\(count)")]))
    #expect(!store.isEntity(uid("G", "1"), inAnyOf: [uid("G", "0")]))
    let error = try #require(throws: EntityStoreError.self) {
      try EntityStore(chain + [Entity(uid: uid("G", "\(count)"), parents: [uid("G", "0")])])
    }
    #expect(error.code == .cycle)
  }

  @Test("a hundred thousand policies and a long string")
  func manyPolicies() throws {
    let one = "permit(principal == User::\"u\", action, resource) when { context.a == 1 };\n"
    let set = try PolicySet(parsing: String(repeating: one, count: 100_000))
    #expect(set.count == 100_000)
    let long = String(repeating: "x", count: 1_000_000)
    #expect(outcome(of: "\"\(long)\" == \"\(long)\"") == "true")
  }
}
