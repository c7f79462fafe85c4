// SPDX-License-Identifier: Apache-2.0

/// A text to be read, with the name that errors call it by.
public struct SourceInput: Sendable {
  /// The name, usually a file's.
  public let name: String
  /// The text in UTF-8; readers refuse anything else.
  public let bytes: [UInt8]

  /// A text in bytes.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// A text.
  public init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }
}
