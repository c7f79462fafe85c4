// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens
internal import WritCedar
internal import WritIdentity

/// A token in place of `--principal`: verified, then mapped to the principal and a part of the context.
struct TokenPrincipalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A file with the token whose bearer wants to act.", valueName: "file"))
  var token: String?

  @Option(help: ArgumentHelp("Keys for the token: a JSON Web Key, a set of them, or PEM.", valueName: "file"))
  var keys: String?

  @Option(
    help: ArgumentHelp("How claims become a principal; the directory's mapping.json unless given.", valueName: "file")
  )
  var mapping: String?

  @OptionGroup var keyOptions: KeyOptions
  @OptionGroup var ruleOptions: TokenRuleOptions

  /// The files that are read.
  var files: [String] { [token, keys, mapping, keyOptions.passwordFile].compactMap(\.self) }

  /// The bearer of a verified token.
  struct Bearer {
    let token: Verified<NoClaims>
    let mapping: PrincipalMapping

    func principal(_ schema: Schema?) throws -> Entity {
      do throws(PrincipalError) {
        return try mapping.principal(of: token, schema: schema)
      } catch {
        throw Failure(error)
      }
    }

    /// Returns the context with the token's attributes, which the given context must not override.
    func context(adding given: RecordValue, for action: EntityUID, _ schema: Schema?) throws -> RecordValue {
      do {
        let stated = try mapping.context(of: token, for: action, schema: schema)
        // Also where the token is silent: the request must not claim how the user signed in.
        if let attribute = given.first(where: { attribute in
          mapping.context.keys.contains { $0.utf8.elementsEqual(attribute.name.utf8) }
        }) {
          throw Failure("error: what `\(CedarText.shown(attribute.name))` is, the token says, and --context must not")
        }
        return try RecordValue((Array(stated) + Array(given)).map { ($0.name, $0.value) })
      } catch let error as PrincipalError {
        throw Failure(error)
      }
    }
  }

  /// Verifies the token; `nil` where there is none.
  ///
  /// - Throws: a ``Failure`` when the token is refused, or a file cannot be used.
  func bearer(in directory: String?) throws -> Bearer? {
    guard let token else {
      let options = [
        ("--keys", keys != nil), ("--mapping", mapping != nil), ("--algorithm", keyOptions.accepted != nil),
        ("--password-file", keyOptions.passwordFile != nil),
      ]
      let others = options.filter(\.1).map(\.0) + ruleOptions.given
      guard let other = others.first else { return nil }
      throw Failure("error: \(other) is about a token, and there is none\nGive --token FILE as well.")
    }
    guard let keys else { throw Failure("error: a token is verified with keys\nGive --keys FILE as well.") }
    let mapping = try mapping(in: directory)
    do {
      let verifier = try TokenVerifier(
        keys: keyOptions.file(keys).verificationKeys(accepting: keyOptions.accepted ?? .signatures),
        rules: ruleOptions.rules,
        clock: ruleOptions.clock
      )
      return Bearer(token: try verifier.verify(TokenArgument.read(file: token).get()), mapping: mapping)
    } catch let error as KeyFileError {
      throw Failure(error)
    } catch let error as TokenError {
      throw Failure("error: the token is refused: \(CedarText.shown(error.description)) (\(error.code.rawValue))")
    }
  }

  private func mapping(in directory: String?) throws -> PrincipalMapping {
    guard let path = mapping ?? directory.map({ "\($0)/mapping.json" }) else {
      throw Failure(
        "error: nothing says how claims become a principal\nGive --mapping FILE, or a directory with mapping.json."
      )
    }
    let bytes = try InputFile.contents(of: path).bytes
    do throws(PrincipalError) {
      return try PrincipalMapping(json: bytes)
    } catch {
      throw Failure("error: `\(CedarText.shown(path))`: \(CedarText.shown(error.description))")
    }
  }
}

extension Failure {
  init(_ error: PrincipalError) {
    self.init("error: \(CedarText.shown(error.description)) (\(error.code.rawValue))")
  }
}
