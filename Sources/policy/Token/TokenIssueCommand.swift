// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// `policy token issue`: signs a token.
struct TokenIssueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue",
    abstract: "Issue a signed token, encrypted or not.",
    usage: """
      policy token issue --key FILE --issuer TEXT [--subject TEXT] [--audience TEXT]... [--lifetime SECONDS]
                         [--not-before UNIX] [--id TEXT] [--type TEXT] [--claims FILE-OR-JSON] [--time UNIX]
                         [--algorithm NAME] [--password-file FILE]
                         [--encrypt-to FILE [--encryption NAME] [--iterations NUMBER]] [--format text|json]
      """,
    discussion: """
      The token is printed, alone on its line; with --format json as {"token":…}. Anyone who has it can use it.

      With --encrypt-to the token is signed, then encrypted to the key of that file: a public key, a private one, of which
      the public half is used, or a shared secret. --algorithm may be given once for each of the two keys.

      Example:
        policy token issue --key signing.jwk --issuer https://id.example --subject alice --audience api \\
          --claims '{"role":"editor"}'

      Exit statuses: 0 issued, 1 any error.
      """
  )

  @Option(help: ArgumentHelp("The private key, or the shared secret: a JSON Web Key or PEM.", valueName: "file"))
  var key: String

  @OptionGroup var keyOptions: KeyOptions

  @Option(help: ArgumentHelp("Who issues the token (`iss`).", valueName: "text"))
  var issuer: String

  @Option(help: ArgumentHelp("Who it is about (`sub`).", valueName: "text"))
  var subject: String?

  @Option(help: ArgumentHelp("Who it is for (`aud`); an array where it is repeated.", valueName: "text"))
  var audience: [String] = []

  @Option(help: ArgumentHelp("For how long it is valid.", valueName: "seconds"))
  var lifetime = 900

  @Option(
    help: ArgumentHelp("The time before which it is not valid (`nbf`), in seconds since 1970.", valueName: "unix")
  )
  var notBefore: ClockArgument?

  @Option(help: ArgumentHelp("The token's own name (`jti`).", valueName: "text"))
  var id: String?

  @Option(help: ArgumentHelp("`typ` of the header.", valueName: "text"))
  var type = "JWT"

  @Option(
    help: ArgumentHelp("More claims: a JSON object that starts with `{`, or a file.", valueName: "file-or-json")
  )
  var claims: String?

  @Option(help: ArgumentHelp("What time it is, in seconds since 1970.", valueName: "unix"))
  var time: ClockArgument?

  @Option(help: ArgumentHelp("The key of the token's recipient: a JSON Web Key or PEM.", valueName: "file"))
  var encryptTo: String?

  @Option(
    help: ArgumentHelp(
      "How the content is encrypted (`enc`); unless given, with A256GCM or as the key has it.",
      valueName: "name"
    )
  )
  var encryption: ContentAlgorithmArgument?

  @Option(
    help: ArgumentHelp(
      "Iterations of PBKDF2 (`p2c`) where the token is encrypted under a password; 600000 unless given, and many readers take no more than 10000.",
      valueName: "number"
    )
  )
  var iterations: Int?

  @Option(help: "How to write the token.")
  var format = OutputFormat.text

  func run() throws {
    guard encryptTo != nil || (encryption == nil && iterations == nil) else {
      throw Failure("error: --encryption and --iterations are for --encrypt-to")
    }
    try InputFile.checkStandardInput([key, claims, keyOptions.passwordFile, encryptTo].compactMap(\.self))
    let claims = try ClaimsArgument(reading: self.claims)
    let token: String
    do {
      let issuer = try TokenIssuer(
        issuer: issuer,
        signingKey: try signingKey(),
        lifetime: .seconds(lifetime),
        type: type,
        clock: time?.clock ?? .system
      )
      if let encryptTo {
        let nested = try NestedTokenIssuer(
          issuer: issuer,
          encryptionKey: try encryptionKey(encryptTo),
          contentAlgorithm: encryption?.algorithm
        )
        token =
          audience.count > 1
          ? try nested.issue(claims, subject: subject, audiences: audience, identifier: id, notBefore: notBefore?.time)
          : try nested.issue(
            claims,
            subject: subject,
            audience: audience.first,
            identifier: id,
            notBefore: notBefore?.time
          )
      } else {
        token =
          audience.count > 1
          ? try issuer.issue(claims, subject: subject, audiences: audience, identifier: id, notBefore: notBefore?.time)
          : try issuer.issue(
            claims,
            subject: subject,
            audience: audience.first,
            identifier: id,
            notBefore: notBefore?.time
          )
      }
    } catch let error as KeyFileError {
      throw Failure(error)
    } catch let error as TokenError {
      throw Failure("error: \(CedarText.shown(error.description)) (\(error.code.rawValue))")
    }
    switch format {
    case .text: Output.line(token)
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("token")
      json.string(token)
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    }
  }

  private func signingKey() throws -> SigningKey {
    var accepted = keyOptions.accepted ?? .signatures
    if encryptTo != nil { accepted = named(\.isSignature) ?? .signatures }
    let material = try keyOptions.file(key).key(accepting: accepted)
    do throws(KeyError) {
      switch material {
      case .symmetric(let secret): return try SigningKey(secret)
      case .private(let pair): return try SigningKey(pair)
      case .public: break
      }
    } catch {
      throw KeyFileError(key, error)
    }
    throw KeyFileError(key, .notPermitted, "a public key cannot sign")
  }

  private func encryptionKey(_ path: String) throws -> EncryptionKey {
    let file = try KeyFile(path, password: nil)
    let material = try file.encryptionKey(accepting: named { !$0.isSignature })
    do throws(KeyError) {
      switch material {
      case .symmetric(let secret):
        return try EncryptionKey(secret, iterations: iterations ?? EncryptionKey.usualIterations)
      case .private(let pair): return try EncryptionKey(pair.publicKey)
      case .public(let key): return try EncryptionKey(key)
      }
    } catch {
      throw KeyFileError(path, error)
    }
  }

  /// The algorithms of one sort that were named, `nil` when none was.
  private func named(_ isOfSort: (JSONWebAlgorithm) -> Bool) -> Set<JSONWebAlgorithm>? {
    let named = (keyOptions.accepted ?? []).filter(isOfSort)
    return named.isEmpty ? nil : named
  }
}

