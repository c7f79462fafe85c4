// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A text with a mistake, and what a person is told about it.
struct Mistake: Sendable, CustomTestStringConvertible {
  let text: String
  /// Line, column and message: `1:54: …`.
  let message: String
  let help: String?

  var testDescription: String { text }
}

/// Tables of mistakes: files in `Mistakes/`, a heading and then paragraphs of a text, its message and its help.
///
/// In a text `⏎` stands for a line feed, `⟨200B⟩` and `⟨FEFF⟩` for scalars that do not show.
enum MistakeFile {
  static let conditions = read("conditions")
  static let values = read("values")
  static let policies = read("policies")
  static let schemas = read("schemas")
  static let entities = read("entities")
  static let requests = read("requests")

  private static func read(_ name: String) -> [Mistake] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Mistakes")
    guard let data = try? Data(contentsOf: folder.appending(path: "\(name).txt")) else {
      Issue.record("there is no table `\(name)`")
      return []
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n\n").dropFirst().compactMap(mistake)
  }

  private static func mistake(_ paragraph: Substring) -> Mistake? {
    let lines = paragraph.split(separator: "\n")
    guard lines.count == 2 || lines.count == 3 else {
      Issue.record("a paragraph has \(lines.count) lines: \(paragraph)")
      return nil
    }
    let help = lines.count == 3 ? String(lines[2].trimmingPrefix("help: ")) : nil
    return Mistake(text: decoded(lines[0]), message: String(lines[1]), help: help)
  }

  private static func decoded(_ text: Substring) -> String {
    text.replacing("⏎", with: "\n").replacing("⟨200B⟩", with: "\u{200B}").replacing("⟨FEFF⟩", with: "\u{FEFF}")
      .description
  }
}
