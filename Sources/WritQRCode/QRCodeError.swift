// SPDX-License-Identifier: Apache-2.0

/// An error of making a QR code of a text.
///
/// The message never holds the text.
public struct QRCodeError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The text is empty, too long, or holds a NUL.
    public static let text = Code(.text)
    /// libqrencode failed: memory ran out.
    public static let failure = Code(.failure)

    package enum Kind: String, Sendable, CaseIterable {
      case text, failure
    }

    package let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The name of the code.
    public var rawValue: String { kind.rawValue }
    /// The name of the code.
    public var description: String { rawValue }
  }

  /// The kind of error.
  public let code: Code
  /// The message.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
