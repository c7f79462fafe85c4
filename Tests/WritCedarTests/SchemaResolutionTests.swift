// SPDX-License-Identifier: Apache-2.0

import Testing
import WritCedar

/// Every row was asked of the reference (cedarpy 4.12.2), except several files and sizes.
@Suite("Schemas: what names refer to (I, attacks P17)")
struct SchemaResolutionTests {
  typealias Text = SchemaParserTests

  @Test(
    "I accepted",
    arguments: [
      "entity A {__cedar: Long};", #"entity A {"__cedar": Long};"#, "entity Set;", "entity Long;", "entity Bool;",
      "entity Boolean;", "entity ipaddr;", "namespace A {}", "namespace A::B {entity C;}", "namespace Action {}",
      "namespace Long {}", "namespace Set {}", "entity A; namespace N {entity B in A;}",
      "namespace N {entity A;} namespace M {entity A in N::A;}", "namespace N {entity A in N::B; entity B;}",
      "type X={__cedar?:Long};", #"action "a", b in ["c"];action c;"#, "namespace A{entity A;}",
      "namespace A { entity A in A::A; }",
      "type T=Action; action v appliesTo {principal:Z,resource:Z,context:{a:T}}; entity Z;",
      "type Action={}; entity A {a:Action};",
      "action v appliesTo {principal:Z,resource:Z,context:Action}; entity Z;type Action={};",
      "type T = __cedar::datetime; type U = __cedar::duration; type V= __cedar::decimal;", "namespace __cedarx {}",
      "entity __cedarx;", "type T=__cedarx; entity __cedarx;", "type T = Set<__cedar::String>;",
      "namespace N { entity A; } namespace N::A { entity B; } entity N;", "entity A {a: A::B}; namespace A {entity B;}",
      "entity A; namespace N {type T = A; action v appliesTo {principal:A,resource:A}; }",
      "namespace N {entity A in Z;} entity Z; namespace M {type T={a:Z,b:N::A}; }",
      #"namespace N { action v; action w in Action::"v"; } action q in N::Action::"v";"#,
    ]
  )
  func accepts(text: String) {
    #expect(Text.complaints(text) == [])
  }

