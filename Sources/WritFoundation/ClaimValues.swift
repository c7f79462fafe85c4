// SPDX-License-Identifier: Apache-2.0

package import WritTokens

// Foundation without ICU.
#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

extension Date: ClaimValue {
  package init(claim: ClaimScalar) throws(ClaimValueError) { self.init(try NumericDate(claim: claim)) }

  package func claim() throws(ClaimValueError) -> ClaimScalar {
    guard let time = NumericDate(self) else { throw ClaimValueError("the date is outside the years 1 to 9999") }
    return time.claim()
  }
}

extension URL: ClaimValue {
  package init(claim: ClaimScalar) throws(ClaimValueError) {
    guard case .string(let text) = claim, let url = URL(string: text, encodingInvalidCharacters: false) else {
      throw ClaimValueError("it is not a URL")
    }
    self = url
  }

  package func claim() throws(ClaimValueError) -> ClaimScalar { .string(absoluteString) }
}

extension Data: ClaimValue {
  package init(claim: ClaimScalar) throws(ClaimValueError) {
    guard case .string(let text) = claim, let bytes = Base64URL.decode(text.utf8.span) else {
      throw ClaimValueError("it is not base64url without padding")
    }
    self.init(bytes)
  }

  package func claim() throws(ClaimValueError) -> ClaimScalar { .string(Base64URL.encode(Array(self).span)) }
}
