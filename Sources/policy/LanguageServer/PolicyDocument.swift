// SPDX-License-Identifier: Apache-2.0

internal import WritCedar

/// Something that the editor shows at a place of a document.
struct Remark {
  let span: SourceSpan
  let isError: Bool
  let code: String?
  let message: String

  init(_ diagnostic: Diagnostic, isError: Bool = true, code: String? = nil) {
    span = diagnostic.span
    self.isError = isError
    self.code = code
    message = diagnostic.help.map { "\(diagnostic.message)\nhelp: \($0)" } ?? diagnostic.message
  }

  init(duplicate id: String, at span: SourceSpan) {
    self.span = span
    isError = true
    code = nil
    message = "another policy has the id `\(CedarText.shown(id))`, too"
  }
}

/// An open text of policies in pieces of whole lines: a change reads only those that it touches.
struct PolicyDocument {
  struct Piece {
    var bytes: [UInt8]
    var lines: Int
    var remarks: [Remark] = []
    /// The `@id`s of its policies.
    var ids: [(id: ScalarText, span: SourceSpan)] = []
  }

  /// The number of pieces behind a change that are read with it, where it leaves a policy open.
  private static let maximumJoined = 4

  private(set) var pieces: [Piece] = []
  private(set) var policiesByID: [ScalarText: Int] = [:]

  init(_ bytes: [UInt8], _ schema: Schema?) {
    pieces = Self.cut(bytes)
    checkPieces(pieces.indices, schema)
  }

  var bytes: [UInt8] { pieces.flatMap(\.bytes) }

  private static func cut(_ bytes: [UInt8]) -> [Piece] {
    var pieces: [Piece] = []
    var start = 0
    for end in PolicyPieces.ends(of: bytes) {
      let part = Array(bytes[start..<end])
      pieces.append(Piece(bytes: part, lines: TextPosition.lineEnds(in: part)))
      start = end
    }
    return pieces
  }

  // MARK: Places

  /// The piece in which a place is, and the offset there.
  func find(_ position: TextPosition) -> (piece: Int, offset: Int) {
    var line = position.line
    for (index, piece) in pieces.enumerated() {
      if line < piece.lines || index == pieces.count - 1 {
        let inner = TextPosition(line: line, character: position.character)
        return (index, inner.offset(in: piece.bytes))
      }
      line -= piece.lines
    }
    return (0, 0)
  }

  /// The line at which a piece begins.
  func firstLine(of piece: Int) -> Int { pieces[..<piece].reduce(0) { $0 + $1.lines } }

  // MARK: Changing

  mutating func replace(_ start: TextPosition, _ end: TextPosition, with text: [UInt8], _ schema: Schema?) {
    guard !pieces.isEmpty else {
      self = PolicyDocument(text, schema)
      return
    }
    let from = find(start)
    var to = find(end)
    if (to.piece, to.offset) < (from.piece, from.offset) { to = from }
    var merged = Array(pieces[from.piece].bytes[..<from.offset]) + text + Array(pieces[to.piece].bytes[to.offset...])
    var last = to.piece
    // A policy that is left open goes on in the next piece, and so does the line before a piece that lost its end.
    var joined = 0
    while last + 1 < pieces.count, joined < Self.maximumJoined,
      merged.last.map({ $0 != 0x0A && $0 != 0x0D }) ?? true || !PolicyPieces.isComplete(merged)
    {
      last += 1
      joined += 1
      merged += pieces[last].bytes
    }
    // What follows begins a line, as all pieces do.
    while last + 1 < pieces.count, merged.last.map({ $0 != 0x0A && $0 != 0x0D }) ?? false {
      last += 1
      merged += pieces[last].bytes
    }
    for piece in pieces[from.piece...last] {
      for (id, _) in piece.ids { count(id, -1) }
    }
    let replacement = Self.cut(merged)
    pieces.replaceSubrange(from.piece...last, with: replacement)
    checkPieces(from.piece..<(from.piece + replacement.count), schema)
  }

  private mutating func count(_ id: ScalarText, _ change: Int) {
    let number = (policiesByID[id] ?? 0) + change
    policiesByID[id] = number > 0 ? number : nil
  }

  // MARK: Checking

  mutating func checkAll(_ schema: Schema?) {
    policiesByID = [:]
    checkPieces(pieces.indices, schema)
  }

  /// Reads pieces and validates their policies.
  private mutating func checkPieces(_ range: Range<Int>, _ schema: Schema?) {
    var policies = PolicySet()
    var pieceOfSource: [ObjectIdentifier: Int] = [:]
    for index in range {
      pieces[index].remarks = []
      pieces[index].ids = []
      do {
        let read = try PolicySet(parsing: [SourceInput(name: "", bytes: pieces[index].bytes)])
        for policy in read.members {
          pieceOfSource[ObjectIdentifier(policy.source)] = index
          // Policies of different pieces may have one id while they are written.
          try? policies.add(policy, as: PolicyID("\(policies.members.count)"))
          guard let id = policy.annotation("id"), let span = Self.idSpan(policy) else { continue }
          pieces[index].ids.append((ScalarText(id), span))
          count(ScalarText(id), 1)
        }
      } catch {
        pieces[index].remarks = error.diagnostics.map { Remark($0) }
      }
    }
    guard let schema else { return }
    for finding in policies.validate(against: schema).findings {
      guard let index = pieceOfSource[ObjectIdentifier(finding.diagnostic.source)] else { continue }
      pieces[index].remarks.append(
        Remark(finding.diagnostic, isError: finding.severity == .error, code: finding.code.rawValue)
      )
    }
  }

  /// The place of the string of an `@id`.
  private static func idSpan(_ policy: Policy) -> SourceSpan? {
    let bytes = policy.source.bytes
    let start = policy.idSpan.start
    guard let quote = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
    return SourceSpan(quote, policy.idSpan.end - 1)
  }
}
