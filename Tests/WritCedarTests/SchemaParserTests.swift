// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// Every row was asked of the reference (cedarpy 4.12.2), except where a test says that Writ is stricter.
@Suite("Schemas in Cedar syntax: what can be read (A1, A2, A10, I)")
struct SchemaParserTests {
  /// Declared before the rows that need entity types.
  static let declared = "entity A; entity B; "

  static func isRefused(_ text: String) -> Bool { (try? Schema(parsing: text)) == nil }

  /// The diagnostics of a text with their help, a line for each.
  static func complaints(_ text: String) -> [String] {
    do {
      _ = try Schema(parsing: text)
      return []
    } catch {
      return error.diagnostics.map { $0.description + ($0.help.map { " [\($0)]" } ?? "") }
    }
  }

  @Test(
    "I accepted forms",
    arguments: [
      "entity A;", "entity A in B;entity B;", "entity A in [];", "entity B; entity A in [B,B];", "entity A {};",
      "entity A = {};", "entity A {a:Long};", "entity A {a:Long,};", "entity A {a?:Long};", #"entity A {"a b"?:Long};"#,
      #"entity A {"":Long};"#, "entity A {a ? : Long};", #"entity A {"if": Long};"#, "entity A {Set: Long};",
      "entity A {namespace: Long, entity: Long, type: Long, tags: Long, action: Long};", "entity A tags Long;",
      "entity A tags {a:Long};", "entity A tags Set<String>;", "entity A = {} tags Long;", "entity A {} tags Long;",
      "entity A in A tags Long;", "entity A in [A] = {} tags A;", #"entity A enum ["a"];"#,
      #"entity A enum ["a","a"];"#, #"entity A,B enum ["a"];"#, #"entity A enum [""];"#, "entity enum;",
      #"entity enum enum ["a"];"#, "entity tags tags Long;", "entity A in enum; entity enum;", "entity Record;",
      "entity Entity;", "entity Extension;", "entity String;", "entity entity;", "entity namespace;", "entity type;",
      "entity action;", "entity appliesTo;", "entity principal;", "namespace A :: B {entity C;}",
      #"@a("x") @b @c("") entity Z;"#, #"type X = {@a("x") "b"?: Long};"#,
      #"action v appliesTo {principal:Z,resource:Z,context:{@doc("x") a:Long}}; entity Z;"#,
      #"entity A enum ["a"] ; entity B in A {a:A} tags A;"#, "action v appliesTo {principal:Z,resource:Z,}; entity Z;",
    ]
  )
  func accepts(text: String) {
    #expect(Self.complaints(text) == [])
  }

  @Test(
    "I accepted forms beside two entity types",
    arguments: [
      "action v;", "action v, w;", #"action "v w";"#, #"action "v", w;"#, #"action "";"#, "action action;",
      "action v appliesTo {principal:[A,B],resource:[B]};", "action v appliesTo {principal:A,resource:B,};",
      "action v appliesTo {principal:A,resource:B,context:{}};",
      "action v appliesTo {principal:A,resource:B,context:{},};",
      "action v appliesTo {context:{},resource:B,principal:A};",
      "action v appliesTo {principal:A,resource:B,context:T}; type T={};",
      "action v appliesTo {principal:A,resource:B,context:T}; type T=U; type U={a:Long};",
      "action v appliesTo {principal:A,resource:B,context:{a:A, b?: Set<B>}};",
      "action v appliesTo {principal:[A,A],resource:B};", "action v appliesTo {principal:A,resource:B} attributes {};",
      "action v attributes {};", "action v appliesTo {principal:A,resource:T};entity T; type T=Long;",
      "action v appliesTo {principal:A,resource:B,context:T};entity T; type T={};",
      "entity C {a: T}; entity T {}; type T = Long;", "type X = {};", "type X = {a:Long};", "type X = Set<Long>;",
      "type X = Set < Long > ;", "type X = Set<Set<Long>>;", "type A = Long;", "type ipaddr = Long;",
      "type decimal = String;", "type datetime=Long;", "type duration=Long;", "type type = Long;", "type enum=Long;",
      "type X = ipaddr;", "type X = decimal;", "type X = datetime;", "type X=duration;", "type X={a:{b:{c:Long}}};",
      #"type X={"a":Long,};"#, #"type X={"\u{41}":Long};"#, #"type X={a?:Long,"b"?:Long};"#,
      #"@a("x") @b("x") entity C;"#, #"@if("x") entity C;"#, #"@a ( "x" ) entity C;"#, #"@ a("x") entity C;"#,
      #"entity C {@a("x") a:Long};"#, "entity C {@a a:Long, @a b:Long};", "@a action v;", #"@a("x\n") entity C;"#,
      "@principal entity C;", "@in entity C;", #"entity C,D enum ["a"] ;"#, #"entity C in E; entity E enum ["x"];"#,
      #"action v appliesTo {principal:E,resource:E}; entity E enum ["a"];"#, "type X={a:T}; entity T;",
      "type X=Set<T>; type T={a:Set<T2>}; type T2=Long;", "type ip=ipaddr;",
      "entity C { a: Set<A> , b: Set<{x:Long}> };",
      #"action "v" appliesTo {principal:[A],resource:[B],context:{"a b": Long}};"#,
      "action principal, action, resource, context, in2;", "action permit appliesTo {principal:A,resource:B};",
      "entity principal; action v appliesTo {principal:principal,resource:principal};",
      #"entity C enum ["a"]; entity D enum ["a"];"#, "action v attributes {} ;",
      "action v appliesTo {principal:A,resource:B} attributes { };", "action attributes;",
      "action attributes attributes {};", "entity C in [D]; entity D in [C];", "entity C in C;",
      #"action v appliesTo { principal: [A], resource: [B], context: { "x": Long, y?: { z: String } } };"#,
      "entity C {tags:Long} tags Long;", "type X={a:Long,b:Long,};", "type X = Set<{a:Long,}>;", "entity C tags {};",
      "entity C tags {a:Long,};", "entity C in [A] {a:Long} tags Set<String>;", #"entity Foo enum ["\u{1F600}"];"#,
      #"@doc("x") entity C, D;"#, #"type X = {a:Long, "b":Long} ;"#,
    ]
  )
  func acceptsBesides(text: String) {
    #expect(Self.complaints(Self.declared + text) == [])
  }

