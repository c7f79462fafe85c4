// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The address that a request comes from, as limits see it.
///
/// An IPv4 address that stands inside IPv6 (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2) is that IPv4 address; ports
/// and zones do not count.
public struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
  /// The part of an address that identifies a client.
  public enum Width: Sendable, Hashable, CaseIterable {
    /// The addresses of one subscriber: an IPv4 address, a /64 of IPv6.
    case subscriber
    /// The addresses of a site or a small provider: a /24 of IPv4, a /48 of IPv6.
    case site
  }

  /// The longest text.
  public static let maximumTextBytes = 128

  /// 4 or 16 bytes.
  let bytes: [UInt8]

  /// - Parameter text: an IPv4 address, with a port or without one; an IPv6 address, in brackets if it has a port.
  ///   `nil` for all else.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.maximumTextBytes, !text.utf8.contains(0) else { return nil }
    var text = Array(text.utf8)
    if text.first == UInt8(ascii: "[") {
      guard let end = text.firstIndex(of: UInt8(ascii: "]")), Self.isPort(text[(end + 1)...]) else { return nil }
      text = Array(text[1..<end])
      guard text.contains(UInt8(ascii: ":")) else { return nil }
    } else if text.count(where: { $0 == UInt8(ascii: ":") }) == 1, let colon = text.firstIndex(of: UInt8(ascii: ":")) {
      guard Self.isPort(text[colon...]) else { return nil }
      text = Array(text[..<colon])
    }
    if text.contains(UInt8(ascii: ":")) {
      // The zone says which link, not who.
      if let zone = text.firstIndex(of: UInt8(ascii: "%")) {
        guard zone + 1 < text.count else { return nil }
        text = Array(text[..<zone])
      }
      guard let bytes = Self.parse(text, AF_INET6, count: 16) else { return nil }
      let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
      self.bytes = bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    } else {
      guard let bytes = Self.parse(text, AF_INET, count: 4) else { return nil }
      self.bytes = bytes
    }
  }

  /// The address that the request of this task comes from, for the security events that it leads to; `nil` unless the
  /// server says it.
  @TaskLocal public static var current: ClientAddress?

  /// The address as it is usually written (RFC 5952 for IPv6), without port and zone.
  public var description: String {
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    // The longest address of IPv6, and a NUL.
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    // INVARIANT: there are 4 or 16 bytes, as many as an address of the family has.
    let isWritten = unsafe bytes.withUnsafeBytes { bytes in
      unsafe inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count)) != nil
    }
    guard isWritten else { return "" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The address at the end of a chain of proxies.
  ///
  /// Who writes `X-Forwarded-For` can put anything in front; only what trusted proxies have added at its end counts. So
  /// it is read from the end, and the first address that is no trusted proxy is the client's.
  ///
  /// - Parameters:
  ///   - peer: the address that the connection comes from.
  ///   - forwardedFor: the value of the header field, of all fields in their order joined by commas.
  ///   - isTrustedProxy: whether an address is that of a proxy of the deployment.
  /// - Returns: the peer where it is no proxy of one's own, or where what stands in the header is no address.
  public static func client(
    of peer: ClientAddress,
    forwardedFor: String?,
    isTrustedProxy: (ClientAddress) -> Bool
  ) -> ClientAddress {
    var client = peer
    var rest = Array((forwardedFor ?? "").utf8)[...]
    while isTrustedProxy(client), !rest.isEmpty {
      let comma = rest.lastIndex(of: UInt8(ascii: ","))
      var part = rest[(comma.map { $0 + 1 } ?? rest.startIndex)...]
      rest = rest[..<(comma ?? rest.startIndex)]
      while let first = part.first, first == 0x20 || first == 0x09 { part = part.dropFirst() }
      while let last = part.last, last == 0x20 || last == 0x09 { part = part.dropLast() }
      guard part.count <= maximumTextBytes, let next = ClientAddress(String(decoding: part, as: UTF8.self)) else {
        break
      }
      client = next
    }
    return client
  }

  /// The bytes that say who somebody is.
  func prefix(_ width: Width) -> [UInt8] {
    let isShort = bytes.count == 4
    let count =
      switch width {
      case .subscriber: isShort ? 4 : 8
      case .site: isShort ? 3 : 6
      }
    // The version of IP comes first, so that a network of IPv4 never coincides with one of IPv6.
    return [isShort ? 4 : 6] + bytes.prefix(count)
  }

  /// Whether there is nothing, or a colon and a number up to 65535.
  private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
    guard let colon = text.first else { return true }
    let digits = text.dropFirst()
    guard colon == UInt8(ascii: ":"), 1...5 ~= digits.count, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else {
      return false
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65535
  }

  private static func parse(_ text: [UInt8], _ family: Int32, count: Int) -> [UInt8]? {
    let text = text.map { CChar(bitPattern: $0) } + [0]
    var bytes = [UInt8](repeating: 0, count: count)
    // INVARIANT: `bytes` has as many as an address of the family, and the text ends with a NUL.
    let status = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) }
    return status == 1 ? bytes : nil
  }
}
