// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens

/// `policy keys generate`: makes a key, and writes it to a file that no other user can read.
struct KeysGenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make a new key.",
    usage: """
      policy keys generate --algorithm NAME --output FILE [--id KID] [--curve NAME] [--bits NUMBER]
                           [--pem [--password-file FILE]] [--format text|json]
      """,
    discussion: """
      The key is written to a new file that only its owner can read (mode 0600); one that is there is never overwritten.
      What is printed is what `policy keys inspect` says of the key. With `--output -` the key itself is printed, and
      nothing else.

      Example:
        policy keys generate --algorithm EdDSA --id 2026-11 --output signing.jwk

      Exit statuses: 0 made, 1 any error.
      """
  )

  @Option(name: .customLong("algorithm"), help: ArgumentHelp("The algorithm that the key is for.", valueName: "name"))
  var named: AlgorithmArgument

  @Option(help: ArgumentHelp("A file that is not there yet; `-` is standard output.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("The name of the key (`kid`).", valueName: "kid"))
  var id: String?

  @Option(help: ArgumentHelp("The curve, for EdDSA and ECDH-ES, which have several.", valueName: "name"))
  var curve: CurveArgument?

  @Option(help: ArgumentHelp("Bits of an RSA key, 3072 unless given.", valueName: "number"))
  var bits: Int?

  @Flag(help: "Write PEM (PKCS #8) instead of a JSON Web Key.")
  var pem = false

  @Option(help: ArgumentHelp("Encrypt the PEM; the first line of this file is the password.", valueName: "file"))
  var passwordFile: String?

  @Option(help: "How to report.")
  var format = OutputFormat.text

  private var algorithm: JSONWebAlgorithm { named.algorithm }

  func run() throws {
    let isSymmetric = algorithm.suits(.symmetric)
    guard !isSymmetric || (curve == nil && !pem) else {
      throw Failure("error: a key for \(algorithm) is a shared secret: it has no curve, and no PEM")
    }
    guard bits == nil || (algorithm.suits(.rsa) && curve == nil) else {
      throw Failure("error: --bits is for RSA, and \(algorithm) is not")
    }
    guard id == nil || !pem else { throw Failure("error: PEM has no place for --id") }
    guard passwordFile == nil || pem else {
      throw Failure("error: --password-file is for --pem: a JSON Web Key is not encrypted")
    }
    let password = try passwordFile.map(SecretFile.password)
    let (report, text) = try made(password)
    try SecretFile.write(text, to: output)
    if output != "-" { report.write(format) }
  }

  /// Makes the report on a new key, and the text of the key.
  private func made(_ password: String?) throws -> (KeyReport, String) {
    do throws(KeyError) {
      if algorithm.suits(.symmetric) {
        let secret = try SymmetricKey.generate(algorithm, identifier: id)
        return (try KeyReport(.symmetric(secret), algorithms: [algorithm]), secret.secretJSON() + "\n")
      }
      let pair = try PrivateKey.generate(algorithm, curve: curve?.curve, rsaBits: bits ?? 3072, identifier: id)
      let text = pem ? try pair.secretPEM(password: password) : try pair.secretJSON() + "\n"
      return (try KeyReport(.private(pair), algorithms: [algorithm]), text)
    } catch {
      throw Failure("error: \(error.description) (\(error.code.rawValue))")
    }
  }
}
