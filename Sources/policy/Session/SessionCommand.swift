// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `policy session`: sessions and refresh tokens.
struct SessionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "session",
    abstract: "See sessions and refresh tokens at work.",
    subcommands: [SessionDemoCommand.self]
  )
}

/// `policy session demo`: a login and what follows, without a server.
struct SessionDemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Log in, rotate and revoke, and print what is stored.",
    discussion: """
      Goes through the life of a session and of the refresh tokens that hang on it, on a store in memory and a clock that is
      moved by hand, and prints after each step what the browser or the client gets, what the security events tell, and all that is
      stored. Everything is random and gone with the command; nothing that is stored is a secret.

      With --format json: a line for each step, {"step":…,"shown":{…},"events":[…],"stored":[{"kind":…,"key":…,"owner":…,
      "bytes":N,"seconds":N},…]}.

      Exit statuses: 0 shown, 1 any error.
      """
  )

  @Option(help: "How to report.")
  var format = OutputFormat.text

  func run() async throws {
    for step in try await SessionDemo().steps() {
      switch format {
      case .text: Output.write(Array(step.text.utf8))
      case .json: Output.line(step.json)
      }
    }
  }
}