/// `--claims`: a JSON object, or a file with one.
struct ClaimsArgument: TokenClaims {
  private let document: JSONDocument?

  /// Levels of arrays and objects: as many as a token that is verified may have.
  private static let maximumDepth = 32

  /// - Throws: a ``Failure`` with the place where it is no JSON.
  init(reading argument: String?) throws {
    guard let argument else {
      document = nil
      return
    }
    let start = argument.utf8.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let source =
      start == UInt8(ascii: "{") ? SourceInput(name: "--claims", text: argument) : try InputFile.contents(of: argument)
    let name = CedarText.shown(source.name)
    let document: JSONDocument
    do throws(JSONError) {
      document = try JSONDocument(parsing: source.bytes, maximumDepth: Self.maximumDepth)
    } catch {
      throw Failure("error: `\(name)` is no JSON: \(CedarText.shown(error.message)), at byte \(error.offset)")
    }
    guard document.kind(of: document.root) == .object else { throw Failure("error: `\(name)` is no JSON object") }
    self.document = document
  }

  /// None are read: claims are only issued here.
  init(reading claims: ClaimsReader) throws(TokenError) {
    document = nil
  }

  func write(to claims: inout ClaimsWriter) {
    guard let document else { return }
    for (name, value) in document.members(of: document.root) {
      claims.value(document.string(at: name) ?? "", value, of: document)
    }
  }
}
