// SPDX-License-Identifier: Apache-2.0

/// The encoding of the text that a key is written in.
enum KeyText {
  /// The byte order mark in UTF-8, which editors put in front.
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Refuses UTF-16, as some shells write it, with a message that says so.
  static func checkEncoding(_ bytes: [UInt8]) throws(KeyError) {
    guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
      throw KeyError(.malformed, "the text is in UTF-16, expected UTF-8: save the file again in UTF-8")
    }
  }
}
