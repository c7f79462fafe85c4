// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// The report on a key without its private part.
struct KeyReport {
  private let key: JSONWebKey
  /// The algorithms that the key can be used with: one, when the key or the command line says which.
  private let algorithms: [JSONWebAlgorithm]
  private let thumbprint: String
  private let strength: (bits: Int, security: Int)

  init(_ key: JSONWebKey, algorithms: [JSONWebAlgorithm]) throws(KeyError) {
    self.key = key
    self.algorithms = algorithms
    strength = try key.strength()
    switch key {
    case .symmetric(let key): thumbprint = try key.thumbprint()
    case .private(let key): thumbprint = try key.publicKey.thumbprint()
    case .public(let key): thumbprint = try key.thumbprint()
    }
  }

  /// The key of a file, which need not say what algorithm it is for.
  ///
  /// - Parameter work: what checking private keys may cost, shared by the keys of a set.
  init(
    _ file: KeyFile,
    accepting accepted: Set<JSONWebAlgorithm>?,
    within work: inout KeyWork
  ) throws(KeyFileError) {
    let accepted = accepted ?? Set(JSONWebAlgorithm.allCases)
    let key: JSONWebKey
    var algorithms: [JSONWebAlgorithm] = []
    do throws(KeyFileError) {
      key = try file.key(accepting: accepted, within: &work)
    } catch {
      guard error.code == .algorithmAmbiguous else { throw error }
      // Which of them the key can be bound to is known without calculating; the key is checked once.
      algorithms = try file.unboundKey().algorithms(among: accepted).filter { !$0.isForPasswords }
      guard let first = algorithms.first else { throw Self.weakness(of: file, accepted) ?? error }
      key = try file.key(accepting: [first], within: &work)
    }
    if algorithms.isEmpty { algorithms = [key.attributes.algorithm] }
    do throws(KeyError) {
      try self.init(key, algorithms: algorithms)
    } catch {
      throw KeyFileError(file.path, error)
    }
  }

  /// Returns the error of a shared secret that is too short or too long for every algorithm, if it is.
  private static func weakness(of file: KeyFile, _ accepted: Set<JSONWebAlgorithm>) -> KeyFileError? {
    for algorithm in JSONWebAlgorithm.allCases.reversed()
    where accepted.contains(algorithm) && !algorithm.isForPasswords {
      do throws(KeyFileError) {
        _ = try file.key(accepting: [algorithm])
      } catch {
        if error.code == .weak { return error }
      }
    }
    return nil
  }

  // MARK: What it says

  private var algorithm: JSONWebAlgorithm? { algorithms.count == 1 ? algorithms[0] : nil }

  private var use: KeyUse? {
    guard let first = algorithms.first else { return nil }
    return algorithms.allSatisfy { $0.isSignature == first.isSignature } ? key.attributes.use : nil
  }

  private var isPrivate: Bool {
    switch key {
    case .symmetric, .private: true
    case .public: false
    }
  }

  private var sort: String {
    switch key {
    case .symmetric: "shared secret"
    case .private: "private key, with its public half"
    case .public: "public key"
    }
  }

  func write(_ format: OutputFormat) {
    switch format {
    case .text: writeText()
    case .json: writeJSON()
    }
  }

  private func writeText() {
    let names = algorithms.map(\.rawValue).joined(separator: ", ")
    Output.line("\(Style.bold(key.type.description)): \(sort)")
    Output.line("  algorithm   \(algorithm?.rawValue ?? "not said; could be \(names)")")
    Output.line("  use         \(use?.rawValue ?? "not said")")
    Output.line("  kid         \(key.attributes.identifier.map(CedarText.quoted) ?? "none")")
    Output.line("  thumbprint  \(thumbprint)")
    Output.line("  strength    \(strength.bits) bits, security of \(strength.security)")
  }

  private func writeJSON() {
    var json = JSONWriter()
    json.beginObject()
    json.key("type")
    json.string(key.type.description)
    json.key("private")
    json.boolean(isPrivate)
    json.key("algorithm")
    json.string(or: algorithm?.rawValue)
    json.key("algorithms")
    json.beginArray()
    for algorithm in algorithms { json.string(algorithm.rawValue) }
    json.endArray()
    json.key("use")
    json.string(or: use?.rawValue)
    json.key("kid")
    json.string(or: key.attributes.identifier)
    json.key("thumbprint")
    json.string(thumbprint)
    json.key("bits")
    json.integer(strength.bits)
    json.key("securityBits")
    json.integer(strength.security)
    json.endObject()
    json.endLine()
    Output.write(json.bytes)
  }
}

extension JSONWebAlgorithm {
  /// Whether any bytes would do as its key, which says nothing of a key.
  fileprivate var isForPasswords: Bool { needsOptIn && suits(.symmetric) }
}

extension JSONWriter {
  /// The text, or `null`.
  fileprivate mutating func string(or text: String?) {
    if let text { string(text) } else { null() }
  }
}
