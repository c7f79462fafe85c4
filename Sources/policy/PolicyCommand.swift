// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritCedar

/// The command `policy`: asks and tests Cedar policies, makes keys, issues and verifies tokens and one-time
/// passwords, and shows sessions.
@main
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract:
      "Ask, test and measure Cedar policies; make keys, issue and verify tokens and one-time passwords; show sessions.",
    discussion: """
      Exit statuses: 0 success (eval: allow), 1 any error, 2 deny (token verify, otp verify: refused), 3 invalid (check).
      Nothing that failed exits with 0 or 2.
      """,
    version: "Writ, for the Cedar language as of version \(CedarLanguage.version)",
    subcommands: [
      EvalCommand.self, EvaluateCommand.self, CheckCommand.self, TestCommand.self, FormatCommand.self,
      TranslateCommand.self, LinkCommand.self, GraphCommand.self,
      LanguageServerCommand.self, BenchCommand.self, KeysCommand.self, TokenCommand.self, OneTimePasswordCommand.self,
      PasswordsCommand.self, SecretsCommand.self, SessionCommand.self,
    ]
  )

  static func main() async {
    Output.ignoreClosedPipes()
    do {
      var command = try parseAsRoot(Explain.spelledOut(Array(CommandLine.arguments.dropFirst())))
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
      Output.flush()
    } catch let failure as Failure {
      Output.flush()
      Output.error(failure.text)
      Output.exit(1)
    } catch let status as ExitCode {
      Output.flush()
      Output.exit(status.rawValue)
    } catch {
      // Help and version are answers; all other errors of the argument parser are 1, not its 64.
      if exitCode(for: error) == .success {
        Output.line(fullMessage(for: error))
        Output.flush()
        Output.exit(0)
      }
      // The message repeats arguments, which may hold anything.
      let lines = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
      Output.error(lines.map { CedarText.shown(String($0)) }.joined(separator: "\n"))
      Output.exit(1)
    }
  }
}

/// An error that ends a command, as it is shown to the user.
struct Failure: Error {
  let text: String

  init(_ text: String) {
    self.text = text
  }
}

/// The format of answers.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
