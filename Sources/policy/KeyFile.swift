// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritAuthentication
internal import WritCedar

/// A file with keys, recognised by its content: one JSON Web Key, a set of them, or one key in PEM.
struct KeyFile {
  enum Form {
    case key, set, pem
  }

  let path: String
  let form: Form
  private let bytes: [UInt8]
  private let password: String?

  /// Levels of arrays and objects that the library reads in keys.
  private static let maximumDepth = 8

  /// - Throws: a ``Failure`` when the file cannot be read, a ``KeyFileError`` when it holds something else.
  init(_ path: String, password: String?) throws {
    let limit = JSONWebKeySet.maximumBytes
    let bytes = try InputFile.prefix(of: path, upTo: limit + 1)
    guard bytes.count <= limit else { throw KeyFileError(path, .tooLarge, "keys have more than \(limit) bytes") }
    let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    let text = bytes.drop { blanks.contains($0) }
    if text.starts(with: "-----BEGIN ".utf8) {
      form = .pem
    } else if text.first == UInt8(ascii: "{") {
      // What is wrong with JSON is said where the key is read, without showing any of it.
      let document = try? JSONDocument(parsing: bytes, maximumDepth: Self.maximumDepth)
      form = document.map { $0.member("keys", of: $0.root) != nil } == true ? .set : .key
    } else {
      throw KeyFileError(path, .malformed, "neither a JSON Web Key, nor a set of them, nor PEM")
    }
    guard password == nil || form == .pem else {
      throw KeyFileError(path, .password, "a JSON Web Key is not encrypted, and a password is given")
    }
    self.path = path
    self.bytes = bytes
    self.password = password
  }

  /// The one key of the file.
  ///
  /// - Throws: a ``KeyFileError``.
  func key(accepting accepted: Set<JSONWebAlgorithm>) throws(KeyFileError) -> JSONWebKey {
    do throws(KeyError) {
      switch form {
      case .key: return try JSONWebKey(parsing: bytes, accepting: accepted)
      case .pem: return try JSONWebKey(pem: bytes, password: password, accepting: accepted)
      case .set: break
      }
    } catch {
      throw KeyFileError(path, error)
    }
    throw KeyFileError(path, .ambiguous, "one key is wanted, and this is a set of keys")
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
    guard let document = try? JSONDocument(parsing: bytes, maximumDepth: Self.maximumDepth),
      let keys = document.member("keys", of: document.root)
    else { return [] }
    return document.elements(of: keys).map { element in
      var json = JSONWriter()
      json.value(element, of: document)
      return KeyFile(path: path, form: .key, bytes: json.bytes, password: nil)
    }
  }

  private init(path: String, form: Form, bytes: [UInt8], password: String?) {
    self.path = path
    self.form = form
    self.bytes = bytes
    self.password = password
  }
}

/// Why the keys of a file cannot be used.
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
