// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// `policy keys inspect`: describes keys, never their private parts.
struct KeysInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a key is for and how strong it is, never its private part.",
    discussion: """
      Of a set, one key after the other. Keep the thumbprint of a shared secret to yourself: from it a secret that is easy
      to guess can be found (RFC 7638, section 7).

      Exit statuses: 0 every key can be used, 1 any error.
      """
  )

  @Argument(help: "A JSON Web Key, a set of them, or PEM. `-` is standard input.")
  var file: String

  @OptionGroup var keys: KeyOptions

  @Option(help: "How to report; JSON is one line a key.")
  var format = OutputFormat.text

  func run() throws {
    try InputFile.checkStandardInput([file] + (keys.passwordFile.map { [$0] } ?? []))
    var isComplete = true
    var work = KeyWork()
    do {
      let file = try keys.file(file)
      for (position, part) in try file.parts().enumerated() {
        do throws(KeyFileError) {
          try KeyReport(part, accepting: keys.accepted, within: &work).write(format)
        } catch {
          guard file.form == .set else { throw error }
          isComplete = false
          write(error, position)
        }
      }
    } catch let error as KeyFileError {
      throw Failure(error)
    }
    if !isComplete { throw ExitCode(1) }
  }

  /// A key of a set that cannot be used.
  private func write(_ error: KeyFileError, _ position: Int) {
    switch format {
    case .text:
      Output.line("\(Style.red("key \(position)")): \(CedarText.shown(error.message)) (\(error.code.rawValue))")
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.error(code: error.code.rawValue, message: error.message)
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    }
  }
}

extension JSONWriter {
  /// The member `error`, as every command writes it.
  mutating func error(code: String, message: String) {
    key("error")
    beginObject()
    key("code")
    string(code)
    key("message")
    string(message)
    endObject()
  }
}
