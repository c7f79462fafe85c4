// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritLogin
internal import WritCedar
internal import WritQRCode

/// `policy otp enroll`: makes a secret, and shows what an authenticator scans.
struct OneTimePasswordEnrollCommand: ParsableCommand {
  #if QRCode
    private static let picture = "The URI is printed, and its QR code; --svg writes the QR code as a picture."
  #else
    private static let picture = "The URI is printed. Built with the trait QRCode, the command prints its QR code, too."
  #endif

  static let configuration = CommandConfiguration(
    commandName: "enroll",
    abstract: "Make a new secret, and print what an authenticator takes in.",
    usage: """
      policy otp enroll --account NAME [--issuer NAME] --output FILE [--algorithm SHA1|SHA256|SHA512]
                        [--digits NUMBER] [--period NUMBER | --counter NUMBER] [--svg FILE] [--format text|json]
      """,
    discussion: """
      The secret is written in base32 to a new file that only its owner can read (mode 0600); one that is there is never overwritten.
      \(picture) Both hold the secret.

      Example:
        policy otp enroll --issuer Example --account alice@example.com --output alice.otp

      Exit statuses: 0 made, 1 any error.
      """
  )

  @Option(help: ArgumentHelp("Whose account it is.", valueName: "name"))
  var account: String

  @Option(help: ArgumentHelp("Whom the account is with.", valueName: "name"))
  var issuer: String?

  @Option(help: ArgumentHelp("A file that is not there yet.", valueName: "file"))
  var output: String

  @OptionGroup var rules: OneTimePasswordRuleOptions

  @Option(
    help: ArgumentHelp("The first counter of codes that count (HOTP), instead of a time step.", valueName: "number")
  )
  var counter: UInt64?

  @Option(help: ArgumentHelp("A file for the QR code as SVG, that is not there yet (mode 0600).", valueName: "file"))
  var svg: String?

  @Option(help: "How to report.")
  var format = OutputFormat.text

  func run() throws {
    guard output != "-" else { throw Failure("error: --output is a file: the URI is printed, and holds the secret") }
    let secret = try Failure.catching { () throws(OneTimePasswordError) in
      try OneTimeSecret.generate(for: rules.algorithm)
    }
    let key = try rules.key(secret, counter: counter)
    let uri = try Failure.catching { () throws(OneTimePasswordError) in
      try OneTimePasswordURI(key, issuer: issuer, account: account, counter: counter ?? 0)
    }
    let text = uri.secretText()
    #if QRCode
      let code: QRCode
      do throws(QRCodeError) {
        code = try QRCode(text)
      } catch {
        throw Failure("error: \(error.description)")
      }
      if let svg { try SecretFile.write(code.svg(), to: svg) }
    #else
      guard svg == nil else { throw Failure("error: --svg needs `policy` to be built with the trait QRCode") }
    #endif
    try SecretFile.write(secret.secretBase32() + "\n", to: output)
    switch format {
    case .json: Output.line(#"{"uri":"\#(text)"}"#)
    case .text:
      Output.line(text)
      #if QRCode
        Output.line("\n" + code.terminalText(isColored: Output.outputIsTerminal))
      #endif
    }
  }
}
