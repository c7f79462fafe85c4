// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// The answer of an endpoint: status, fields and body of an HTTP response.
public struct OAuthResponse: Sendable, Hashable {
  /// The status code.
  public let status: Int
  /// The header fields: names in lower case, values in ASCII.
  public let fields: [String: String]
  /// The body in UTF-8; may be empty.
  public let body: [UInt8]

  init(status: Int, body: [UInt8], retryAfter: Int64? = nil) {
    self.status = status
    self.body = body
    var fields = ["cache-control": "no-store", "pragma": "no-cache"]
    if let retryAfter { fields["retry-after"] = "\(retryAfter)" }
    if !body.isEmpty { fields["content-type"] = "application/json" }
    self.fields = fields
  }

  /// An error (RFC 6749, section 5.2).
  ///
  /// - Parameter retryAfter: seconds after which to try again (RFC 9110, section 10.2.3).
  package init(_ error: OAuthError, retryAfter: Int64? = nil) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("error")
    writer.string(error.code.rawValue)
    writer.key("error_description")
    // %x20-21 / %x23-5B / %x5D-7E, RFC 6749, section 5.2.
    let description = printable(error.description).map { $0 == "\"" || $0 == "\\" ? "'" : $0 }
    writer.string(String(description))
    writer.endObject()
    let status =
      switch error.code.kind {
      case .invalidClient: 401
      case .unauthorizedClient: 403
      case .temporarilyUnavailable: 503
      case .invalidRequest, .invalidGrant, .invalidScope, .unsupportedTokenType: 400
      }
    self.init(status: status, body: writer.bytes, retryAfter: retryAfter)
  }
}
