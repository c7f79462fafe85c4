// SPDX-License-Identifier: Apache-2.0

/// Why there is no QR code of a text.
///
/// The message never holds the text.
public struct QRCodeError: Error, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The text is empty, too long, or holds a NUL.
    case text
    /// libqrencode failed: memory ran out.
    case failure
  }

  /// What is wrong.
  public let code: Code
  /// What is wrong, in words.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
