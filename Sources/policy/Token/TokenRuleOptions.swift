// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens

/// The rules for the claims of a token, beside a right signature.
struct TokenRuleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The value that `iss` must have; one of several where it is repeated.", valueName: "text"))
  var issuer: [String] = []

  @Option(
    help: ArgumentHelp(
      "The value that `aud` must be or contain; one of several where it is repeated.",
      valueName: "text"
    )
  )
  var audience: [String] = []

  @Option(help: ArgumentHelp("What `typ` of the header must be.", valueName: "text"))
  var type: String?

  @Option(
    help: ArgumentHelp(
      "By how much the issuer's clock may be ahead, for `nbf` and `iat`, 600 at most; 10 unless given.",
      valueName: "seconds"
    )
  )
  var leeway: Int?

  @Option(
    help: ArgumentHelp("How long a token is taken after its `exp`, 600 at most; 0 unless given.", valueName: "seconds")
  )
  var expirationLeeway: Int?

  @Flag(help: "Take a token that is bound to a key or a certificate (`cnf`) without its proof.")
  var withoutProof = false

  @Option(help: ArgumentHelp("What time it is, in seconds since 1970, with a fraction or without.", valueName: "unix"))
  var time: ClockArgument?

  var rules: TokenRules {
    var rules = TokenRules(
      issuers: issuer.isEmpty ? nil : AcceptedIssuers(issuer),
      audiences: audience.isEmpty ? nil : audience,
      type: type
    )
    if let leeway { rules.leeway = .seconds(leeway) }
    if let expirationLeeway { rules.expirationLeeway = .seconds(expirationLeeway) }
    if withoutProof { rules.proof = .checkedByCaller }
    return rules
  }

  var clock: TokenClock { time?.clock ?? .system }

  /// The options that were given.
  var given: [String] {
    let options = [
      ("--issuer", !issuer.isEmpty), ("--audience", !audience.isEmpty), ("--type", type != nil),
      ("--leeway", leeway != nil), ("--expiration-leeway", expirationLeeway != nil), ("--without-proof", withoutProof),
      ("--time", time != nil),
    ]
    return options.filter(\.1).map(\.0)
  }
}
