// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON

/// Writes the application's claims straight into a token.
///
/// The registered claims (`iss`, `sub`, `aud`, `exp`, `nbf`, `iat`, `jti`) are the issuer's: a type that writes one of
/// them, or a name twice, makes issuing fail.
public struct ClaimsWriter: Sendable {
  var writer: JSONWriter
  private var error: TokenError?
  /// The ranges of the names of the claims so far in the output: start above, length below.
  private var names = InlineArray<16, UInt64>(repeating: 0)
  private var count = 0
  /// Whether names within claims have not been compared.
  private var isToBeRead = false

  /// Claims whose names are compared as they are written; with more, what was written is read again.
  static let comparedNames = 16

  init(_ writer: JSONWriter) {
    self.writer = writer
  }

  /// A claim that is a text.
  public mutating func string(_ name: String, _ value: String) {
    guard begin(name) else { return }
    writer.string(value)
  }

  /// A claim that is an integer.
  public mutating func integer(_ name: String, _ value: Int64) {
    guard begin(name) else { return }
    writer.integer(value)
  }

  /// A claim that is a time (NumericDate): an integer, or a decimal where the time has a fraction.
  public mutating func time(_ name: String, _ value: NumericDate) {
    guard begin(name) else { return }
    writer.time(value)
  }

  /// A claim that is a truth value.
  public mutating func boolean(_ name: String, _ value: Bool) {
    guard begin(name) else { return }
    writer.boolean(value)
  }

  /// A claim that is an array of texts.
  public mutating func strings(_ name: String, _ values: [String]) {
    guard begin(name) else { return }
    writer.beginArray()
    for value in values { writer.string(value) }
    writer.endArray()
  }

  /// Makes issuing fail, for a reason of the claims' own: a value that must not be written.
  public mutating func fail(_ error: TokenError) {
    self.error = self.error ?? error
  }

  /// Has what was written read again before it is signed, as names within a claim may occur twice.
  mutating func readAgain() { isToBeRead = true }

  /// The bytes written so far.
  var bytes: [UInt8] { writer.bytes }

  /// Ends the claims; in place, as a copy of the writer would copy what it wrote.
  mutating func finish() throws(TokenError) {
    if let error { throw error }
    writer.endObject()
    guard isToBeRead || count > Self.comparedNames else { return }
    do throws(JSONError) {
      _ = try JSONDocument(parsing: writer.bytes, maximumDepth: CompactToken.maximumDepth)
    } catch {
      throw TokenError(.claim, "the claims of a token cannot be written: \(error.message)")
    }
  }

  /// Writes the name of a claim, unless something was wrong before or is wrong with it.
  mutating func begin(_ name: String) -> Bool {
    guard error == nil else { return false }
    let bytes = name.utf8.span
    guard !Self.isRegistered(bytes) else {
      error = TokenError(.claim, "the claim \"\(printable(name))\" is written by the issuer; remove it from the claims")
      return false
    }
    let start = writer.bytes.count + 2
    writer.key(name)
    // As it was written: escapes included, which are the same for the same name.
    let written = start..<writer.bytes.count - 2
    for earlier in 0..<min(count, Self.comparedNames) where isRepeated(written, names[earlier]) {
      error = TokenError(.claim, "the claim \"\(printable(name))\" is written twice")
      return false
    }
    if count < Self.comparedNames {
      names[count] = UInt64(written.lowerBound) << 32 | UInt64(written.count)
    }
    count += 1
    return true
  }

  private func isRepeated(_ written: Range<Int>, _ earlier: UInt64) -> Bool {
    guard earlier & 0xFFFF_FFFF == UInt64(written.count) else { return false }
    let bytes = writer.bytes.span
    let start = Int(earlier >> 32)
    for offset in 0..<written.count where bytes[start + offset] != bytes[written.lowerBound + offset] { return false }
    return true
  }

  private static func isRegistered(_ name: Span<UInt8>) -> Bool {
    guard name.count == 3 else { return false }
    switch (name[0], name[1], name[2]) {
    case (UInt8(ascii: "i"), UInt8(ascii: "s"), UInt8(ascii: "s")),
      (UInt8(ascii: "s"), UInt8(ascii: "u"), UInt8(ascii: "b")),
      (UInt8(ascii: "a"), UInt8(ascii: "u"), UInt8(ascii: "d")),
      (UInt8(ascii: "e"), UInt8(ascii: "x"), UInt8(ascii: "p")),
      (UInt8(ascii: "n"), UInt8(ascii: "b"), UInt8(ascii: "f")),
      (UInt8(ascii: "i"), UInt8(ascii: "a"), UInt8(ascii: "t")),
      (UInt8(ascii: "j"), UInt8(ascii: "t"), UInt8(ascii: "i")):
      return true
    default: return false
    }
  }
}

extension JSONWriter {
  /// A time, as a decimal number where it has a fraction.
  mutating func time(_ value: NumericDate) {
    if value.nanoseconds == 0 { integer(value.seconds) } else { literal(value.description) }
  }
}
