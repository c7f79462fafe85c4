// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `policy otp`: makes the secrets of one-time passwords, and their codes, and verifies codes.
struct OneTimePasswordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "otp",
    abstract: "One-time passwords: TOTP (RFC 6238) and HOTP (RFC 4226).",
    discussion: """
      Files hold a secret of 128 bits or more in base32 (RFC 4648, section 6): letters of either case, the padding
      whole or left out, and a newline at the end or none. Nothing else is read: no spaces, no hyphens, no 0, 1 and 8.
      """,
    subcommands: [
      OneTimePasswordCodeCommand.self, OneTimePasswordVerifyCommand.self, OneTimePasswordEnrollCommand.self,
    ]
  )
}
