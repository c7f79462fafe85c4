// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritAuthentication

/// What is asked of the claims of a token, beside a right signature and the times.
struct TokenRuleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What `iss` must be.", valueName: "text"))
  var issuer: String?

  @Option(help: ArgumentHelp("What `aud` must be, or name among others.", valueName: "text"))
  var audience: String?

  @Option(help: ArgumentHelp("What `typ` of the header must be.", valueName: "text"))
  var type: String?

  @Option(help: ArgumentHelp("By how much clocks may differ, 600 at most; 0 unless given.", valueName: "seconds"))
  var leeway: Int?

  @Option(help: ArgumentHelp("What time it is, in seconds since 1970.", valueName: "unix"))
  var time: ClockArgument?

  var rules: TokenRules {
    var rules = TokenRules(issuer: issuer, audience: audience, type: type)
    rules.leeway = .seconds(leeway ?? 0)
    return rules
  }

  var clock: TokenClock { time?.clock ?? .system }

  /// The options that were given.
  var given: [String] {
    let options = [
      ("--issuer", issuer != nil), ("--audience", audience != nil), ("--type", type != nil),
      ("--leeway", leeway != nil), ("--time", time != nil),
    ]
    return options.filter(\.1).map(\.0)
  }
}
