// SPDX-License-Identifier: Apache-2.0

/// Text with the places where lines may break, in nested groups, each of which stands on one line or breaks at all
/// its places.
///
/// The document is one flat list, and laying it out is two passes over it, so neither recurses.
struct LayoutDocument {
  enum Command {
    /// A piece of the source.
    case text(SourceSpan)
    case space
    /// A space, or a line break where the group breaks.
    case line
    /// Nothing, or a line break where the group breaks.
    case softLine
    /// A line break; with `true` an empty line, too.
    case hardLine(Bool)
    /// A group; its lines are indented by so much more.
    case begin(indent: Int, mustBreak: Bool)
    /// A group whose lines begin below the place where it begins.
    case beginAligned
    case end
    /// A change of the indentation of all that follows.
    case indent(Int)
  }

  private(set) var commands: [Command] = []

  mutating func append(_ command: Command) { commands.append(command) }
}

/// Lays a document out in lines of at most a width where that can be done.
struct LayoutWriter {
  private struct Group {
    let isFlat: Bool
    var indent: Int
  }

  private let bytes: [UInt8]
  private let commands: [LayoutDocument.Command]
  private let width: Int
  /// The columns and the breaks that must be before each command if nothing breaks.
  private var columnsBefore: [Int] = [0]
  private var breaksBefore: [Int] = [0]
  /// The columns from each command to the next place where a line may break.
  private var columnsToBreak: [Int] = []
  /// For each beginning of a group its end.
  private var ends: [Int]

  private var out: [UInt8] = []
  private var column = 0
  private var groups: [Group] = [Group(isFlat: false, indent: 0)]
  /// Line breaks that are due before the next text.
  private var pendingBreaks = 0

  /// The lines of a document over the source.
  static func lay(_ document: LayoutDocument, of bytes: [UInt8], width: Int) -> [UInt8] {
    var writer = LayoutWriter(document.commands, bytes, width)
    writer.measure()
    writer.write()
    return writer.out
  }

  private init(_ commands: [LayoutDocument.Command], _ bytes: [UInt8], _ width: Int) {
    self.commands = commands
    self.bytes = bytes
    self.width = width
    ends = [Int](repeating: 0, count: commands.count)
  }

  private mutating func measure() {
    var open: [Int] = []
    var columns = 0
    var breaks = 0
    for (index, command) in commands.enumerated() {
      switch command {
      case .text(let span): columns += Self.columns(bytes[span.start..<span.end])
      case .space, .line: columns += 1
      case .softLine, .indent: break
      case .hardLine: breaks += 1
      case .begin(_, let mustBreak):
        open.append(index)
        if mustBreak { breaks += 1 }
      case .beginAligned: open.append(index)
      case .end: if let begin = open.popLast() { ends[begin] = index }
      }
      columnsBefore.append(columns)
      breaksBefore.append(breaks)
    }
    columnsToBreak = [Int](repeating: 0, count: commands.count + 1)
    for index in commands.indices.reversed() {
      switch commands[index] {
      case .line, .softLine, .hardLine: columnsToBreak[index] = 0
      default:
        columnsToBreak[index] = columnsToBreak[index + 1] + columnsBefore[index + 1] - columnsBefore[index]
      }
    }
  }

  /// The columns of a text, up to the first end of a line in it.
  private static func columns(_ text: ArraySlice<UInt8>) -> Int {
    let line = text.prefix { $0 != 0x0A }
    return line.allSatisfy({ $0 < 0x80 }) ? line.count : CedarText.columns(of: String(decoding: line, as: UTF8.self))
  }

  private mutating func write() {
    for (index, command) in commands.enumerated() {
      switch command {
      case .text(let span): write(bytes[span.start..<span.end])
      case .space: space()
      case .line: if groups[groups.count - 1].isFlat { space() } else { lineBreak(1) }
      case .softLine: if !groups[groups.count - 1].isFlat { lineBreak(1) }
      case .hardLine(let isEmptyLine): lineBreak(isEmptyLine ? 2 : 1)
      case .begin(let indent, _): begin(index, indent: groups[groups.count - 1].indent + indent)
      case .beginAligned: begin(index, indent: column)
      case .end: if groups.count > 1 { groups.removeLast() }
      case .indent(let columns): groups[groups.count - 1].indent += columns
      }
    }
    if !out.isEmpty { out.append(0x0A) }
  }

  private mutating func begin(_ index: Int, indent: Int) {
    let end = ends[index]
    let columns = columnsBefore[end] - columnsBefore[index] + columnsToBreak[end]
    let breaks = breaksBefore[end] - breaksBefore[index]
    let isFlat = groups[groups.count - 1].isFlat || (breaks == 0 && column + columns <= width)
    groups.append(Group(isFlat: isFlat, indent: indent))
  }

  private mutating func space() {
    guard pendingBreaks == 0 else { return }
    out.append(UInt8(ascii: " "))
    column += 1
  }

  private mutating func lineBreak(_ count: Int) {
    pendingBreaks = Swift.max(pendingBreaks, count)
    // However deep the nesting, some of the line is left.
    column = Swift.max(0, Swift.min(groups[groups.count - 1].indent, width * 3 / 4))
  }

  private mutating func write(_ text: ArraySlice<UInt8>) {
    if pendingBreaks > 0 {
      if !out.isEmpty { out.append(contentsOf: repeatElement(0x0A, count: pendingBreaks)) }
      out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: column))
      pendingBreaks = 0
    }
    out.append(contentsOf: text)
    if let lastBreak = text.lastIndex(of: 0x0A) {
      column = Self.columns(text[(lastBreak + 1)...])
    } else {
      column += Self.columns(text)
    }
  }
}
