// SPDX-License-Identifier: Apache-2.0

/// Puts header, payload and signature together, in the memory of the string that they become.
package enum TokenWriter {
  /// - Parameter headerAndDot: the header in base64url, and a dot.
  package static func write(
    headerAndDot: [UInt8],
    _ payload: Span<UInt8>,
    _ key: SigningKey
  ) throws(TokenError) -> String {
    let payloadEnd = headerAndDot.count + Base64URL.encodedCount(payload.count)
    let count = payloadEnd + 1 + Base64URL.encodedCount(key.signatureCount)
    try CompactToken.checkSize(count)
    var failure: TokenError?
    let token = unsafe String(unsafeUninitializedCapacity: count) { buffer in
      // INVARIANT: the buffer has `count` bytes or more, and each byte up to `count` is written before it is read.
      _ = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<headerAndDot.count]).initialize(
        fromContentsOf: headerAndDot
      )
      unsafe Base64URL.encode(
        payload,
        into: UnsafeMutableBufferPointer(rebasing: buffer[headerAndDot.count..<payloadEnd])
      )
      unsafe buffer[payloadEnd] = UInt8(ascii: ".")
      let message = unsafe UnsafeBufferPointer(rebasing: buffer[..<payloadEnd])
      let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[(payloadEnd + 1)..<count])
      do throws(TokenError) {
        try unsafe key.sign(message.span) { unsafe Base64URL.encode($0, into: rest) }
        return count
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return token
  }
}