  @Test(
    "I refused forms",
    arguments: [
      "entity A,;", "entity A,B,;", "entity ;", "entity A in [B,];entity B;", "entity A in [B B];entity B;",
      "entity A {,};", "entity A {a:Long,,};", "entity A {in: Long};", "entity A {if: Long};", "entity A {true: Long};",
      "entity A {like: Long};", "entity A tags Long {};", "entity A tags Long = {};", "entity A = {} in [A];",
      "entity A = Long;", "entity A = T; type T = {};", "entity A = ;", "entity A T; type T = {};", "entity A enum [];",
      #"entity A enum ["a",];"#, "entity A enum [a];", #"entity A enum ["a"] in [A];"#, #"entity A in [A] enum ["a"];"#,
      #"entity A enum ["a"] tags Long;"#, #"entity A enum ["a"] {};"#, #"entity A enum "a";"#,
      #"entity A = enum ["a"];"#, "entity in;", "entity if;", "entity true;", "entity is;", "entity A::B;",
      #"entity "A";"#, "entity A", "entity A;;", ";", "namespace A {};", "namespace A {namespace B {}}",
      "namespace {entity A;}", "namespace if {}", "namespace A::if {}", "type X={a::Long};", "type X={a?::Long};",
      "type T = A::Set<Long>;", "action v appliesTo {principal: [], resource: []};", #"action v in [A::"x",];"#,
      "entity A in ; entity ;", #"@a("x"@b) entity A;"#, "entity A in [ ] ; action v in [] ;",
    ]
  )
  func refuses(text: String) {
    #expect(Self.isRefused(text))
  }

