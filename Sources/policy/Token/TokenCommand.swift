// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `policy token`: issues, verifies and takes apart JSON Web Tokens.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Issue, verify and inspect JSON Web Tokens.",
    subcommands: [TokenIssueCommand.self, TokenVerifyCommand.self, TokenInspectCommand.self]
  )
}
