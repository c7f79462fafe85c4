// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritLogin

/// `policy otp code`: prints a code.
struct OneTimePasswordCodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "code",
    abstract: "Print the code of a time, or of a counter.",
    usage: """
      policy otp code --secret FILE [--algorithm SHA1|SHA256|SHA512] [--digits NUMBER] [--period NUMBER]
                      [--time UNIX | --counter NUMBER]
      """,
    discussion: """
      Example:
        policy otp code --secret alice.otp
        policy otp code --secret - --counter 9 <alice.otp

      Exit statuses: 0 printed, 1 any error.
      """
  )

  @OptionGroup var options: OneTimePasswordOptions

  func run() throws {
    let key = try options.key()
    let code = try Failure.catching { () throws(OneTimePasswordError) in
      if let counter = options.counter { return try key.code(counter: counter) }
      return try key.code(at: options.seconds)
    }
    Output.line(code)
  }
}
