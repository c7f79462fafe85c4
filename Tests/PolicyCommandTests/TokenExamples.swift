// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A shared key, a token under it, and when it is valid.
enum Example {
  /// The key of RFC 7515, appendix A.1.1, which does not say what it is for.
  static let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
  static let bareKey = #"{"kty":"oct","k":"\#(secret)"}"#
  static let key = #"{"kty":"oct","k":"\#(secret)","alg":"HS256"}"#
  /// The token of RFC 7515, appendix A.1.1: `iss` is "joe", `exp` 1300819380.
  static let token = """
    eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\
    c19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk
    """
  /// A second before it expires.
  static let time = ["--time", "1300819379"]

  static let valid = """
    {"valid":true,"header":{"typ":"JWT","alg":"HS256"},\
    "claims":{"iss":"joe","exp":1300819380,"http://example.com/is_root":true}
    """

  /// The same token with another signature.
  static let forged = String(token.dropLast(2)) + "kA"

  /// A token without a signature: header and payload in base64url, and a signature as given.
  static func unsigned(
    _ header: String,
    _ payload: String = #"{"iss":"joe","exp":1300819380}"#,
    _ signature: String = ""
  )
    -> String
  {
    "\(base64URL(header)).\(base64URL(payload)).\(signature)"
  }

  static func base64URL(_ text: String) -> String {
    Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

/// A refusal as `--format json` writes it, up to the message.
func refusal(_ code: String) -> String { #"{"valid":false,"error":{"code":"\#(code)","message":""# }
