// SPDX-License-Identifier: Apache-2.0

internal import WritTokens
internal import WritCedar

/// The keys of a file, for each of the two things that tokens want of them.
struct TokenKeys {
  /// Those that may verify signatures.
  let verification: Result<VerificationKeys, KeyFileError>
  /// Those that may decrypt.
  let decryption: Result<DecryptionKeys, KeyFileError>

  /// Keys of a set that can be used for neither are named on standard error and left out.
  ///
  /// - Parameter accepted: the algorithms named on the command line.
  init(_ file: KeyFile, accepting accepted: Set<JSONWebAlgorithm>?, _ rules: DecryptionRules) {
    let decryption = Result { () throws(KeyFileError) in
      try file.decryptionKeys(accepting: accepted.map { $0.subtracting(.signatures) }, rules)
    }
    self.decryption = decryption.map(\.keys)
    let used = (try? decryption.get())?.positions ?? []
    // With an algorithm of encryption named and none of signatures, none is accepted.
    verification = Result { () throws(KeyFileError) in
      try file.verificationKeys(
        accepting: accepted.map { $0.intersection(.signatures) } ?? .signatures,
        leavingOut: used
      )
    }
  }

  /// No keys, and why.
  init(_ failure: KeyFileError) {
    verification = .failure(failure)
    decryption = .failure(failure)
  }

  /// Returns the reason why the keys cannot be used, `nil` when they can.
  ///
  /// Keys that are for the other kind of token alone are no failure: the token is.
  func failure(for kind: TokenKind) -> KeyFileError? {
    let (signed, encrypted) = (Self.error(verification), Self.error(decryption))
    switch kind {
    case .signed:
      if let signed, !signed.isForSomethingElse { return signed }
    case .encrypted, .nested:
      if let encrypted, !encrypted.isForSomethingElse { return encrypted }
      // The content could be decrypted, but its signature not verified.
      if kind == .nested, encrypted == nil { return signed }
    case .unknown: break
    }
    guard let signed, let encrypted else { return nil }
    // Of a key that only encrypts, why it does not verify says less.
    return signed.code == .algorithmNotAccepted ? encrypted : signed
  }

  private static func error<Keys>(_ keys: Result<Keys, KeyFileError>) -> KeyFileError? {
    if case .failure(let error) = keys { error } else { nil }
  }
}

/// The kind of a token, by its parts and by the payload that it must have.
enum TokenKind {
  case signed, encrypted, nested
  /// There are several, or none was read yet.
  case unknown

  init(_ token: String, _ payload: PayloadKind) {
    let dots = token.utf8.prefix(TokenVerifier.maximumTokenBytes).count { $0 == UInt8(ascii: ".") }
    self = dots != 4 ? .signed : payload == .claims ? .nested : .encrypted
  }
}

extension KeyFileError {
  /// Whether nothing is wrong with the key but that it is for other tokens.
  var isForSomethingElse: Bool { code == .algorithmNotAccepted || code == .notPermitted }
}

extension KeyFile {
  /// The one key of the file, to encrypt or decrypt with.
  ///
  /// A key may itself name an algorithm that needs opting in: the author of the file has opted in.
  func encryptionKey(accepting accepted: Set<JSONWebAlgorithm>?) throws(KeyFileError) -> JSONWebKey {
    var work = KeyWork()
    return try encryptionKey(accepting: accepted, within: &work)
  }

  private func encryptionKey(
    accepting accepted: Set<JSONWebAlgorithm>?,
    within work: inout KeyWork
  ) throws(KeyFileError) -> JSONWebKey {
    if let accepted { return try key(accepting: accepted, within: &work) }
    do throws(KeyFileError) {
      return try key(accepting: .encryption, within: &work)
    } catch {
      guard error.code == .algorithmNotAccepted else { throw error }
      return try key(accepting: Set(JSONWebAlgorithm.allCases.filter(\.needsOptIn)), within: &work)
    }
  }

  /// The keys that may decrypt, and where in a set they stand; those that are for something else are left out.
  ///
  /// - Throws: a ``KeyFileError`` when no key can be used.
  fileprivate func decryptionKeys(
    accepting accepted: Set<JSONWebAlgorithm>?,
    _ rules: DecryptionRules
  ) throws(KeyFileError) -> (keys: DecryptionKeys, positions: [Int]) {
    var keys: [JSONWebKey] = []
    var positions: [Int] = []
    var failure = KeyFileError(path, .notPermitted, "there is no key that may decrypt")
    var work = KeyWork()
    for (position, part) in try parts().enumerated() {
      do throws(KeyFileError) {
        let key = try part.encryptionKey(accepting: accepted, within: &work)
        guard key.isPrivate else { continue }
        keys.append(key)
        positions.append(position)
      } catch {
        // Of a public key it does not matter which algorithm it would be for: it never decrypts.
        if error.code == .algorithmAmbiguous, (try? part.unboundKey())?.isPublic == true { continue }
        guard form == .set, error.code != .algorithmAmbiguous else { throw error }
        if failure.isForSomethingElse { failure = error }
      }
    }
    let decryption: DecryptionKeys
    do throws(KeyError) {
      decryption = try DecryptionKeys(try JSONWebKeySet(keys), rules: rules)
    } catch {
      throw KeyFileError(path, error)
    }
    guard !decryption.keys.isEmpty else { throw failure }
    return (decryption, positions)
  }
}

extension JSONWebKey {
  fileprivate var isPrivate: Bool {
    if case .public = self { false } else { true }
  }
}
