// SPDX-License-Identifier: Apache-2.0

/// The three parts of a token in the compact serialization (RFC 7515, section 3.1), as ranges of its bytes.
struct CompactToken {
  let header: Range<Int>
  let payload: Range<Int>
  let signature: Range<Int>

  /// The signed part: header, dot and payload.
  var signingInput: Range<Int> { header.lowerBound..<payload.upperBound }

  /// Bytes of the longest token that is read.
  static let maximumBytes = 65536
  /// Levels of arrays and objects that header and payload may have.
  static let maximumDepth = 32

  /// Finds the parts; looks at no more than two dots and the first byte after them.
  init(_ token: Span<UInt8>) throws(TokenError) {
    try Self.checkSize(token.count)
    var dots = (-1, -1)
    for index in token.indices where token[index] == UInt8(ascii: ".") {
      if dots.0 < 0 {
        dots.0 = index
      } else if dots.1 < 0 {
        dots.1 = index
      } else {
        throw TokenError(
          .malformed,
          "the token has more than three parts, and a signed token in compact form has three"
        )
      }
    }
    guard dots.1 >= 0 else {
      throw TokenError(.malformed, "a token has fewer than three parts")
    }
    header = 0..<dots.0
    payload = dots.0 + 1..<dots.1
    signature = dots.1 + 1..<token.count
    guard !header.isEmpty else { throw TokenError(.malformed, "the token's header is empty") }
    guard !signature.isEmpty else { throw TokenError(.signature, "the token's signature is empty") }
  }

  @inline(__always)
  static func checkSize(_ count: Int) throws(TokenError) {
    guard count <= maximumBytes else {
      throw TokenError(.tooLarge, "a token has \(count) bytes, expected at most \(maximumBytes)")
    }
  }
}
