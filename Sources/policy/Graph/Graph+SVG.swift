// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// A drawing in rows: each node above those that have arrows to it, as far as there are no cycles.
extension Graph {
  private struct Box {
    var x = 0.0
    var y = 0.0
    var width = 0.0
  }

  private static let height = 34.0
  private static let rowGap = 60.0
  private static let columnGap = 24.0
  private static let margin = 20.0
  private static let columnWidth = 8.0

  func svg() -> String {
    let rows = rows()
    let boxes = boxes(rows)
    let width = boxes.map { $0.x + $0.width }.max().map { $0 + Self.margin } ?? 2 * Self.margin
    let height = Double(rows.count) * (Self.height + Self.rowGap) - Self.rowGap + 2 * Self.margin
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(max(height, 2 * Self.margin)))" \
      font-family="sans-serif" font-size="13">
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse">\
      <path d="M0 0 8 4 0 8z"/></marker></defs>

      """
    for edge in edges { out += line(edge, boxes) }
    for (number, node) in nodes.enumerated() {
      let box = boxes[number]
      let radius = node.shape == .ellipse ? Int(Self.height / 2) : 3
      out += "<rect x=\"\(Int(box.x))\" y=\"\(Int(box.y))\" width=\"\(Int(box.width))\" height=\"\(Int(Self.height))\" "
      out += "rx=\"\(radius)\" fill=\"\(node.shape == .ellipse ? "#eef4ff" : "#fff")\" stroke=\"#333\"/>\n"
      out +=
        "<text x=\"\(Int(box.x + box.width / 2))\" y=\"\(Int(box.y + Self.height / 2 + 5))\" text-anchor=\"middle\">"
      out += "\(Self.escaped(node.label))</text>\n"
    }
    return out + "</svg>\n"
  }

  /// The row of each node, the topmost first: one above the highest that points to it.
  private func rows() -> [[Int]] {
    var outgoing = [[Int]](repeating: [], count: nodes.count)
    var waiting = [Int](repeating: 0, count: nodes.count)
    for edge in edges where edge.from != edge.to {
      outgoing[edge.from].append(edge.to)
      waiting[edge.to] += 1
    }
    var row = [Int](repeating: 0, count: nodes.count)
    var ready = nodes.indices.filter { waiting[$0] == 0 }
    var isPlaced = [Bool](repeating: false, count: nodes.count)
    var nextUnplaced = 0
    var placed = 0
    while placed < nodes.count {
      // In a cycle any node may be first.
      while ready.isEmpty {
        if !isPlaced[nextUnplaced] { ready.append(nextUnplaced) }
        nextUnplaced += 1
      }
      guard let number = ready.popLast(), !isPlaced[number] else { continue }
      isPlaced[number] = true
      placed += 1
      for target in outgoing[number] where !isPlaced[target] {
        row[target] = max(row[target], row[number] + 1)
        waiting[target] -= 1
        if waiting[target] == 0 { ready.append(target) }
      }
    }
    var rows = [[Int]](repeating: [], count: (row.max() ?? -1) + 1)
    for number in nodes.indices { rows[rows.count - 1 - row[number]].append(number) }
    return rows
  }

  /// Places the nodes of each row beside each other, in the order of where those are that they have arrows to.
  private func boxes(_ rows: [[Int]]) -> [Box] {
    var boxes = [Box](repeating: Box(), count: nodes.count)
    var neighbours = [[Int]](repeating: [], count: nodes.count)
    for edge in edges { neighbours[edge.from].append(edge.to) }
    var isPlaced = [Bool](repeating: false, count: nodes.count)
    for (index, row) in rows.enumerated() {
      let centres = row.map { number -> (number: Int, centre: Double) in
        let above = neighbours[number].filter { isPlaced[$0] }.map { boxes[$0].x + boxes[$0].width / 2 }
        return (number, above.isEmpty ? 0 : above.reduce(0, +) / Double(above.count))
      }
      var x = Self.margin
      for (number, centre) in centres.sorted(by: { ($0.centre, $0.number) < ($1.centre, $1.number) }) {
        let width = Double(CedarText.columns(of: CedarText.shown(nodes[number].label))) * Self.columnWidth + 20
        x = max(x, centre - width / 2)
        boxes[number] = Box(x: x, y: Self.margin + Double(index) * (Self.height + Self.rowGap), width: width)
        x += width + Self.columnGap
        isPlaced[number] = true
      }
    }
    return boxes
  }

  private func line(_ edge: Edge, _ boxes: [Box]) -> String {
    let (from, to) = (boxes[edge.from], boxes[edge.to])
    let style =
      "fill=\"none\" stroke=\"#555\"\(edge.line == .dashed ? " stroke-dasharray=\"5 4\"" : "") marker-end=\"url(#arrow)\""
    let x1 = Int(from.x + from.width / 2)
    let x2 = Int(to.x + to.width / 2)
    if edge.from == edge.to {
      let right = Int(from.x + from.width)
      let y = Int(from.y)
      return "<path d=\"M\(right - 12) \(y) c 0 -24 28 -12 12 14\" \(style)/>\n"
    }
    let isUp = to.y < from.y
    let y1 = Int(isUp ? from.y : from.y + Self.height)
    let y2 = Int(isUp ? to.y + Self.height : to.y)
    let bend = isUp ? -Int(Self.rowGap / 2) : Int(Self.rowGap / 2)
    return "<path d=\"M\(x1) \(y1) C\(x1) \(y1 + bend) \(x2) \(y2 - bend) \(x2) \(y2)\" \(style)/>\n"
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in CedarText.shown(text).unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
