// SPDX-License-Identifier: Apache-2.0

internal import WritCedar
internal import WritPolicy

/// Answers a file of requests line by line, holding one line at a time.
///
/// The decision tables answer, with the entities that a line brings laid over them.
struct RequestStream {
  let authorizer: Authorizer
  let decider: Decider
  let schema: Schema?
  let validates: Bool
  let writer: AnswerWriter

  /// The longest line that is read, in bytes.
  static let maximumLineLength = 16 << 20

  /// - Returns: whether every line was answered.
  func answerAll(in path: String) throws -> Bool {
    let file = try InputFile(path)
    var progress = Progress(total: file.size, of: "requests")
    var isComplete = true
    try file.forEachLine(upTo: Self.maximumLineLength) { line, number in
      if let line {
        if !answer(line, number, name: path) { isComplete = false }
      } else {
        let limit = Self.maximumLineLength
        writer.write(
          InputError(.json, Diagnostic("the line is longer than \(limit) bytes", at: [], name: path)),
          line: number
        )
        isComplete = false
      }
      progress.advance(by: (line?.count ?? 0) + 1, lines: number)
    }
    progress.finish()
    return isComplete
  }

  /// - Returns: whether the line was answered, which a blank one is.
  private func answer(_ line: [UInt8], _ number: Int, name: String) -> Bool {
    if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { return true }
    do throws(InputError) {
      let input = try RequestInput(json: line, name: name, schema: schema, validates: validates) { warning in
        writer.warn(warning, line: number)
      }
      let (authorizer, overlay) = try lay(input, line, name)
      let response = decider.authorize(input.request, overlay: overlay).response
      writer.write(response, to: input.request, by: authorizer, line: number)
      return true
    } catch {
      writer.write(error, line: number)
      return false
    }
  }

  /// Lays what a line brings over the stored entities, literally for explanations and in tables.
  private func lay(
    _ input: RequestInput,
    _ line: [UInt8],
    _ name: String
  ) throws(InputError) -> (Authorizer, EntityOverlay?) {
    do throws(JSONFailure) {
      let brought = try RequestEntities(input).withoutActions(of: authorizer.entities)
      if brought.isEmpty { return (authorizer, nil) }
      let entities = try brought.laid(over: authorizer.entities, fitting: schema)
      return (authorizer.overlaid(entities: entities), try brought.overlay(by: decider))
    } catch {
      throw error.inputError(name: name, bytes: line)
    }
  }
}

extension Diagnostic {
  init(_ message: String, at line: [UInt8], name: String) {
    self.init(message, source: SourceText(name: name, bytes: line), span: SourceSpan(0, 0))
  }
}
