// SPDX-License-Identifier: Apache-2.0

internal import StrictJSON
internal import WritCedar

/// Messages of JSON-RPC in the framing of the Language Server Protocol 3.17 ("Base protocol"): header lines, an empty
/// line, and a body of so many bytes.
struct MessageStream {
  /// The longest header, in bytes.
  static let maximumHeader = 4096
  /// The longest body, in bytes.
  static let maximumBody = 1 << 28
  /// The depth to which the JSON of a body may nest.
  static let maximumDepth = 64

  private let read: (Int) throws -> [UInt8]
  private var buffer: [UInt8] = []
  private var position = 0

  /// - Parameter read: gives the next bytes, at most so many; empty at the end.
  init(_ read: @escaping (Int) throws -> [UInt8]) {
    self.read = read
  }

  /// The body of the next message, `nil` at the end of the input.
  ///
  /// - Throws: a ``Failure`` for a header that is not one, and for an input that ends within a message.
  mutating func next() throws -> [UInt8]? {
    guard let length = try header() else { return nil }
    while buffer.count - position < length {
      let chunk = try read(1 << 18)
      guard !chunk.isEmpty else { throw Failure("error: the input ends within a message") }
      buffer.append(contentsOf: chunk)
    }
    let body = Array(buffer[position..<(position + length)])
    position += length
    if position > 1 << 16 {
      buffer.removeFirst(position)
      position = 0
    }
    return body
  }

  private mutating func header() throws -> Int? {
    var length: Int?
    let start = position
    while true {
      guard let line = try line(start) else {
        if position == start, buffer.count == position { return nil }
        throw Failure("error: the input ends within the header of a message")
      }
      if line.isEmpty {
        guard let length else { throw Failure("error: the header of a message has no Content-Length") }
        return length
      }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
        throw Failure("error: a header line has no `:`; a message starts with `Content-Length: ` and a number")
      }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
      guard name == "content-length" else {
        guard name == "content-type" else {
          throw Failure("error: unknown header of a message: `\(CedarText.shown(name))`")
        }
        continue
      }
      let digits = String(decoding: value, as: UTF8.self)
      guard length == nil, !value.isEmpty, value.count <= 10,
        value.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(digits),
        number <= Self.maximumBody
      else {
        throw Failure("error: Content-Length is one number of bytes, at most \(Self.maximumBody)")
      }
      length = number
    }
  }

  /// The next header line without its end; `nil` where the input ends.
  private mutating func line(_ start: Int) throws -> ArraySlice<UInt8>? {
    var index = position
    while true {
      while index + 1 < buffer.count {
        if buffer[index] == 0x0D, buffer[index + 1] == 0x0A {
          let line = buffer[position..<index]
          position = index + 2
          return line
        }
        index += 1
      }
      guard buffer.count - start <= Self.maximumHeader else {
        throw Failure("error: the header of a message is longer than \(Self.maximumHeader) bytes")
      }
      let chunk = try read(1 << 16)
      if chunk.isEmpty { return nil }
      buffer.append(contentsOf: chunk)
    }
  }

  /// The bytes of a message with this body.
  static func framed(_ body: [UInt8]) -> [UInt8] {
    Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
  }
}
