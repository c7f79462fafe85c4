// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import WritTokens
internal import WritCedar

/// `--token`: the token itself, or `-` for standard input.
enum TokenArgument {
  /// The token; of standard input without the newline at its end.
  ///
  /// - Throws: a ``Failure`` when standard input cannot be read.
  static func read(_ argument: String) throws -> Result<String, TokenError> {
    guard argument == "-" else { return .success(argument) }
    return try read(file: argument)
  }

  /// The one token of a file, without the newline at its end.
  ///
  /// - Throws: a ``Failure`` when the file cannot be read.
  static func read(file path: String) throws -> Result<String, TokenError> {
    let limit = TokenVerifier.maximumTokenBytes
    // With CR LF.
    var bytes = try InputFile.prefix(of: path, upTo: limit + 3)
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    guard bytes.count <= limit + 1 else {
      return .failure(TokenError(.tooLarge, "a token has more than \(limit) bytes"))
    }
    return token(bytes)
  }

  /// The token of a line, which may end with CR LF.
  static func token(_ line: [UInt8]) -> Result<String, TokenError> {
    let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
    guard let token = String(validating: bytes, as: UTF8.self) else {
      return .failure(TokenError(.malformed, "the token is not UTF-8"))
    }
    return .success(token)
  }
}

/// `--time`: what the clock is set to.
struct ClockArgument: ExpressibleByArgument {
  let time: NumericDate

  var clock: TokenClock { .fixed(at: time) }

  init?(argument: String) {
    let isPlain = argument.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: ".") }
    guard isPlain, let time = NumericDate(parsing: argument.utf8.span) else { return nil }
    self.time = time
  }
}

/// The kind of payload that `--payload` names.
enum PayloadKind: String, ExpressibleByArgument, CaseIterable {
  case claims, any
}
