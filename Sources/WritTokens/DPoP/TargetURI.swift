// SPDX-License-Identifier: Apache-2.0

/// The target of an HTTP request without query and fragment, in the one form that all its spellings have (`htu`, RFC
/// 9449, section 4.2; RFC 3986, sections 6.2.2 and 6.2.3; RFC 9110, section 4.2.3).
///
/// Scheme and host are in lower case, the scheme's own port is left out, dot segments are resolved, an escape of a
/// character that needs none is that character, and other escapes are in upper case. What is no absolute URI of `http`
/// or `https` with a host is refused; so are user information and anything but ASCII.
package struct TargetURI: Equatable {
  /// Bytes of the longest URI that is read.
  static let maximumBytes = 8192

  /// Scheme, authority and path.
  let bytes: [UInt8]

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package init?(_ uri: String) {
    guard uri.utf8.count <= Self.maximumBytes else { return nil }
    var rest = Array(uri.utf8)[...]
    if let end = rest.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) { rest = rest[..<end] }
    guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let scheme = rest[..<colon].map(Self.lowercased)
    let port: [UInt8]
    if scheme == Array("https".utf8) {
      port = Array("443".utf8)
    } else if scheme == Array("http".utf8) {
      port = Array("80".utf8)
    } else {
      return nil
    }
    rest = rest[(colon + 1)...]
    guard rest.starts(with: "//".utf8) else { return nil }
    rest = rest.dropFirst(2)
    let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    guard let authority = Self.authority(rest[..<end], leavingOut: port), let path = Self.path(rest[end...]) else {
      return nil
    }
    bytes = scheme + Array("://".utf8) + authority + path
  }

  // MARK: Parts

  /// Host and port.
  private static func authority(_ text: ArraySlice<UInt8>, leavingOut usual: [UInt8]) -> [UInt8]? {
    // The brackets of an IPv6 address have colons of their own.
    let hostEnd =
      if text.first == UInt8(ascii: "[") {
        text.firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 }
      } else {
        text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
      }
    guard let hostEnd, let host = host(text[..<hostEnd]) else { return nil }
    guard hostEnd < text.endIndex else { return host }
    guard text[hostEnd] == UInt8(ascii: ":") else { return nil }
    let digits = text[(hostEnd + 1)...]
    guard digits.count <= 5, digits.allSatisfy(isDigit) else { return nil }
    let port = digits.drop { $0 == UInt8(ascii: "0") }
    guard digits.isEmpty || (1...65535).contains(Int(String(decoding: port, as: UTF8.self)) ?? 0) else { return nil }
    return port.isEmpty || port.elementsEqual(usual) ? host : host + [UInt8(ascii: ":")] + port
  }

  private static func host(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    if text.first == UInt8(ascii: "[") {
      let address = text.dropFirst().dropLast()
      guard !address.isEmpty,
        address.allSatisfy({ hexadecimalValue($0) != nil || [UInt8(ascii: ":"), UInt8(ascii: ".")].contains($0) })
      else { return nil }
      return text.map(lowercased)
    }
    guard !text.isEmpty, let host = normalized(text, allowing: "!$&'()*+,;=") else { return nil }
    // Escapes of what is no character of a name stay in upper case; letters outside of them are folded.
    var folded: [UInt8] = []
    for byte in host {
      let isEscape = folded.last == UInt8(ascii: "%") || folded.dropLast().last == UInt8(ascii: "%")
      folded.append(isEscape ? byte : lowercased(byte))
    }
    return folded
  }

  /// The path without dot segments (RFC 3986, section 5.2.4), at least `/`.
  private static func path(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard let path = normalized(text, allowing: "!$&'()*+,;=:@/") else { return nil }
    var segments: [ArraySlice<UInt8>] = []
    let all = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (position, segment) in all.enumerated() {
      let isDot = segment.elementsEqual(".".utf8)
      let isDouble = segment.elementsEqual("..".utf8)
      if isDouble { _ = segments.popLast() }
      if !isDot && !isDouble {
        segments.append(segment)
      } else if position == all.count - 1 {
        segments.append([])
      }
    }
    return segments.isEmpty ? [UInt8(ascii: "/")] : segments.flatMap { [UInt8(ascii: "/")] + $0 }
  }

  // MARK: Characters

  /// The text with each escape in its one form; `nil` where a character may not stand.
  private static func normalized(_ text: ArraySlice<UInt8>, allowing others: StaticString) -> [UInt8]? {
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte == UInt8(ascii: "%") {
        guard text.endIndex - index > 2, let high = hexadecimalValue(text[index + 1]),
          let low = hexadecimalValue(text[index + 2])
        else { return nil }
        let value = high << 4 | low
        result += isUnreserved(value) ? [value] : [byte, uppercased(text[index + 1]), uppercased(text[index + 2])]
        index += 3
      } else {
        guard isUnreserved(byte) || "\(others)".utf8.contains(byte) else { return nil }
        result.append(byte)
        index += 1
      }
    }
    return result
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"),
      UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: isDigit(byte)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
  private static func lowercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }
  private static func uppercased(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte ? byte & 0xDF : byte
  }
}

/// The value of a hexadecimal digit of ASCII.
func hexadecimalValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