  @Test(
    "I refused forms beside two entity types",
    arguments: [
      "action v,;", "action if;", "action in;", "action true;", "action v in [g,]; action g;", "action v in [];",
      "action v in Action::g; action g;", "action v in [Action::g]; action g;", "action v in g, h; action g; action h;",
      "action v appliesTo {};", "action v appliesTo {principal: A};", "action v appliesTo {resource:B};",
      "action v appliesTo {principal:[],resource:B};", "action v appliesTo {principal:[A],resource:[]};",
      "action v appliesTo {principal:[A,],resource:B};", "action v appliesTo {principal:A,resource:B,principal:A};",
      "action v appliesTo {principal:A,resource:B,context:{},context:{}};",
      "action v appliesTo {principal:A resource:B};", "action v appliesTo {principal:A,resource:B,foo:A};",
      "action v appliesTo {principal:A,resource:B,context:Set<Long>};", "action v appliesTo principal:A,resource:B;",
      "action v appliesTo {principal=A,resource:B};", #"action v appliesTo {"principal":A,resource:B};"#,
      "action v appliesTo {principal:A,A,resource:B};",
      "action v appliesTo {principal:A,resource:B} attributes {a:Long};",
      "action v appliesTo {,principal:A,resource:B};", "action v appliesTo {principal:A,,resource:B};",
      "action v appliesTo {principal:A,resource:B} in g; action g;", "action v {};", "action A::v;",
      #"action Action::"v";"#, "action v appliesTo {principal:A,resource:B,context:};",
      #"action v in if; action "if";"#, "action v in v in g; action g;", "type X = Set<>;", "type X = Set<Long,>;",
      "type X = Set<Long>>;", "type X = Long", "type X, Y = Long;", "type X = ;", "type X Long;", #"type "X" = Long;"#,
      "type N::X = Long;", "type if = Long;", "type in = Long;", "type true=Long;", "type is=Long;",
      "type X=__cedar::Set<Long>;", "type X=::Long;", "type X = if;", "type X = in;", "type X=A::if;",
      "type X={a:Long}{};", "type X=(Long);", "type X=[Long];", "type X={a};", "type X={a:};", "type X={a Long};",
      "type X={a:Long b:Long};", "type X={a:Long;b:Long};", #"type X={"\q":Long};"#, #"type X={"a\*":Long};"#,
      "type X={1:Long};", "type X={a??:Long};", "type X={a: ?Long};", "type X={?a: Long};", "type X={a?b:Long};",
      #"@a("x") @a("y") type X=Long;"#, #"@"a"("x") entity C;"#, "@a() entity C;", "@a(x) entity C;", "@a(1) entity C;",
      #"@a("x",) entity C;"#, "@a @a namespace N {}", "entity C {@a @a a:Long};", "entity C {a: @a Long};",
      "entity C = @a {};", "@a @a action v;", "entity C in @a A;", "action v appliesTo {@a principal:A,resource:B};",
      "action v appliesTo {principal:A,resource:B,@a context:{}};", "@a", "@a;", "entity C; @a", "namespace N {@a}",
      #"@a("\q") entity C;"#, "@a::b entity C;", "/* x */ entity C;", "entity C enum ['a'];", "entity C {'a':Long};",
      "Entity C;", "entities C;", "type X=Long;;", "entity C:", "entity C }", "namespace N {", "namespace N {entity C;",
      "namespace N entity C;", "namespace N; entity C;", "permit(principal,action,resource);", "{}", "namespace {}",
      #"namespace "N" {}"#, "namespace N:: {}", "namespace ::N {}", "namespace N,M {}", "namespace in {}",
      "namespace N::in {}", "entity C in [A] in [B];", "entity C {} {};", "entity C tags Long tags Long;",
      "entity C in {};", #"entity C in "A";"#, "entity C in [A,B;", "entity C in A,B;", "entity C {a:Long} = {};",
      "entity C == {};", "entity C tags;", "entity C tags = Long;", "entity C tags if;", "entity C enum;",
      #"entity C enum ["a" "b"];"#, #"entity C enum {"a"};"#, "action v in N::Action; action w;",
      "action v attributes {} appliesTo {principal:A,resource:B};", "action v attributes;", "action v attributes {,};",
      "action v attributes {a:1};", #"action v appliesTo {principal:"A",resource:B};"#, #"type X=A::"x";"#,
      #"type X="Long";"#, "type X=5;", "type X=?principal;", "type X=true;", "type X = Bool<Long>;",
      "type X=set<Long>;", #"entity C enum ["a"] ;;"#,
    ]
  )
  func refusesBesides(text: String) {
    #expect(Self.isRefused(Self.declared + text))
  }

  @Test(
    "A1 A2 white space, comments and raw characters in strings",
    arguments: [
      ("// c\nentity C; // d", true), ("entity C // ;\n;", true), ("\u{A0}entity C;", true),
      ("\u{3000}entity C;", true), ("entity\u{B}C;", true), ("entity C {\"é\": Long};", true),
      ("entity C enum [\"a\nb\"];", true), ("\u{200B}entity C;", false), ("\u{FEFF}entity C;", false),
      ("entity é;", false), ("entity C enum [\"a\rb\"];", false), ("/* x */ entity C;", false), ("", true),
      ("// nothing", true),
    ]
  )
  func characters(text: String, isAccepted: Bool) {
    #expect(Self.isRefused(text) != isAccepted)
  }

  @Test(
    "I an attribute declared twice is refused, which the reference allows",
    arguments: [
      "entity D {a: Long, a: Long};", #"entity D {a: Long, "a": Long};"#, #"type X = {a: Long, "a"?: String};"#,
      #"entity Z {"a": Long, a: String};"#, #"type X={"\u{61}":Long, a:Long};"#,
    ]
  )
  func duplicateAttributes(text: String) {
    #expect(Self.isRefused(Self.declared + text))
  }

  @Test("scalars, not characters, tell attributes apart")
  func attributeScalars() {
    #expect(Self.complaints("type T = {\"\u{E9}\": Long, \"e\u{301}\": Long};") == [])
  }
}
