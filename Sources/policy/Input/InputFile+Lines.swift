// SPDX-License-Identifier: Apache-2.0

extension InputFile {
  /// Hands over line after line, holding one at a time, and flushes the output whenever all that was read is answered.
  ///
  /// - Parameters:
  ///   - limit: bytes of the longest line that is kept.
  ///   - body: takes the bytes of a line without its newline, `nil` when they are more than the limit, and its number
  ///     from 1.
  func forEachLine(upTo limit: Int, _ body: ([UInt8]?, Int) throws -> Void) throws {
    var number = 0
    var line: [UInt8] = []
    var isTooLong = false
    func finishLine() throws {
      number += 1
      try body(isTooLong ? nil : line, number)
      isTooLong = false
      line.removeAll(keepingCapacity: true)
    }
    func append(_ bytes: ArraySlice<UInt8>) {
      if !isTooLong { line.append(contentsOf: bytes) }
      guard line.count > limit else { return }
      isTooLong = true
      line.removeAll()
    }
    while true {
      let chunk = try read(upTo: 1 << 16)
      if chunk.isEmpty { break }
      var rest = chunk[...]
      while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
        append(rest[..<newline])
        rest = rest[(newline + 1)...]
        try finishLine()
      }
      append(rest)
      // Who writes lines one by one waits for the answers.
      Output.flush()
    }
    if !line.isEmpty || isTooLong { try finishLine() }
  }
}
