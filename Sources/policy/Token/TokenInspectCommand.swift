// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// `policy token inspect`: shows what a token says, without asking whether it is true.
struct TokenInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a token says, without verifying any of it.",
    discussion: """
      Anyone can write a token that says the same. `policy token verify` tells whether it is genuine. Of an encrypted token
      (five parts) the header is shown, which is all that can be read without a key.

      Exit statuses: 0 shown, 1 any error; neither says anything of the token.
      """
  )

  @Option(help: ArgumentHelp("The token; `-` is standard input.", valueName: "token"))
  var token: String

  @Option(help: "How to write what it says.")
  var format = OutputFormat.text

  func run() throws {
    do {
      let token = try TokenArgument.read(token).get()
      // Of one that is too long, the dots are not counted.
      let isShort = token.utf8.count <= TokenVerifier.maximumTokenBytes
      if isShort, token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 4 {
        write(try EncryptedTokenParts(token))
      } else {
        write(try TokenParts(token))
      }
    } catch let error as TokenError {
      throw Failure("error: \(CedarText.shown(error.description)) (\(error.code.rawValue))")
    }
  }

  private func write(_ parts: TokenParts) {
    switch format {
    case .text:
      Output.line(Style.yellow("not verified: anyone could have written this"))
      Output.line("  header     \(parts.header.line)")
      Output.line("  payload    \(parts.payload.line)")
      Output.line("  signature  \(parts.signatureByteCount) bytes, not checked")
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("verified")
      json.boolean(false)
      json.member("header", parts.header)
      json.member("payload", parts.payload)
      json.key("signatureBytes")
      json.integer(parts.signatureByteCount)
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    }
  }

  private func write(_ parts: EncryptedTokenParts) {
    switch format {
    case .text:
      Output.line(Style.yellow("not decrypted: anyone could have written this"))
      Output.line("  header     \(parts.header.line)")
      let counts = parts.byteCounts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
      Output.line("  bytes      \(counts)")
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("verified")
      json.boolean(false)
      json.key("encrypted")
      json.boolean(true)
      json.member("header", parts.header)
      for (name, count) in parts.byteCounts {
        json.key("\(name)Bytes")
        json.integer(count)
      }
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    }
  }
}
