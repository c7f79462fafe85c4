// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritAuthentication
internal import WritCedar

/// What says whether a token is valid.
enum TokenJudge {
  /// Signature and claims.
  case claims(TokenVerifier)
  /// The signature alone.
  case signature(VerificationKeys)
  /// Nobody: the keys cannot be used.
  case unusable(KeyFileError)

  /// Why a token is refused, `nil` when it is valid.
  func refusal(of token: String) -> TokenRefusal? {
    do throws(TokenError) {
      switch self {
      case .claims(let verifier): _ = try verifier.verify(token, as: NoClaims.self)
      case .signature(let keys): _ = try JSONWebSignature(verifying: token, keys: keys)
      case .unusable(let error): return TokenRefusal(code: error.code.rawValue, message: error.message, isFailure: true)
      }
      return nil
    } catch {
      return TokenRefusal(error)
    }
  }
}

/// Why a token is not valid.
struct TokenRefusal {
  let code: String
  let message: String
  /// Whether nobody knows if the token is valid.
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
      let token = try token.get()
      if let refusal = judge.refusal(of: token) {
        write(refusal, line)
      } else {
        write(try TokenParts(token), line)
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
      json.member(name, parts.payload)
      json.endObject()
      json.endLine()
      Output.write(json.bytes)
    case .text:
      Output.line("\(place(line))\(Style.green("valid"))")
      Output.line("  header   \(parts.header.line)")
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
