// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `policy keys`: makes keys, shows them, publishes them.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Make, inspect and publish the keys of tokens.",
    discussion: "Files hold a JSON Web Key, a set of them, or PEM, which is recognised by their content.",
    subcommands: [KeysGenerateCommand.self, KeysInspectCommand.self, KeysPublishCommand.self]
  )
}
