// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritAuthentication
internal import WritCedar

/// What there is to say of a key without its private part.
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
  init(_ file: KeyFile, accepting accepted: Set<JSONWebAlgorithm>?) throws(KeyFileError) {
    let accepted = accepted ?? Set(JSONWebAlgorithm.allCases)
    var failure: KeyFileError
    do throws(KeyFileError) {
      let key = try file.key(accepting: accepted)
      self = try Self.report(key, [key.attributes.algorithm], file)
      return
    } catch {
      failure = error
    }
    guard failure.code == .algorithmAmbiguous else { throw failure }
    // One after another: which of them the key can be bound to.
    var found: [(key: JSONWebKey, algorithm: JSONWebAlgorithm)] = []
    for algorithm in JSONWebAlgorithm.allCases where accepted.contains(algorithm) && !algorithm.isForPasswords {
      do throws(KeyFileError) {
        found.append((try file.key(accepting: [algorithm]), algorithm))
      } catch {
        // Too short for every algorithm says more than that there are several.
        if error.code == .weak { failure = error }
      }
    }
    guard let first = found.first else { throw failure }
    self = try Self.report(first.key, found.map(\.algorithm), file)
  }

  private static func report(
    _ key: JSONWebKey,
    _ algorithms: [JSONWebAlgorithm],
    _ file: KeyFile
  ) throws(KeyFileError) -> KeyReport {
    do throws(KeyError) {
      return try KeyReport(key, algorithms: algorithms)
    } catch {
      throw KeyFileError(file.path, error)
    }
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
