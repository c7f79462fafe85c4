// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritTokens
internal import WritCedar

/// The judge of tokens: finds by its parts whether a token is signed or encrypted, and whether it is valid.
struct TokenJudge {
  private let keys: TokenKeys
  private let payload: PayloadKind
  private let verifier: Result<TokenVerifier, KeyFileError>

  /// - Throws: `TokenError` with the code `configuration`.
  init(_ keys: TokenKeys, _ payload: PayloadKind, _ rules: TokenRules, _ clock: TokenClock) throws(TokenError) {
    self.keys = keys
    self.payload = payload
    switch keys.verification {
    case .success(let keys): verifier = .success(try TokenVerifier(keys: keys, rules: rules, clock: clock))
    case .failure(let error): verifier = .failure(error)
    }
  }

  /// Returns the parts of a valid token, or the reason why it is refused.
  func answer(_ token: String) -> Result<TokenParts, TokenRefusal> {
    do {
      let kind = TokenKind(token, payload)
      if let failure = keys.failure(for: kind) { throw failure }
      // Where all keys are for the other kind, reading the token as that kind says what is wrong.
      switch (kind, keys.verification, keys.decryption) {
      case (.nested, .success, .success(let decryption)):
        let verifier = try verifier.get()
        let signed = try NestedTokenVerifier(decryptionKeys: decryption, verifier: verifier).signedToken(in: token)
        _ = try verifier.verify(signed, as: NoClaims.self)
        return .success(try TokenParts(token, nesting: try TokenParts(signed)))
      case (.encrypted, _, .success(let decryption)), (.signed, .failure, .success(let decryption)):
        let encryption = try JSONWebEncryption(decrypting: token, keys: decryption)
        return .success(try TokenParts(token, decrypted: encryption.content))
      default:
        if payload == .claims {
          _ = try verifier.get().verify(token, as: NoClaims.self)
        } else {
          _ = try JSONWebSignature(verifying: token, keys: try keys.verification.get())
        }
      }
      return .success(try TokenParts(token))
    } catch let error as KeyFileError {
      return .failure(TokenRefusal(code: error.code.rawValue, message: error.message, isFailure: true))
    } catch let error as TokenError {
      return .failure(TokenRefusal(error))
    } catch {
      return .failure(TokenRefusal(code: "failure", message: "\(error)", isFailure: true))
    }
  }
}

/// The reason why a token is not valid.
struct TokenRefusal: Error {
  let code: String
  let message: String
  /// Whether it is unknown if the token is valid.
  let isFailure: Bool

  init(code: String, message: String, isFailure: Bool) {
    self.code = code
    self.message = message
    self.isFailure = isFailure
  }

  init(_ error: TokenError) {
    self.init(
      code: error.code.rawValue,
      message: error.description,
      isFailure: error.code == .failure || error.code == .configuration
    )
  }
}

/// Writes an answer for each token, by the contract of `policy token verify`, and counts them up to an exit status.
struct TokenAnswers {
  let format: OutputFormat
  let payload: PayloadKind
  /// 0 all valid, 2 some refused, 1 an error.
  var status: Int32 = 0

  init(format: OutputFormat, payload: PayloadKind) {
    self.format = format
    self.payload = payload
  }

  /// - Parameter line: the number of the token's line in a file.
  mutating func write(_ token: Result<String, TokenError>, _ judge: TokenJudge, line: Int? = nil) {
    do throws(TokenError) {
      switch judge.answer(try token.get()) {
      case .success(let parts): write(parts, line)
      case .failure(let refusal): write(refusal, line)
      }
    } catch {
      write(TokenRefusal(error), line)
    }
  }

  private func write(_ parts: TokenParts, _ line: Int?) {
    let name = payload == .claims ? "claims" : "payload"
    switch format {
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("valid")
      json.boolean(true)
      json.member("header", parts.header)
      if let header = parts.innerHeader { json.member("innerHeader", header) }
      json.member(name, parts.payload)
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    case .text:
      Output.line("\(place(line))\(Style.green("valid"))")
      Output.line("  header   \(parts.header.line)")
      if let header = parts.innerHeader { Output.line("  inner    \(header.line)") }
      Output.line("  \(name)\(payload == .claims ? "   " : "  ")\(parts.payload.line)")
    }
  }

  private mutating func write(_ refusal: TokenRefusal, _ line: Int?) {
    if refusal.isFailure { status = 1 } else if status == 0 { status = 2 }
    switch format {
    case .json:
      var json = JSONWriter()
      json.beginObject()
      json.key("valid")
      json.boolean(false)
      json.error(code: refusal.code, message: refusal.message)
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    case .text:
      Output.line("\(place(line))\(Style.red("refused")): \(CedarText.shown(refusal.message)) (\(refusal.code))")
    }
  }

  private func place(_ line: Int?) -> String { line.map { "line \($0): " } ?? "" }
}
