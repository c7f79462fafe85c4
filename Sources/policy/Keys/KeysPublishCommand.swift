// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens
internal import WritCedar

/// `policy keys publish`: the public halves of keys, as a set for everyone.
struct KeysPublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Print the public halves of keys as a JSON Web Key set.",
    discussion: """
      What is printed holds no private part. A shared secret has no public half, and is refused.

      Exit statuses: 0 printed, 1 any error.
      """
  )

  @Argument(help: "JSON Web Keys, sets of them, or PEM. `-` is standard input.")
  var files: [String]

  @OptionGroup var keys: KeyOptions

  func run() throws {
    try InputFile.checkStandardInput(files + (keys.passwordFile.map { [$0] } ?? []))
    var published: [JSONWebKey] = []
    var work = KeyWork()
    do {
      for file in try keys.files(files) {
        for part in try file.parts() {
          let key = try self.key(part, within: &work)
          guard let publicKey = key.publicKey else {
            throw Failure("error: `\(CedarText.shown(file.path))` holds a shared secret, which has no public half")
          }
          published.append(.public(publicKey))
        }
      }
      Output.line(try JSONWebKeySet(published).publicJSON())
    } catch let error as KeyFileError {
      throw Failure(error)
    } catch let error as KeyError {
      throw Failure("error: \(CedarText.shown(error.description)) (\(error.code.rawValue))")
    }
  }

  /// The key of a file: for a signature, unless the key itself says otherwise.
  private func key(_ file: KeyFile, within work: inout KeyWork) throws(KeyFileError) -> JSONWebKey {
    if let accepted = keys.accepted { return try file.key(accepting: accepted, within: &work) }
    let failure: KeyFileError
    do throws(KeyFileError) {
      return try file.key(accepting: .signatures, within: &work)
    } catch {
      guard error.code == .algorithmNotAccepted || error.code == .notPermitted else { throw error }
      failure = error
    }
    do throws(KeyFileError) {
      return try file.key(accepting: Set(JSONWebAlgorithm.allCases).subtracting(.signatures), within: &work)
    } catch {
      throw error.code == .algorithmAmbiguous ? error : failure
    }
  }
}
