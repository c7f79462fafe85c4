// SPDX-License-Identifier: Apache-2.0

#if RemoteKeys
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #elseif canImport(Darwin)
    internal import Darwin
  #endif

  /// An address of the Internet, version 4 or 6.
  struct InternetAddress: Sendable {
    /// 4 or 16, in network order.
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
    }

    /// An address as it is written, `127.0.0.1` or `::1`.
    init?(_ text: String) {
      guard !text.utf8.contains(0) else { return nil }
      for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
        var bytes = [UInt8](repeating: 0, count: count)
        if unsafe inet_pton(family, text, &bytes) == 1 {
          self.bytes = bytes
          return
        }
      }
      return nil
    }

    /// The address as libcurl reads it, one of version 6 in brackets.
    var text: String {
      guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
      let groups = stride(from: 0, to: 16, by: 2).map { index in
        String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
      }
      return "[\(groups.joined(separator: ":"))]"
    }

    /// Whether the address is one that anybody may be reached at (the registries of special-purpose addresses of IANA,
    /// RFC 6890).
    ///
    /// Of version 6 only global unicast counts, `2000::/3`; not addresses with one of version 4 inside, which may lead
    /// anywhere: mapped, NAT64, 6to4, Teredo.
    var isPublic: Bool {
      if bytes.count == 4 { return !Self.special4.contains { $0.contains(self) } }
      return Self.global6.contains { $0.contains(self) } && !Self.special6.contains { $0.contains(self) }
    }

    static let special4 = AddressRange.parse([
      "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
      "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
      "224.0.0.0/4", "240.0.0.0/4",
    ])
    static let global6 = AddressRange.parse(["2000::/3"])
    static let special6 = AddressRange.parse(["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"])
  }

  /// Addresses that begin with the same bits.
  struct AddressRange: Sendable {
    private let address: InternetAddress
    private let bits: Int

    /// A range as it is written, `10.0.0.0/8`, or one address.
    init?(_ text: String) {
      let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = parts.first, let address = InternetAddress(String(first)) else { return nil }
      let all = address.bytes.count * 8
      if parts.count == 2 {
        guard parts[1].utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let bits = Int(parts[1]), bits <= all else {
          return nil
        }
        self.bits = bits
      } else {
        bits = all
      }
      self.address = address
    }

    static func parse(_ texts: [String]) -> [AddressRange] { texts.compactMap { AddressRange($0) } }

    func contains(_ other: InternetAddress) -> Bool {
      guard other.bytes.count == address.bytes.count else { return false }
      return zip(address.bytes, other.bytes).enumerated().allSatisfy { position, pair in
        let rest = bits - position * 8
        guard rest > 0 else { return true }
        let mask: UInt8 = rest >= 8 ? 0xFF : ~(0xFF >> rest)
        return pair.0 & mask == pair.1 & mask
      }
    }
  }
#endif
