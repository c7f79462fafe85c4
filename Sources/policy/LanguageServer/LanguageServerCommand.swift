// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// `policy lsp`: a language server for policies and schemas.
struct LanguageServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp",
    abstract: "Serve an editor (Language Server Protocol).",
    discussion: """
      Speaks the Language Server Protocol 3.17 over standard input and output: diagnostics while one types, validation against the
      schema beside the policies, hover, completion, go to definition, rename of an `@id`, formatting. An editor starts it; see
      CONTRIBUTING.md for how to set up two.

      Exit statuses: 0 after `shutdown` and `exit`; 1 otherwise.
      """
  )

  /// Editors add it to say how they speak.
  @Flag(help: .hidden)
  var stdio = false

  func run() throws {
    let input = try InputFile("-")
    var messages = MessageStream { try input.read(upTo: $0) }
    var server = LanguageServer()
    while let body = try messages.next() {
      for answer in server.answer(body) { Output.write(MessageStream.framed(answer)) }
      Output.flush()
      if let status = server.exitStatus {
        if status != 0 { throw ExitCode(status) }
        return
      }
    }
    throw Failure("error: the input ended without `exit`")
  }
}
