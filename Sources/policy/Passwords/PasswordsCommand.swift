// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `policy passwords`: what hashing passwords costs on this machine.
struct PasswordsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passwords",
    abstract: "Measure what hashing passwords costs here.",
    subcommands: [PasswordsCalibrateCommand.self]
  )
}
