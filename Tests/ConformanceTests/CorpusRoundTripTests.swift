// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WritCedar
@testable import policy

/// The corpus of Cedar's integration tests, formatted and translated both ways.
@Suite("Cedar's integration tests: their texts formatted and translated")
struct CorpusRoundTripTests {
  private static func texts(_ suffix: String) throws -> [SourceInput] {
    let directory = try #require(CedarConformanceTests.directory)
    return try Archive.files(in: "\(directory)/corpus-tests.tar.gz").filter { $0.key.hasSuffix(suffix) }
      .map { SourceInput(name: $0.key, bytes: $0.value) }.sorted { $0.name < $1.name }
  }

  @Test(
    "Every schema written to JSON, read, written in Cedar's syntax and read again says the same",
    .enabled(if: CedarConformanceTests.directory != nil)
  )
  func schemas() throws {
    let texts = try Self.texts(".cedarschema")
    var failures: [String] = []
    for text in texts {
      let json = try SchemaDeclarations(parsing: [text]).json
      let read = try SchemaDeclarations(parsing: [SourceInput(name: "json", bytes: json)])
      let again = try SchemaDeclarations(parsing: [SourceInput(name: "cedar", text: read.cedarText())])
      if read.json != json || again.json != json { failures.append(text.name) }
    }
    #expect(texts.count > 4_900)
    #expect(failures.isEmpty, "\(failures.count) of \(texts.count): \(failures.prefix(10))")
  }

  @Test(
    "Every policy and schema formatted keeps its tokens and comments, and formatting twice is formatting once",
    .enabled(if: CedarConformanceTests.directory != nil),
    arguments: [".cedar", ".cedarschema"]
  )
  func formatted(_ suffix: String) throws {
    let texts = try Self.texts(suffix)
    let formatter = CedarFormatter(width: 80)
    var failures: [String] = []
    for text in texts {
      func format(_ bytes: [UInt8]) throws -> [UInt8] {
        let source = SourceInput(name: text.name, bytes: bytes)
        return suffix == ".cedar" ? try formatter.format(policies: source) : try formatter.format(schema: source)
      }
      let once = try format(text.bytes)
      let keepsAll = CommentedTokens(text.bytes).hasSameContent(as: CommentedTokens(once))
      if try !keepsAll || format(once) != once { failures.append(text.name) }
    }
    #expect(texts.count > 4_900)
    #expect(failures.isEmpty, "\(failures.count) of \(texts.count): \(failures.prefix(10))")
  }
}
