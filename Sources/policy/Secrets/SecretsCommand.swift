// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritStore

/// `policy secrets`: the secrets of an application, which are never in a store.
struct SecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets",
    abstract: "Make the secrets of an application.",
    subcommands: [SecretsGenerateCommand.self]
  )
}

/// `policy secrets generate`: makes a secret, and writes it to a file that no other user can read.
struct SecretsGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make a new secret.",
    usage: "policy secrets generate --id NAME --output FILE",
    discussion: """
      The secret is 256 random bits, written as one line: its name, a space, and its bytes in base64url. The file is new and
      only its owner can read it (mode 0600); one that is there is never overwritten. With `--output -` the line is printed.

      Servers read a file of such lines (`SecretRing`): the first secret seals, all open. To change secrets, put the new line
      in front, and remove the old one when nothing is sealed under it any more.

      Example:
        policy secrets generate --id 2026-11 --output secrets

      Exit statuses: 0 made, 1 any error.
      """
  )

  @Option(help: ArgumentHelp("The name of the secret, 1 to 32 of the characters A-Z a-z 0-9 - _ .", valueName: "name"))
  var id: String

  @Option(help: ArgumentHelp("A file that is not there yet; `-` is standard output.", valueName: "file"))
  var output: String

  func run() throws {
    let secret: ApplicationSecret
    do throws(SecretError) {
      secret = try ApplicationSecret.generate(identifier: id)
    } catch {
      throw Failure("error: --id: \(error)")
    }
    try SecretFile.write(secret.line, to: output)
  }
}