  @Test(
    "I accepted beside two entity types",
    arguments: [
      "action __cedar;", "action v in g; action g;", "action v in [g]; action g;", #"action v in "g"; action g;"#,
      #"action v in ["g"]; action g;"#, #"action v in Action::"g"; action g;"#,
      #"action v in [Action::"g", g]; action g;"#, #"action v in N::Action::"g"; namespace N {action g;}"#,
      #"namespace N {action v in "g";} action g;"#, "namespace N {action v in g;} action g;",
      #"namespace N {action v in Action::"g"; } action g;"#, #"namespace N {action v in Action::"g"; action g; }"#,
      #"namespace N {action v in N::Action::"g"; action g; }"#, "namespace N {action v in g; action g; }",
      #"namespace N::M {action v in N::M::Action::"g"; action g; }"#,
      #"namespace Action {action g;} action v in Action::Action::"g";"#,
      "action v in g appliesTo {principal:A,resource:B}; action g;",
      "action v appliesTo {principal:A,resource:B,context:N::T}; namespace N {type T={};}",
      "action v appliesTo {principal:A,resource:B,context:{a:Action}};",
      #"action v in [g, "h", Action::"i"]; action g,h,i;"#, #"action v in "if"; action "if";"#,
      "action v appliesTo {principal:A,resource:Set};entity Set;", "type X = Long;", "type Action = Long;",
      "type X = Bool;", "type X = String;", "type X = A;", "action v; type X=Action;", "type X=__cedar::Long;",
      "type X=__cedar::Bool;", "type X=__cedar::String;", "type X=__cedar::ipaddr;", "type X=__cedar :: Long;",
      "type X=Y; type Y=Long;", "namespace N {type X=Y;type Y=Long;}", "type Y=Long; namespace N {type X=Y;}",
      "namespace N {type Y=Long;} namespace M {type Y=Long;}",
      "namespace N {type Y=Long;} namespace N::M {type Y=Long;}", "namespace N {type Y=Long; entity Y;}",
      "type Y=Long; entity Y;", "type Y={}; entity Y; entity Z {a:Y};", "entity Z {a: Long}; entity Long;",
      "entity Z {a: __cedar::Long}; entity Long;", "namespace N {entity Z {a: Long}; entity Long;}",
      "namespace N {type ipaddr=Long; entity Z {a: ipaddr};}",
      "namespace N {entity Bool;} namespace M {entity Q {a:Bool};}", #"@a("x") type X=Long;"#, "@a type X=Long;",
      #"@__cedar("x") entity C;"#, #"@a("x") namespace N {}"#,
      "@a namespace N {@b entity C; @c type D=Long; @d action E;}", "namespace N::Action {}",
      "namespace N {action v; entity C {a:Action};}", "namespace N {action v;} entity C {a:N::Action};",
      "action v; namespace N {entity C {a:Action};}", "action v; namespace N {action w; entity C {a:Action};}",
      "entity C tags Action; action v;", "type X=Entity; entity Entity;", "type X=Boolean; entity Boolean;",
      "type X=Set; entity Set;", "type X=Set<Set>; entity Set;", "entity Y; namespace Y {entity C;}",
      "namespace A {entity C; action v;} entity D in A::C;", "action v; namespace N {type Action=Long;}",
      "type Action=Long; namespace N {action v;}", "type Action=Long; action v; entity C {a:Action};",
      "entity C {a:Action}; type Action=Long;", "namespace N{action v;} namespace N::Action {entity X;}",
      #"namespace N::Action {action v;} action w in N::Action::Action::"v";"#, "action v; action w in [v,v];",
      #"action a; namespace N {action b in a;} action c in N::Action::"b";"#,
      "action v appliesTo {principal:A,resource:B,context:C::D}; namespace C {type D = {a:Long};}",
      #"entity N; namespace N {action v in N::Action::"v2"; action v2;}"#, "namespace N {type X=N::Y; type Y=Long;}",
      "namespace N {type X=__cedar::Long; type Long2=X;}", "type Y = Y2; entity Y2;",
      "namespace N {type T=T2; entity T2;}", "entity C {a:ipaddr}; entity ipaddr;", #"action v in ["g", g]; action g;"#,
      "action v in g attributes {}; action g;", "namespace N { } entity C;", "entity C; namespace N { } entity D;",
      "namespace N {entity C;} type T=N::C; entity E in N::C;", "namespace N {type T = N::N; entity N;}",
      "namespace N {entity C in N::C;}", "namespace N {entity Long; type T=__cedar::Long;} type Q=N::Long;",
      "action v appliesTo {principal:A,resource:B,context:T}; type T=N::U; namespace N {type U={};}",
    ]
  )
  func acceptsBesides(text: String) {
    #expect(Text.complaints(Text.declared + text) == [])
  }

  @Test(
    "I refused",
    arguments: [
      "entity A,A;", "entity A; entity A;", "entity __cedar;", "entity Action;", "namespace X {entity Action;}",
      "entity A in __cedar::A;", "namespace __cedar {}", "namespace __cedar::A {}", "namespace A::__cedar {}",
      "namespace A {entity C;} namespace A {entity D;}", "namespace A{} namespace A{}",
      "entity A; namespace N {entity A;}", "namespace N::M {entity A in M::B; entity B;}", "entity A in B;",
      "entity A in Long;", "entity A {a: Foo};", "entity A {a: N::Foo};", "entity A in [A,A::B];",
      "entity A;namespace A{entity A;}", #"entity A enum ["a"];action v in A::"a";"#, "namespace N {entity Action;}",
      "entity A in Action; type Action={};", "type T = __cedar::Long::X;", "type T = A::__cedar;",
      "entity A in [A::__cedar];", "namespace N { type T = __cedar::Long; } type U = N::__cedar::Long;",
      "entity A in X; entity B in Y; type T = Z;",
    ]
  )
  func refuses(text: String) {
    #expect(Text.isRefused(text))
  }

