// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritLogin
internal import WritCedar

/// `policy otp verify`: whether a code is right.
struct OneTimePasswordVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Say whether a code is right.",
    usage: """
      policy otp verify --secret FILE --code CODE [--window current|previous|adjacent] [--algorithm SHA1|SHA256|SHA512]
                        [--digits NUMBER] [--period NUMBER] [--time UNIX | --counter NUMBER] [--format text|json]
      """,
    discussion: """
      A code is ASCII digits, exactly as many as --digits says; everything else is wrong. A code of a time is
      also right in the step after its own, unless --window says otherwise: with `current` in its own step only, with
      `adjacent` in the one before, too.

      Nothing is remembered: a code that was used before is as right as it was. A server has to remember.

      Exit statuses: 0 right, 2 wrong, 1 any error.
      """
  )

  @OptionGroup var options: OneTimePasswordOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The code; `-` is the first line of standard input.", valueName: "code")
  )
  var code: String

  @Option(help: ArgumentHelp("The steps whose codes are right; `previous` unless given.", valueName: "name"))
  var window: NamedArgument<AcceptedSteps>?

  @Option(help: "How to answer.")
  var format = OutputFormat.text

  func run() throws {
    try InputFile.checkStandardInput([options.secret, code])
    guard window == nil || options.counter == nil else {
      throw Failure("error: --window is for codes of a time, and --counter is given")
    }
    let key = try options.key()
    let code = try code == "-" ? Self.codeInStandardInput() : code
    let isRight = try Failure.catching { () throws(OneTimePasswordError) in
      if let counter = options.counter { return try key.isValid(code, counter: counter) }
      return try key.isValid(code, at: options.seconds, accepting: window?.value ?? .previous)
    }
    switch format {
    case .text: Output.line(isRight ? Style.green("right") : Style.red("wrong"))
    case .json: Output.line(#"{"valid":\#(isRight)}"#)
    }
    if !isRight { throw ExitCode(2) }
  }

  private static func codeInStandardInput() throws -> String {
    let bytes = try InputFile.contents(of: "-").bytes
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(decoding: line, as: UTF8.self)
  }
}
