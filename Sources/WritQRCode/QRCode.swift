// SPDX-License-Identifier: Apache-2.0

#if QRCode
  internal import CQRCode

  /// A QR code (ISO/IEC 18004), made with libqrencode: how an authenticator takes in an `otpauth` URI.
  ///
  ///     let picture = try QRCode(uri.secretText())
  ///     picture.svg()           // for a page
  ///     picture.terminalText()  // for a terminal
  ///
  /// The picture holds the text: of a secret, show it to its owner alone, and store it nowhere.
  public struct QRCode: Sendable, CustomStringConvertible, CustomReflectable {
    /// Bytes of the longest text: what the largest code holds at ``ErrorCorrection/medium``.
    public static let maximumBytes = 2331
    /// Light modules on each side, without which readers do not find the code (ISO/IEC 18004, 9.1).
    public static let quietZone = 4

    /// The part of a picture that may be hidden or damaged.
    public enum ErrorCorrection: Sendable, Hashable, CaseIterable {
      /// 7 in 100.
      case low
      /// 15 in 100.
      case medium
    }

    /// Modules on each side, the quiet zone not counted.
    public let size: Int
    /// Row by row, whether a module is dark.
    private let modules: [Bool]

    /// - Parameters:
    ///   - text: 1 to ``maximumBytes`` bytes, without NUL.
    ///   - correction: ``ErrorCorrection/medium`` unless given.
    /// - Throws: ``QRCodeError`` with the codes `text` when there is no such text in a QR code, `failure` when memory
    ///   runs out.
    public init(_ text: String, correction: ErrorCorrection = .medium) throws(QRCodeError) {
      let bytes = Array(text.utf8)
      guard (1...Self.maximumBytes).contains(bytes.count), !bytes.contains(0) else {
        let expected = "1 to \(Self.maximumBytes), without NUL"
        throw QRCodeError(.text, "the text of a QR code has \(bytes.count) bytes, expected \(expected)")
      }
      let level = correction == .low ? QR_ECLEVEL_L : QR_ECLEVEL_M
      // INVARIANT: at most 2,331 bytes.
      let made = unsafe QRcode_encodeData(Int32(bytes.count), bytes, 0, level)
      guard let code = unsafe made else { throw QRCodeError(.failure, "libqrencode made no QR code") }
      defer { unsafe QRcode_free(code) }
      let size = unsafe Int(code.pointee.width)
      guard (21...177).contains(size), let data = unsafe code.pointee.data else {
        throw QRCodeError(.failure, "libqrencode made a QR code of \(size) modules")
      }
      self.size = size
      // INVARIANT: libqrencode has `width` times `width` bytes; bit 0 says whether the module is dark.
      modules = (0..<size * size).map { unsafe data[$0] & 1 == 1 }
    }

    /// Whether a module is dark; none is outside of the code.
    public func isDark(column: Int, row: Int) -> Bool {
      guard (0..<size).contains(column), (0..<size).contains(row) else { return false }
      return modules[row * size + column]
    }

    /// Its size; never what it says.
    public var description: String { "QR code of \(size) modules" }

    /// Empty: nothing of it is shown.
    public var customMirror: Mirror { Mirror(self, children: []) }
  }

  extension QRCode {
    /// The picture as SVG: a document of its own, black on white with its quiet zone, as large as its surroundings make
    /// it.
    ///
    /// It holds neither scripts nor styles nor text.
    public func svg() -> String {
      let side = size + 2 * Self.quietZone
      var path = ""
      for row in 0..<size {
        var column = 0
        while column < size {
          var end = column
          while isDark(column: end, row: row) { end += 1 }
          if end > column {
            let count = end - column
            path += "M\(column + Self.quietZone) \(row + Self.quietZone)h\(count)v1h-\(count)z"
          }
          column = end + 1
        }
      }
      return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges">\
        <path fill="#fff" d="M0 0h\(side)v\(side)H0z"/><path d="\(path)"/></svg>

        """
    }

    /// The picture in lines of text, each two rows of modules high, with the quiet zone.
    ///
    /// - Parameter isColored: sets black on white with escapes of the terminal (ECMA-48). Without them light modules
    ///   are drawn and dark ones left out: right on a dark terminal.
    public func terminalText(isColored: Bool = true) -> String {
      let range = -Self.quietZone..<size + Self.quietZone
      var text = ""
      for row in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
        if isColored { text += "\u{1B}[30;107m" }
        for column in range {
          let isBelowInside = row + 1 < range.upperBound
          let upper = isDark(column: column, row: row) == isColored
          let lower = isBelowInside && isDark(column: column, row: row + 1) == isColored
          text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ")
        }
        text += isColored ? "\u{1B}[0m\n" : "\n"
      }
      return text
    }
  }
#else
  /// A QR code: there with the trait `QRCode` of the package.
  @available(*, unavailable, message: "turn on the trait QRCode: .package(url: …, traits: [\"QRCode\"])")
  public struct QRCode: Sendable {
    /// There with the trait `QRCode`.
    public enum ErrorCorrection: Sendable, Hashable, CaseIterable {
      /// There with the trait `QRCode`.
      case low
      /// There with the trait `QRCode`.
      case medium
    }

    /// There with the trait `QRCode`.
    public init(_ text: String, correction: ErrorCorrection = .medium) throws(QRCodeError) {
      throw QRCodeError(.failure, "the trait QRCode is off; turn it on in the dependency on Writ")
    }

    /// There with the trait `QRCode`.
    public func svg() -> String { "" }

    /// There with the trait `QRCode`.
    public func terminalText(isColored: Bool = true) -> String { "" }
  }
#endif
