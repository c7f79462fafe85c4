// SPDX-License-Identifier: Apache-2.0

package import LibCrypto

/// The header of sealed bytes and codes: the format (1), the length of the identifier of the secret, the identifier.
package struct SealedForm {
  private static let format: UInt8 = 1

  /// The identifier of the secret that the bytes were sealed under.
  package let identifier: [UInt8]
  /// The bytes behind the header.
  package let body: Range<Int>

  package init(_ sealed: Span<UInt8>) throws(SecretError) {
    guard sealed.count >= 2, sealed[0] == Self.format else {
      throw SecretError(.malformed, "sealed bytes are too short, or in an unknown format")
    }
    let start = 2 + Int(sealed[1])
    guard 1...ApplicationSecret.maximumIdentifierBytes ~= Int(sealed[1]), start <= sealed.count else {
      throw SecretError(.malformed, "sealed bytes do not name their secret")
    }
    identifier = (2..<start).map { sealed[$0] }
    body = start..<sealed.count
  }

  /// - Parameter identifier: not longer than those of secrets are.
  package static func header(_ identifier: [UInt8]) -> [UInt8] {
    [format, UInt8(truncatingIfNeeded: identifier.count)] + identifier
  }

  /// Returns the additional authenticated data: the header, then the context behind its length, so that neither can be
  /// mistaken for the other or for the body.
  package static func additionalData(_ identifier: [UInt8], _ context: Span<UInt8>) -> [UInt8] {
    var data = header(identifier)
    let count = UInt64(context.count)
    for shift in stride(from: UInt64(56), through: 0, by: -8) { data.append(UInt8(truncatingIfNeeded: count >> shift)) }
    data.reserveCapacity(data.count + context.count)
    for index in context.indices { data.append(context[index]) }
    return data
  }
}

/// The opened content of sealed bytes; it never prints, and is wiped when the last copy is gone.
public struct OpenedSecret: Sendable, CustomStringConvertible, CustomReflectable {
  package let bytes: SecretBytes
  /// Whether it was sealed under another secret than the first one, and should be sealed again.
  public let isOutdated: Bool

  /// Bytes that were sealed.
  public var count: Int { bytes.count }

  /// The bytes, for as long as the closure runs.
  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withBytes(body)
  }

  /// The number of bytes; never the bytes.
  public var description: String { bytes.description }

  /// Empty: nothing of it is shown.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
