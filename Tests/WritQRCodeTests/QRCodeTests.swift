// SPDX-License-Identifier: Apache-2.0

#if QRCode
  import Foundation
  import Testing
  import WritQRCode

  @Suite("QR codes")
  struct QRCodeTests {
    private static let uri =
      "otpauth://totp/ACME%20Co:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30"

    @Test(
      "the three finder patterns are where they belong (ISO/IEC 18004, 6.3.3)",
      arguments: QRCode.ErrorCorrection.allCases
    )
    func finderPatterns(_ correction: QRCode.ErrorCorrection) throws {
      let code = try QRCode(Self.uri, correction: correction)
      #expect(code.size % 4 == 1)
      let rows = ["#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######"]
      for (left, top) in [(0, 0), (code.size - 7, 0), (0, code.size - 7)] {
        for (row, pattern) in rows.enumerated() {
          for (column, character) in pattern.enumerated() {
            #expect(code.isDark(column: left + column, row: top + row) == (character == "#"))
          }
        }
      }
      for outside in [-1, code.size, .min, .max] {
        #expect(!code.isDark(column: outside, row: 0))
        #expect(!code.isDark(column: 0, row: outside))
      }
    }

    /// The modules that the rectangles of the picture cover, the quiet zone included.
    private static func modules(svg: String, side: Int) throws -> [[Bool]] {
      var modules = Array(repeating: Array(repeating: false, count: side), count: side)
      for match in svg.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
        let (column, row, count) = try (#require(Int(match.1)), #require(Int(match.2)), #require(Int(match.3)))
        #expect(match.3 == match.4)
        for index in column..<column + count { modules[row][index] = true }
      }
      return modules
    }

    /// The modules that lines of half blocks show.
    private static func modules(text: String, isColored: Bool) -> [[Bool]] {
      var modules: [[Bool]] = []
      for line in text.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\n") {
        modules.append(line.map { ("█▀".contains($0)) == isColored })
        modules.append(line.map { ("█▄".contains($0)) == isColored })
      }
      return modules
    }

    @Test("SVG and terminal text show the same modules, the quiet zone around them")
    func pictures() throws {
      let code = try QRCode(Self.uri)
      let side = code.size + 2 * QRCode.quietZone
      let expected = (0..<side).map { row in
        (0..<side).map { code.isDark(column: $0 - QRCode.quietZone, row: row - QRCode.quietZone) }
      }
      let svg = code.svg()
      #expect(try Self.modules(svg: svg, side: side) == expected)
      #expect(svg.contains("viewBox=\"0 0 \(side) \(side)\""))
      for isColored in [true, false] {
        let text = code.terminalText(isColored: isColored)
        #expect(text.contains("\u{1B}") == isColored)
        #expect(Self.modules(text: text, isColored: isColored).prefix(side).elementsEqual(expected))
      }
    }

    private static let reader = ["/usr/bin/zbarimg", "/usr/local/bin/zbarimg"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test("zbarimg reads the text again, where it is installed", .enabled(if: reader != nil))
    func reading() throws {
      for text in [Self.uri, "a", "é\n👩🏽‍🚀", String(repeating: "%C3%A9", count: 200)] {
        let code = try QRCode(text)
        let side = code.size + 2 * QRCode.quietZone
        var image = "P2 \(side * 4) \(side * 4) 1\n"
        let modules = try Self.modules(svg: code.svg(), side: side)
        for row in 0..<side * 4 {
          image += (0..<side * 4).map { modules[row / 4][$0 / 4] ? "0" : "1" }.joined(separator: " ") + "\n"
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "qr-\(UUID().uuidString).pgm")
        try Data(image.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: Self.reader ?? "")
        process.arguments = ["--quiet", "--raw", "--oneshot", "-Sbinary", file.path]
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(String(decoding: data, as: UTF8.self) == text)
      }
    }

    @Test("what no QR code holds is refused; the longest text is not")
    func bounds() throws {
      for text in [
        "", "a\0b", String(repeating: "x", count: QRCode.maximumBytes + 1), String(repeating: "x", count: 1 << 20),
      ] {
        do throws(QRCodeError) {
          _ = try QRCode(text)
          Issue.record("taken")
        } catch {
          #expect(error.code == .text)
          #expect(!error.description.contains("xx"))
        }
      }
      #expect(try QRCode(String(repeating: "x", count: QRCode.maximumBytes)).size == 177)
    }

    @Test("T06 a code does not print what it says")
    func printing() throws {
      let code = try QRCode("canary-canary")
      var text = "\(code) \(String(reflecting: code))"
      dump(code, to: &text)
      #expect(!text.contains("canary"))
      #expect(!text.contains("true"))
    }
  }
#endif
