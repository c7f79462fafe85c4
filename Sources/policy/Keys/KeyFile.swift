// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// A file with keys, recognised by its content: one JSON Web Key, a set of them, or one key in PEM.
struct KeyFile {
  enum Form {
    case key, set, pem
  }

  let path: String
  let form: Form
  private let bytes: [UInt8]
  /// The one key, read once; `nil` for a set.
  private let single: Result<UnboundKey, KeyFileError>?

  /// Levels of arrays and objects that the library reads in keys.
  private static let maximumDepth = 8
  /// The byte order mark in UTF-8, which editors put in front.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// - Parameter takesCertificate: whether the public key of a certificate is taken where a key is expected.
  /// - Throws: a ``Failure`` when the file cannot be read, a ``KeyFileError`` when it holds something else.
  init(_ path: String, password: String?, takesCertificate: Bool = false) throws {
    let limit = JSONWebKeySet.maximumBytes
    let bytes = try InputFile.prefix(of: path, upTo: limit + 1)
    guard bytes.count <= limit else { throw KeyFileError(path, .tooLarge, "keys have more than \(limit) bytes") }
    let form = try Self.form(of: bytes, path)
    guard password == nil || form == .pem else {
      throw KeyFileError(path, .password, "a JSON Web Key is not encrypted, and a password is given")
    }
    self.path = path
    self.form = form
    self.bytes = bytes
    single =
      switch form {
      case .set: nil
      case .key: Self.read(path) { () throws(KeyError) in try UnboundKey(parsing: bytes) }
      case .pem: Self.pem(bytes, path, password: password, takesCertificate: takesCertificate)
      }
  }

