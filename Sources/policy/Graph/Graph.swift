// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// Nodes and arrows between them, to be drawn.
struct Graph {
  enum Shape {
    case box, ellipse
  }

  enum Line {
    case solid, dashed
  }

  struct Node {
    let label: String
    let shape: Shape
  }

  struct Edge {
    let from: Int
    let to: Int
    let line: Line
  }

  private(set) var nodes: [Node] = []
  private(set) var edges: [Edge] = []
  private var numbers: [ScalarText: Int] = [:]

  /// The most nodes that are drawn.
  static let maximumNodes = 10_000

  /// The number of the node with this label, which is made if there is none.
  @discardableResult
  mutating func node(_ label: String, _ shape: Shape = .box) -> Int {
    if let known = numbers[ScalarText(label)] { return known }
    numbers[ScalarText(label)] = nodes.count
    nodes.append(Node(label: label, shape: shape))
    return nodes.count - 1
  }

  mutating func edge(_ from: Int, _ to: Int, _ line: Line = .solid) {
    edges.append(Edge(from: from, to: to, line: line))
  }

  /// The entities of a store, each with an arrow to each of its parents.
  init(_ entities: EntityStore) {
    for entity in entities.sorted(by: { $0.uid < $1.uid }) {
      let from = node(entity.uid.description, entity.uid.isAction ? .ellipse : .box)
      for parent in entity.parents.sorted() {
        edge(from, node(parent.description, parent.isAction ? .ellipse : .box))
      }
    }
  }

  /// The entity types of a schema with the types they may be in, and its actions: from the types of principals, to
  /// those of resources, and dashed to the groups they are in.
  init(_ schema: Schema) {
    for type in schema.declarations.syntax.entities {
      for name in type.names {
        node(type.namespace.isEmpty ? name.text : "\(type.namespace)::\(name.text)")
      }
    }
    for definition in schema.entityTypes.values.sorted(by: { $0.name.description < $1.name.description }) {
      let from = node(definition.name.description)
      for parent in definition.directParents.map(\.description).sorted() { edge(from, node(parent)) }
    }
    for action in schema.actions.values.sorted(by: { $0.uid < $1.uid }) {
      let number = node(action.uid.description, .ellipse)
      for group in action.parents.sorted() { edge(number, node(group.description, .ellipse), .dashed) }
      for type in action.principals.map(\.description).sorted() { edge(node(type), number) }
      for type in action.resources.map(\.description).sorted() { edge(number, node(type)) }
    }
  }

  /// The graph in the language of Graphviz.
  func dot() -> String {
    func quoted(_ text: String) -> String {
      "\"\(CedarText.shown(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
    var out = "digraph {\n  rankdir=BT;\n  node [shape=box];\n"
    for (number, node) in nodes.enumerated() {
      out += "  n\(number) [label=\(quoted(node.label))\(node.shape == .ellipse ? ", shape=ellipse" : "")];\n"
    }
    for edge in edges {
      out += "  n\(edge.from) -> n\(edge.to)\(edge.line == .dashed ? " [style=dashed]" : "");\n"
    }
    return out + "}\n"
  }
}
