// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("policy graph")
struct GraphCommandTests {
  private static func folder() throws -> Folder {
    try Folder([
      "s.cedarschema":
        "entity Group in [Group]; entity User in [Group]; action view in [\"all\"] appliesTo { principal: User, resource: Group }; action \"all\";",
      "entities.json": """
      [{"uid": {"type": "User", "id": "<a\\"b>"}, "attrs": {}, "parents": [{"type": "Group", "id": "g"}]},
       {"uid": {"type": "Group", "id": "g"}, "attrs": {}, "parents": []}]
      """,
    ])
  }

  @Test("DOT has a node for each entity or type and an arrow for each parent, with quotes escaped")
  func dot() async throws {
    let entities = try await policy("graph", "entities", "--entities", "entities.json", in: Self.folder())
    #expect(entities.status == 0)
    #expect(
      entities.output == #"""
        digraph {
          rankdir=BT;
          node [shape=box];
          n0 [label="Group::\"g\""];
          n1 [label="User::\"<a\\\"b>\""];
          n1 -> n0;
        }

        """#
    )
    let schema = try await policy("graph", "schema", ".", in: Self.folder())
    #expect(schema.output.contains(#"label="Action::\"view\"", shape=ellipse"#))
    #expect(schema.output.contains("[style=dashed]"))
    #expect(schema.output.contains("n0 -> n0;"))
  }

  @Test("SVG is well-formed XML with a box for each node, also of a graph with cycles")
  func svg() async throws {
    for subject in ["schema", "entities"] {
      let outcome = try await policy("graph", subject, ".", "--format", "svg", in: Self.folder())
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("<svg "))
      #expect(!outcome.output.contains("\"<a"))
      #expect(outcome.output.components(separatedBy: "<rect").count - 1 == (subject == "schema" ? 4 : 4))
    }
  }

  @Test("Nothing to draw is an error")
  func nothing() async throws {
    #expect(try await policy("graph", "entities", in: Folder()).status == 1)
  }
}
