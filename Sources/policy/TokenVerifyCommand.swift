// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritAuthentication
internal import WritCedar

/// `policy token verify`: verifies one token, or a file of them.
struct TokenVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verify one token, or a file of them.",
    usage: """
      policy token verify --keys FILE (--token TOKEN | --tokens FILE) [--algorithm NAME]... [--password-file FILE]
                          [--issuer TEXT] [--audience TEXT] [--type TEXT] [--leeway SECONDS] [--time UNIX]
                          [--payload claims|any] [--format text|json]
      """,
    discussion: """
      The payload is claims, which must have `exp`; `exp`, `nbf` and `iat` are checked against the clock, and issuer, audience
      and type where they are given. With --payload any it is bytes of any kind, and the signature alone is checked.

      With --format json a line a token: {"valid":true,"header":…,"claims":…} (with --payload any, "payload" in place of
      "claims"; what is not JSON is "payloadBase64URL"), or {"valid":false,"error":{"code":…,"message":…}}. An empty
      line is an empty token, and refused: as many answers as lines.

      Example:
        policy token verify --keys keys.json --issuer https://id.example --audience api --token - < token.txt

      Exit statuses: 0 all valid, 2 some refused, 1 any error, keys that cannot be used included.
      """
  )

  @Option(help: ArgumentHelp("A JSON Web Key, a set of them, or PEM.", valueName: "file"))
  var keys: String

  @Option(help: ArgumentHelp("The token; `-` is standard input.", valueName: "token"))
  var token: String?

  @Option(help: ArgumentHelp("Tokens, one a line. `-` is standard input.", valueName: "file"))
  var tokens: String?

  @OptionGroup var keyOptions: KeyOptions

  @OptionGroup var ruleOptions: TokenRuleOptions

  @Option(help: "What the payload is.")
  var payload = PayloadKind.claims

  @Option(help: "How to write the answer.")
  var format = OutputFormat.text

  func run() throws {
    guard (token == nil) != (tokens == nil) else {
      let what = token == nil ? "there is no token" : "there is more than one kind of token"
      throw Failure("error: \(what)\nGive --token TOKEN or --tokens FILE.")
    }
    try InputFile.checkStandardInput([keys, token, tokens, keyOptions.passwordFile].compactMap(\.self))
    let rules = try rules()
    var answers = TokenAnswers(format: format, payload: payload)
    let judge = try judge(rules, &answers)
    if let token {
      answers.write(try TokenArgument.read(token), judge)
    } else if let tokens {
      try answer(tokens, judge, &answers)
    }
    if answers.status != 0 { throw ExitCode(answers.status) }
  }

  /// What is asked of the claims; for payloads of any kind nothing may be asked.
  private func rules() throws -> TokenRules {
    if payload == .any, let option = ruleOptions.given.first {
      throw Failure("error: \(option) is about claims, which --payload any does not look at")
    }
    return ruleOptions.rules
  }

  /// What verifies tokens.
  ///
  /// Programs that count lines get one a token also where the keys cannot be used.
  private func judge(_ rules: TokenRules, _ answers: inout TokenAnswers) throws -> TokenJudge {
    do {
      let keys = try keyOptions.file(keys).verificationKeys(accepting: keyOptions.accepted ?? .signatures)
      if payload == .any { return .signature(keys) }
      return .claims(try TokenVerifier(keys: keys, rules: rules, clock: ruleOptions.clock))
    } catch let error as KeyFileError {
      let failure = Failure(error)
      guard format == .json else { throw failure }
      Output.error(failure.text)
      answers.status = 1
      return .unusable(error)
    } catch let error as TokenError {
      throw Failure("error: \(error.description)")
    }
  }

  private func answer(_ path: String, _ judge: TokenJudge, _ answers: inout TokenAnswers) throws {
    let file = try InputFile(path)
    var progress = Progress(total: file.size, of: "tokens")
    // With CR; a longer line is no token.
    try file.forEachLine(upTo: TokenVerifier.maximumTokenBytes + 1) { line, number in
      progress.advance(by: (line?.count ?? 0) + 1, lines: number)
      guard let line else {
        let limit = TokenVerifier.maximumTokenBytes
        let error = TokenError(.tooLarge, "a token has more than \(limit) bytes")
        answers.write(.failure(error), judge, line: number)
        return
      }
      answers.write(TokenArgument.token(line), judge, line: number)
    }
    progress.finish()
  }
}
