// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens
internal import WritCedar

/// `policy token verify`: verifies one token, or a file of them.
struct TokenVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verify one token, or a file of them.",
    usage: """
      policy token verify --keys FILE (--token TOKEN | --tokens FILE) [--algorithm NAME]... [--password-file FILE]
                          [--issuer TEXT]... [--audience TEXT]... [--type TEXT] [--leeway SECONDS]
                          [--expiration-leeway SECONDS] [--without-proof] [--time UNIX]
                          [--allow-zip] [--max-iterations NUMBER] [--payload claims|any] [--format text|json]
      """,
    discussion: """
      The payload is claims, which must have `exp`; `exp`, `nbf` and `iat` are checked against the clock, and issuer, audience
      and type where they are given. A token that is bound to a key or a certificate (`cnf`) is refused, as it is of no use to a
      bearer; --without-proof takes it. With --payload any it is bytes of any kind, and the signature alone is checked.

      A token of five parts is decrypted with the private and shared keys of the file. With --payload claims it must hold a
      signed token, which a key of the file verifies; with --payload any its content is the payload, and nothing says who
      wrote it. RSA-OAEP and PBES2 are used where the key's `alg` or --algorithm names them; a PBES2 password is a JSON Web
      Key of type oct. RSA1_5 is never used.

      With --format json a line a token: {"valid":true,"header":…,"claims":…} (with --payload any, "payload" in place of
      "claims"; what is not JSON is "payloadBase64URL"; "innerHeader" is that of a token inside another), or {"valid":false,"error":{"code":…,"message":…}}. An empty
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

  @Flag(help: "Take encrypted tokens whose content is compressed (`zip`), up to 250,000 bytes.")
  var allowZip = false

  @Option(
    help: ArgumentHelp(
      "The most iterations (`p2c`) that a PBES2 token may ask for, 1000 to 1000000.",
      valueName: "number"
    )
  )
  var maxIterations = 10_000

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
    if let token {
      let token = try TokenArgument.read(token)
      let kind = (try? token.get()).map { TokenKind($0, payload) } ?? .unknown
      answers.write(token, try judge(rules, kind, &answers))
    } else if let tokens {
      try answer(tokens, try judge(rules, .unknown, &answers), &answers)
    }
    if answers.status != 0 { throw ExitCode(answers.status) }
  }

  /// Makes the rules for the claims; payloads of other kinds have none.
  private func rules() throws -> TokenRules {
    if payload == .any, let option = ruleOptions.given.first {
      throw Failure("error: \(option) is about claims, which --payload any does not look at")
    }
    return ruleOptions.rules
  }

  /// Makes the judge that verifies tokens.
  ///
  /// Programs that count lines get one a token also where the keys cannot be used.
  private func judge(_ rules: TokenRules, _ kind: TokenKind, _ answers: inout TokenAnswers) throws -> TokenJudge {
    do {
      let decryption = try DecryptionRules(allowsCompression: allowZip, maximumIterations: maxIterations)
      let keys = try keys(decryption)
      if let error = keys.failure(for: kind) {
        let failure = Failure(error)
        guard format == .json else { throw failure }
        Output.error(failure.text)
        answers.status = 1
      }
      return try TokenJudge(keys, payload, rules, ruleOptions.clock)
    } catch let error as TokenError {
      throw Failure("error: \(error.description)")
    }
  }

  private func keys(_ rules: DecryptionRules) throws -> TokenKeys {
    do {
      return TokenKeys(try keyOptions.file(keys), accepting: keyOptions.accepted, rules)
    } catch let error as KeyFileError {
      return TokenKeys(error)
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