  private static func form(of bytes: [UInt8], _ path: String) throws(KeyFileError) -> Form {
    let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    let text = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0)
    if text.first(where: { !blanks.contains($0) }) == UInt8(ascii: "{") {
      // What is wrong with JSON is said where the key is read, without showing any of it.
      let document = try? JSONDocument(parsing: Array(text), maximumDepth: maximumDepth)
      return document.map { $0.member("keys", of: $0.root) != nil } == true ? .set : .key
    }
    let begin = Array("-----BEGIN ".utf8)
    guard text.indices.contains(where: { text[$0] == begin[0] && text[$0...].starts(with: begin) }) else {
      // A text in UTF-16 gets the message of the library.
      if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return .pem }
      throw KeyFileError(path, .malformed, "neither a JSON Web Key, nor a set of them, nor PEM")
    }
    return .pem
  }

  private static func pem(
    _ bytes: [UInt8],
    _ path: String,
    password: String?,
    takesCertificate: Bool
  ) -> Result<UnboundKey, KeyFileError> {
    guard UnboundKey.isCertificate(pem: bytes) else {
      return read(path) { () throws(KeyError) in try UnboundKey(pem: bytes, password: password) }
    }
    guard takesCertificate else {
      let message =
        "the PEM holds a certificate and no key; --certificate takes its public key and checks nothing else of it"
      return .failure(KeyFileError(path, .unsupported, message))
    }
    return read(path) { () throws(KeyError) in try UnboundKey(certificatePEM: bytes) }
  }

  private static func read(
    _ path: String,
    _ body: () throws(KeyError) -> UnboundKey
  ) -> Result<UnboundKey, KeyFileError> {
    do throws(KeyError) {
      return .success(try body())
    } catch {
      return .failure(KeyFileError(path, error))
    }
  }

  /// The one key of the file.
  ///
  /// - Throws: a ``KeyFileError``.
  func key(accepting accepted: Set<JSONWebAlgorithm>) throws(KeyFileError) -> JSONWebKey {
    var work = KeyWork()
    return try key(accepting: accepted, within: &work)
  }

  /// The one key of the file.
  ///
  /// - Parameter work: what checking private keys may cost, shared by the keys of a set.
  /// - Throws: a ``KeyFileError``.
  func key(
    accepting accepted: Set<JSONWebAlgorithm>,
    within work: inout KeyWork
  ) throws(KeyFileError) -> JSONWebKey {
    let key = try unboundKey()
    do throws(KeyError) {
      return try key.key(accepting: accepted, within: &work)
    } catch {
      throw KeyFileError(path, error)
    }
  }

  /// The one key of the file, bound to no algorithm yet.
  ///
  /// - Throws: a ``KeyFileError``.
  func unboundKey() throws(KeyFileError) -> UnboundKey {
    guard let single else { throw KeyFileError(path, .ambiguous, "one key is wanted, and this is a set of keys") }
    return try single.get()
  }

  /// The keys that may verify signatures; those of a set that cannot be used are named on standard error and left out.
  ///
  /// - Parameter positions: the keys of a set that are used for something else, and not named.
  /// - Throws: a ``KeyFileError`` when no key can be used.
  func verificationKeys(
    accepting accepted: Set<JSONWebAlgorithm>,
    leavingOut positions: [Int] = []
  ) throws(KeyFileError) -> VerificationKeys {
    guard form == .set else {
      let key = try key(accepting: accepted)
      do throws(KeyError) {
        switch key {
        case .symmetric(let key): return try VerificationKeys(key)
        case .private(let key): return try VerificationKeys(key.publicKey)
        case .public(let key): return try VerificationKeys(key)
        }
      } catch {
        throw KeyFileError(path, error)
      }
    }
    do throws(KeyError) {
      let set = try JSONWebKeySet(parsing: bytes, accepting: accepted)
      if set.keys.isEmpty, let refusal = set.refusals.first { throw refusal.error }
      for refusal in set.refusals where !positions.contains(refusal.position) {
        let reason = "\(CedarText.shown(refusal.error.description)) (\(refusal.error.code.rawValue))"
        Output.error("warning: key \(refusal.position) of `\(CedarText.shown(path))` is left out: \(reason)")
      }
      return try VerificationKeys(set)
    } catch {
      throw KeyFileError(path, error)
    }
  }

  /// The files of the single keys: a set taken apart, otherwise this file itself.
  ///
  /// - Throws: a ``KeyFileError`` when a set is none.
  func parts() throws(KeyFileError) -> [KeyFile] {
    guard form == .set else { return [self] }
    do throws(KeyError) {
      // For what a set as a whole must be; what is wrong with single keys is theirs to say.
      _ = try JSONWebKeySet(parsing: bytes, accepting: [])
    } catch {
      throw KeyFileError(path, error)
    }
    let text = bytes.starts(with: Self.mark) ? Array(bytes.dropFirst(Self.mark.count)) : bytes
    guard let document = try? JSONDocument(parsing: text, maximumDepth: Self.maximumDepth),
      let keys = document.member("keys", of: document.root)
    else { return [] }
    return document.elements(of: keys).map { element in
      var json = JSONWriter()
      json.value(element, of: document)
      return KeyFile(path: path, keyBytes: json.bytes)
    }
  }

  /// One key of a set.
  private init(path: String, keyBytes bytes: [UInt8]) {
    self.path = path
    form = .key
    self.bytes = bytes
    single = Self.read(path) { () throws(KeyError) in try UnboundKey(parsing: bytes) }
  }
}

/// An error of the keys of a file.
struct KeyFileError: Error {
  let path: String
  let code: KeyError.Code
  let message: String

  init(_ path: String, _ code: KeyError.Code, _ message: String) {
    self.path = path
    self.code = code
    self.message = message
  }

  init(_ path: String, _ error: KeyError) {
    self.init(path, error.code, error.description)
  }
}

extension Failure {
  init(_ error: KeyFileError) {
    let help =
      switch error.code {
      case .algorithmAmbiguous: "\nhelp: --algorithm says which one"
      case .algorithmNotAccepted: "\nhelp: --algorithm lists the algorithms that are accepted"
      case .password: "\nhelp: --password-file names the file with the password of an encrypted PEM"
      default: ""
      }
    let message = "\(CedarText.shown(error.message)) (\(error.code.rawValue))"
    self.init("error: `\(CedarText.shown(error.path))`: \(message)\(help)")
  }
}
