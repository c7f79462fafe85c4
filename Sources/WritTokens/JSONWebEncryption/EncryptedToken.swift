// SPDX-License-Identifier: Apache-2.0

/// The five parts of an encrypted token in the compact serialization (RFC 7516, section 3.1).
struct EncryptedToken {
  /// The header as it stands, which is authenticated with the content.
  let header: Range<Int>
  let encryptedKey: [UInt8]
  let vector: [UInt8]
  let ciphertext: [UInt8]
  let tag: [UInt8]

  /// Finds and decodes the parts; no more than four dots are looked at, and the first byte after them.
  init(_ token: Span<UInt8>) throws(TokenError) {
    try CompactToken.checkSize(token.count)
    var dots: [Int] = []
    for index in token.indices where token[index] == UInt8(ascii: ".") {
      guard dots.count < 4 else { throw TokenError(.malformed, "a token has more than five parts") }
      dots.append(index)
    }
    guard dots.count == 4 else {
      throw TokenError(.malformed, "a token has \(dots.count + 1) parts, an encrypted one in compact form has five")
    }
    header = 0..<dots[0]
    guard !header.isEmpty else { throw TokenError(.malformed, "the header of a token is empty") }
    func part(_ position: Int, _ name: StaticString) throws(TokenError) -> [UInt8] {
      let end = position < 4 ? dots[position] : token.count
      let text = token.extracting(dots[position - 1] + 1..<end)
      guard let bytes = Base64URL.decode(text) else {
        throw .notBase64URL("token's \(name)", text, at: dots[position - 1] + 1)
      }
      return bytes
    }
    encryptedKey = try part(1, "encrypted key")
    vector = try part(2, "initialization vector")
    ciphertext = try part(3, "ciphertext")
    tag = try part(4, "authentication tag")
  }
}
