// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens

/// The options that the commands reading keys have in common.
struct KeyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "An algorithm that is accepted; may be repeated. It binds keys that do not say which one they are for.",
      valueName: "name"
    )
  )
  var algorithm: [AlgorithmArgument] = []

  @Option(help: ArgumentHelp("The first line of this file is the password of an encrypted PEM.", valueName: "file"))
  var passwordFile: String?

  @Flag(
    help: """
      Take the public key of a certificate where a key is expected. Nothing else of it is checked: not who signed it, its \
      dates, its names, or whether it was revoked.
      """
  )
  var certificate = false

  /// The algorithms that were given, `nil` when none was.
  var accepted: Set<JSONWebAlgorithm>? { algorithm.isEmpty ? nil : Set(algorithm.map(\.algorithm)) }

  /// Files of keys, to be opened with the password.
  ///
  /// - Throws: a ``Failure`` when one cannot be read, a ``KeyFileError`` when one holds something else.
  func files(_ paths: [String]) throws -> [KeyFile] {
    let password = try passwordFile.map(SecretFile.password)
    return try paths.map { try KeyFile($0, password: password, takesCertificate: certificate) }
  }

  /// The one file of keys.
  func file(_ path: String) throws -> KeyFile {
    try KeyFile(path, password: passwordFile.map(SecretFile.password), takesCertificate: certificate)
  }
}

/// An algorithm given on the command line, its name compared by bytes.
struct AlgorithmArgument: ExpressibleByArgument {
  let algorithm: JSONWebAlgorithm

  static var allValueStrings: [String] { JSONWebAlgorithm.allCases.map(\.rawValue) }

  init?(argument: String) {
    guard let algorithm = JSONWebAlgorithm(named: argument) else { return nil }
    self.algorithm = algorithm
  }
}

/// An algorithm that encrypts contents, given on the command line.
struct ContentAlgorithmArgument: ExpressibleByArgument {
  let algorithm: ContentEncryptionAlgorithm

  static var allValueStrings: [String] { ContentEncryptionAlgorithm.allCases.map(\.rawValue) }

  init?(argument: String) {
    guard let algorithm = ContentEncryptionAlgorithm(named: argument) else { return nil }
    self.algorithm = algorithm
  }
}

/// A curve given on the command line.
struct CurveArgument: ExpressibleByArgument {
  let curve: JSONWebCurve

  static var allValueStrings: [String] { JSONWebCurve.allCases.map(\.rawValue) }

  init?(argument: String) {
    guard let curve = JSONWebCurve(rawValue: argument) else { return nil }
    self.curve = curve
  }
}