  @Test(
    "I refused beside two entity types",
    arguments: [
      "action v,v;", "action v; action v;", #"action v; action "v";"#, "action v in g;", "action v in v;",
      "action v in g; action g in v;", "action a in b; action b in c; action c in a;", #"action v in A::"g";"#,
      #"action v in N::"g"; namespace N {action g;}"#, "namespace N {action v in g; action g; } action g;",
      "namespace N {action v;} action v;", #"namespace N::M {action v in M::Action::"g"; action g; }"#,
      #"action v in Action::Action::"g";"#, "action v appliesTo {principal:A,resource:B,context:T}; type T=Long;",
      "action v appliesTo {principal:A,resource:B,context:Long};",
      "action v appliesTo {principal:A,resource:B,context:A};", "action v appliesTo {principal:C,resource:B};",
      "action v appliesTo {principal:Long,resource:B};", "action v appliesTo {principal:T,resource:B}; type T=A;",
      "action v appliesTo {principal:A,resource:Action};", "action v appliesTo {principal:Action,resource:B};",
      "action v appliesTo {principal: N::A, resource: N::A}; namespace N {entity A;}",
      "action v appliesTo {principal:A,resource:B,context:__cedar::Long};",
      "action v appliesTo {principal: __cedar::A,resource:B};", #"action v in __cedar::Action::"g";"#,
      #"action v in __cedar::"g";"#, "type X = Set;", "type X = Long; type X = Long;", "type Bool = Long;",
      "type Boolean = Long;", "type Entity = Long;", "type Extension = Long;", "type Long = Long;",
      "type Record = Long;", "type Set = Long;", "type String = Long;", "type __cedar = Long;", "type X = Boolean;",
      "type X=ip;", "type X=Entity;", "type X=Record;", "type X=Extension;", "type X = Action;",
      "type X=__cedar::Boolean;", "type X=__cedar::A;", "type X=__cedar;", "type X= __cedar::__cedar::Long;",
      "type X = X;", "type X = {a:X};", "type X=Set<X>;", "type X=Y; type Y=X;", "type X={a:Y}; type Y={b:X};",
      "type X={a?:Y}; type Y=Set<X>;", "type X=N::Long; namespace N {}", "type Y=Long; namespace N {type Y=String;}",
      "type Y=Long; namespace N {entity Y;}", "entity Y; namespace N {type Y=Long;}", "action v; entity C in Action;",
      "action v; entity C in [Action];", "namespace N {action v; entity C in Action;}",
      "namespace N {action v;} entity C {a:Action};", #"entity E enum ["g"]; action v in E::"g";"#,
      #"namespace N {action v in M::Action::"g";} namespace N::M {action g;}"#, "type T=N::Action; namespace N {}",
      "action v in [v];", #"action v in [Action::"v"];"#, "namespace N {action v in v;} action v2;",
      "namespace N {action v in v;} action w;", #"namespace N {action v in "v";}"#,
      #"namespace N {action v in M::Action::"v";} namespace M {action v in N::Action::"v";}"#,
      "action v appliesTo {principal:A,resource:B,context:C}; entity C;",
      "action v appliesTo {principal:A,resource:B,context:ipaddr};", "type T={a:Action};", #"action v in [A::B::"c"];"#,
      "type T = N; namespace N {entity N;}", "type T = A::A;", "namespace N {type T = __cedar::N::T;}",
      "entity C, C2, C in A;", #"action a, "a";"#,
    ]
  )
  func refusesBesides(text: String) {
    #expect(Text.isRefused(Text.declared + text))
  }
}
