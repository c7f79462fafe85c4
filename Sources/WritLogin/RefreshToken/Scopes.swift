// SPDX-License-Identifier: Apache-2.0

/// Scopes as one text, with a space between two (RFC 6749, section 3.3); compared as bytes.
struct Scopes: Sendable {
  let bytes: [UInt8]

  /// Scopes that were stored.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// - Throws: ``RefreshTokenError`` with the codes `scope` for what is none, `tooLarge`.
  init(_ texts: [String]) throws(RefreshTokenError) {
    var bytes: [UInt8] = []
    for text in texts {
      guard !text.isEmpty, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }) else {
        throw RefreshTokenError(.scope, "a scope is empty, or has a character that none may have")
      }
      if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
      bytes += text.utf8
      guard bytes.count <= RefreshTokenRules.maximumScopeBytes else {
        throw RefreshTokenError(
          .tooLarge,
          "scopes have more than \(RefreshTokenRules.maximumScopeBytes) bytes"
        )
      }
    }
    self.bytes = bytes
  }

  private var parts: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: " ")) }

  /// One text for each.
  var texts: [String] { parts.map { String(decoding: $0, as: UTF8.self) } }

  /// Whether each of them is one of the others.
  func isWithin(_ others: Scopes) -> Bool {
    let granted = Set(others.parts)
    return parts.allSatisfy(granted.contains)
  }
}
